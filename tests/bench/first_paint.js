// How soon a browser that has started shows the inbox: first_paint.js URL. Each visit is one with an empty cache.

const { chromium } = require("playwright-core");

const VISITS = 10;
const ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];

const median = (numbers) => numbers.sort((one, other) => one - other)[Math.floor(numbers.length / 2)];

async function visit(browser, url) {
  const context = await browser.newContext();
  const page = await context.newPage();
  let requests = 0;
  let octets = 0;
  page.on("requestfinished", async (request) => {
    requests += 1;
    const { responseBodySize } = await request.sizes().catch(() => ({ responseBodySize: 0 }));
    octets += responseBodySize;
  });
  await page.goto(url);
  await page.locator("main .open").nth(8).waitFor();
  const rows = await page.evaluate(() => performance.now());
  const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0].startTime);
  await context.close();
  return { paint, rows, requests, octets };
}

async function main() {
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ARGUMENTS });
  await visit(browser, process.argv[2]);  // the first has the browser start more of itself
  const visits = [];
  for (let i = 0; i < VISITS; ++i) visits.push(await visit(browser, process.argv[2]));
  await browser.close();
  const of = (what) => median(visits.map((one) => one[what]));
  process.stdout.write(JSON.stringify({ paint: of("paint"), rows: of("rows"), requests: of("requests"), octets: of("octets") }));
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
