// How soon a browser that has started shows the inbox, beside a page that has one word: first_paint.js URL. Each visit is
// one with an empty cache.

const http = require("node:http");
const { chromium } = require("playwright-core");

const VISITS = 10;
const ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];

const median = (numbers) => numbers.sort((one, other) => one - other)[Math.floor(numbers.length / 2)];

/** A page with one word, and its address. */
async function serveOneWord() {
  const server = http.createServer((_, answer) => answer.setHeader("Content-Type", "text/html").end("<!doctype html><title>x</title><p>Word"));
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return [server, `http://127.0.0.1:${server.address().port}/`];
}

async function paintOf(page) {
  await page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint").length);
  return page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0].startTime);
}

async function visitWord(browser, url) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(url);
  const word = await paintOf(page);
  await context.close();
  return word;
}

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
  const paint = await paintOf(page);
  await context.close();
  return { paint, rows, requests, octets };
}

async function main() {
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ARGUMENTS });
  await visit(browser, process.argv[2]);  // the first has the browser start more of itself
  const [server, address] = await serveOneWord();
  const visits = [];
  for (let i = 0; i < VISITS; ++i) visits.push({ word: await visitWord(browser, address), ...(await visit(browser, process.argv[2])) });
  server.close();
  await browser.close();
  const of = (what) => median(visits.map((one) => one[what]));
  process.stdout.write(JSON.stringify({ word: of("word"), paint: of("paint"), rows: of("rows"), requests: of("requests"), octets: of("octets") }));
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
