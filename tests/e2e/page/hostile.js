// Mail that would like to be a program: what it says is seen, and nothing of it is done.

const { BASE, check, picture, same, start } = require("./browser.js");
const REMOTE = process.argv[5];

start(async (page, { watch }) => {
  watch.expected.push(
    /^Blocked (script|autofocus)/,
    /Content Security Policy/,
    /ERR_(NAME_NOT_RESOLVED|BLOCKED_BY_RESPONSE)/,
  );
  await page.goto(BASE);
  const row = page.locator(".open").first();
  await row.waitFor();
  check((await row.innerText()).includes("<img src=x onerror=alert(1)>"), "the subject is a text");
  check((await row.locator(".hidden-character").allInnerTexts()).includes("\\u{202E}"), "hidden characters are seen");
  await row.click();
  await page.locator("h1", { hasText: "onerror" }).waitFor();
  check((await page.title()).includes("\\u{202E}"), "hidden characters are seen in the title, too");
  for (const name of ["Text", "Header", "Raw", "Parts", "Transcript", "HTML"]) {
    await page.getByRole("tab", { name }).click();
    await page.locator("[role=tabpanel]:visible > *").first().waitFor();
    same(
      await page.locator("main :is(script, object, embed, form[action], img[onerror], a[href^='javascript'])").count(),
      0,
      `elements of the message in ${name}`,
    );
  }
  await page.frameLocator("iframe").getByText("The offer").waitFor();
  await picture(page, "html");
  same(await page.locator("iframe").getAttribute("sandbox"), "", "the frame may do nothing");
  same(
    await page.evaluate(() => [globalThis.hit, localStorage.length, document.cookie]),
    [null, 0, ""].map((one) => one ?? undefined),
    "traces",
  );

  same(watch.others(), [], "what the message asks for, before a click");
  watch.allowed.push(REMOTE, "http://evil.example");
  const loading = page.waitForResponse((response) => response.url().startsWith(REMOTE));
  await page.getByRole("button", { name: "Load remote images" }).click();
  await loading;
  const before = watch.others().length;
  await page.reload();
  await page.frameLocator("iframe").getByText("The offer").waitFor();
  same(watch.others().length, before, "what the message asks for, at the next visit");

  await page.getByRole("tab", { name: "Parts" }).click();
  await page.locator(".part").first().waitFor();
  await picture(page, "parts");
  const downloading = page.waitForEvent("download");
  await page.getByRole("link", { name: "Save" }).last().click();
  check(
    !/[<>/\\\u202e]/.test((await downloading).suggestedFilename().replaceAll("\\u{202E}", "")),
    "the name of a download",
  );
});
