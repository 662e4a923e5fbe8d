// Many messages: the document has no more rows than are seen, and all can be reached.

const { BASE, check, same, start } = require("./browser.js");
const COUNT = Number(process.argv[5]);

start(async (page) => {
  await page.goto(BASE);
  await page.locator(".row").nth(5).waitFor();
  const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime);
  const shown = await page.evaluate(() => performance.now());
  const newest = await page.locator(".row a").first().getAttribute("href");
  await page.waitForFunction(
    (count) => {
      scrollTo(0, document.body.scrollHeight);
      globalThis.most = Math.max(globalThis.most ?? 0, document.querySelectorAll(".row").length);
      return document.querySelector(`.row[aria-posinset="${count}"]`);
    },
    COUNT,
    { polling: 50 },
  );
  same(await page.locator(".row a").last().getAttribute("href"), "/messages/1", "the oldest");
  const most = await page.evaluate(() => globalThis.most);
  check(most < 100, `there were ${most} rows in the document`);
  await page.evaluate(() => scrollTo(0, 0));
  await page.locator(`.row a[href="${newest}"]`).waitFor();
  process.stdout.write(`${JSON.stringify({ paint, shown })}\n`);
});
