// Many messages: the document has no more rows than are seen, and all can be reached.

const { BASE, check, same, start } = require("./browser.js");
const COUNT = Number(process.argv[5]);

start(async (page) => {
  await page.goto(BASE);
  await page.locator(".row").nth(5).waitFor();
  const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime);
  const shown = await page.evaluate(() => performance.now());
  const newest = await page.locator(".row a").first().getAttribute("href");
  let most = 0;
  for (let turn = 0; turn < 200; ++turn) {
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    most = Math.max(most, await page.locator(".row").count());
    if (await page.locator(`.row[aria-posinset="${COUNT}"]`).count()) break;
    await page.waitForTimeout(10);
  }
  same(await page.locator(".row a").last().getAttribute("href"), "/messages/1", "the oldest");
  check(most < 100, `there were ${most} rows in the document`);
  await page.evaluate(() => scrollTo(0, 0));
  await page.locator(`.row a[href="${newest}"]`).waitFor();
  process.stdout.write(`${JSON.stringify({ paint, shown })}\n`);
});
