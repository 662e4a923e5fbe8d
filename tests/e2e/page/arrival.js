// An empty inbox says what to do; mail appears when it comes, in all pages, and one stream of events is enough for
// them.

const { BASE, check, picture, same, say, start, until } = require("./browser.js");

start(async (page, { context, watch }) => {
  watch.expected.push(/ERR_|Failed to load resource/); // the server ends on the way
  await page.goto(BASE);
  await until(page, "No mail yet");
  check((await page.locator("pre").innerText()).startsWith("envelint send "), "the empty inbox has a command to try");
  await picture(page, "empty");
  const other = watch.follow(await context.newPage());
  await other.goto(`${BASE}/lint`);
  say("send one");
  await page.locator(".row.unread", { hasText: "The new price list" }).waitFor();
  await page.waitForFunction(() => document.title === "(1) Inbox · envelint");
  await other.waitForFunction(() => document.title.startsWith("(1) "));
  same(watch.asked().filter((one) => one.url().endsWith("/events")).length, 1, "streams of both pages");
  await other.close();
  await page.locator(".badge", { hasText: "DMARC pass" }).waitFor();

  say("send many");
  await page.locator(".row").nth(20).waitFor();
  await page.evaluate(() => scrollTo(0, 300));
  const seen = await page.locator(".row", { hasText: "The new price list" }).first().boundingBox();
  say("send one");
  await page.locator(".pill", { hasText: "1 new" }).waitFor();
  same(
    await page.locator(".row", { hasText: "The new price list" }).first().boundingBox(),
    seen,
    "what one reads does not move",
  );
  await page.locator(".pill").click();
  await page.waitForFunction(() => document.activeElement.closest(".row")?.getAttribute("aria-posinset") === "1");

  say("end");
  await page.locator(".banner", { hasText: "does not answer" }).waitFor();
  say("begin");
  await page.locator(".banner").waitFor({ state: "hidden" });
  await until(page, "No mail yet");
});
