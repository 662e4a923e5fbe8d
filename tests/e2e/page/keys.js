// The inbox by keyboard: search, the way through the list, unread, delete, clear.

const { BASE, check, hold, picture, same, start, until } = require("./browser.js");

start(async (page) => {
  const rows = () => page.locator(".row").count();
  const subject = () => page.evaluate(() => document.activeElement.querySelector(".subject")?.textContent);
  await page.goto(BASE);
  await page.locator(".row").nth(2).waitFor();

  await page.keyboard.press("?");
  await page.getByRole("dialog").waitFor();
  await hold(page, "help");
  await page.keyboard.press("Escape");
  await page.keyboard.press("/");
  await page.keyboard.type("dmarc:fail");
  await page.waitForFunction(() => document.querySelectorAll(".row").length === 1);
  same(new URL(page.url()).search, "?query=dmarc%3Afail", "the query is in the address");
  await page.getByRole("button", { name: "Failing" }).and(page.locator("[aria-pressed=true]")).waitFor();
  await page.keyboard.press("Control+A");
  await page.keyboard.type("dmark:fail");
  same(await page.locator(".fault mark").innerText(), "dmark", "the place of what is wrong");
  await hold(page, "a query that cannot be read");
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => document.querySelectorAll(".row").length === 4);
  await page.getByRole("button", { name: "Attachments" }).click();
  await page.waitForFunction(() => document.querySelectorAll(".row").length === 1);
  await page.getByRole("button", { name: "Attachments" }).click();
  await page.waitForFunction(() => document.querySelectorAll(".row").length === 4);
  await picture(page, "inbox");

  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  same(await subject(), "Fourth", "j and k");
  await page.keyboard.press("u");
  await page.locator(".row:not(.unread)", { hasText: "Fourth" }).waitFor();
  await page.waitForFunction(() => document.title === "(3) Inbox · envelint");
  await page.keyboard.press("#");
  await page.waitForFunction(() => document.querySelectorAll(".row").length === 3);
  await page.waitForFunction(() => document.activeElement.querySelector(".subject")?.textContent === "Third");
  await page.keyboard.press("Enter");
  await page.locator("h1", { hasText: "Third" }).waitFor();
  await page.waitForFunction(() => document.title.startsWith("(2) "));
  await page.getByRole("button", { name: "Older" }).and(page.locator(":enabled")).waitFor();
  await page.keyboard.press("j");
  await page.locator("h1", { hasText: "Second" }).waitFor();
  await page.keyboard.press("u");
  await page.waitForFunction(() => document.title.startsWith("(2) "));
  await page.keyboard.press("Delete");
  await page.locator("h1", { hasText: "First" }).waitFor();
  await page.getByRole("tab", { name: "Why" }).focus();
  await page.keyboard.press("ArrowRight");
  same(await page.evaluate(() => document.activeElement.id), "tab-text", "arrow keys go through the tabs");
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => document.querySelectorAll(".row").length === 2);

  same(await subject(), "First", "back in the inbox the focus is at the message that was open");
  await page.keyboard.press("u");
  await page.waitForFunction(() => document.title === "(1) Inbox · envelint");
  await page.getByRole("button", { name: "All read" }).click();
  await page.waitForFunction(() => document.title === "Inbox · envelint");
  await page.getByRole("button", { name: "Clear" }).click();
  await page.getByRole("button", { name: "Cancel" }).click();
  same(await rows(), 2, "clear asks first");
  await page.getByRole("button", { name: "Clear" }).click();
  await hold(page, "the question before all is deleted");
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await until(page, "No mail yet");
  check((await rows()) === 0, "all is deleted");
});
