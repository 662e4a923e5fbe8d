// What the scripts of this folder share: a page of the browser that page_test.py has started, which notes whatever must
// not happen, and words with that test. Arguments: the address of the browser, that of the page, the folder of
// pictures.

const fs = require("node:fs");
const path = require("node:path");
const { chromium } = require("playwright-core");

const AXE = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const [, , BROWSER, BASE, PICTURES] = process.argv;
const DESK = { width: 1280, height: 800 };
const WITHIN = 30000; // milliseconds; a machine may be busy. Nothing waits so long that works.

function check(condition, what) {
  if (!condition) throw new Error(what);
}

function same(is, expected, what) {
  check(
    JSON.stringify(is) === JSON.stringify(expected),
    `${what}: ${JSON.stringify(is)}, not ${JSON.stringify(expected)}`,
  );
}

/** Tells page_test.py that it is its turn. */
function say(word) {
  process.stdout.write(`${word}\n`);
}

class Watch {
  faults = [];
  requests = [];
  allowed = []; // other hosts that may be asked
  expected = [/status of 40[04]/]; // in the console

  follow(page) {
    page.setDefaultTimeout(WITHIN);
    page.on("dialog", (dialog) => {
      this.faults.push(`a dialog: ${dialog.message()}`);
      dialog.dismiss();
    });
    page.on("pageerror", (error) => this.faults.push(`an error: ${error.stack}`));
    page.on("console", (message) => {
      const text = message.text();
      const expected = this.expected.some((one) => one.test(text));
      if (["error", "warning"].includes(message.type()) && !expected) this.faults.push(`in the console: ${text}`);
    });
    page.on("request", (request) => this.requests.push(request));
    return page;
  }

  /** Requests that left the browser, other than those that a policy held back. */
  asked() {
    return this.requests.filter((one) => one.failure()?.errorText !== "csp");
  }

  others() {
    return this.asked()
      .map((one) => new URL(one.url()))
      .filter(
        ({ protocol, origin }) =>
          !["data:", "blob:", "about:"].includes(protocol) && origin !== BASE && !this.allowed.includes(origin),
      )
      .map(String);
  }
}

/** Runs with a new page at the address; and nothing that must not happen has happened. */
async function run(work, options = {}) {
  const browser = await chromium.connectOverCDP(BROWSER);
  const context = await browser.newContext({ viewport: DESK, acceptDownloads: true, ...options });
  const watch = new Watch();
  try {
    const page = watch.follow(await context.newPage());
    await work(page, { context, watch });
    same(watch.faults, [], "what must not happen");
    same(watch.others(), [], "other hosts that were asked");
  } finally {
    await context.close();
    await browser.close();
  }
}

function start(work, options) {
  run(work, options)
    .catch((error) => {
      process.stderr.write(`${error.stack}\n`);
      process.exitCode = 1;
    })
    .finally(() => process.exit());
}

/** The page is not wider than the screen. */
async function fits(page, name) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  check(!wide, `${name} is wider than the screen`);
}

/** The page fits, and axe finds nothing at all in what is shown: by all of its rules, or by those that are named. */
async function hold(page, name, rules) {
  await fits(page, name);
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(AXE);
  const options = rules ? { runOnly: rules } : { rules: { "target-size": { enabled: true } } };
  const { violations } = await page.evaluate((given) => globalThis.axe.run(given), options);
  const found = violations.map((one) => [one.impact, one.id, one.nodes[0].html.slice(0, 200)]);
  same(found, [], `axe, ${name}`);
}

const LOOKS = {
  phone: { scheme: "light", size: { width: 390, height: 844 }, look: fits },
  dark: { scheme: "dark", size: DESK, look: (page, name) => hold(page, name, ["color-contrast"]) },
  light: { scheme: "light", size: DESK, look: hold },
};

/** The view as it looks in light, dark and on a phone, and no fault in what may differ there. */
async function picture(page, name) {
  for (const [title, { scheme, size, look }] of Object.entries(LOOKS)) {
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme: scheme });
    await look(page, `${name}, ${title}`);
    await page.screenshot({ path: path.join(PICTURES, `${name}-${title}.png`) });
  }
}

/** Waits until the text of the page has this. */
async function until(page, text) {
  await page.getByText(text).first().waitFor();
}

module.exports = { BASE, check, hold, picture, same, say, start, until };
