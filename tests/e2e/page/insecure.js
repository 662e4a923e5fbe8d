// A page that is not from this host and came without TLS has neither locks nor cryptography: it is live all the same,
// and says how to make a key.

const { BASE, check, same, say, start, until } = require("./browser.js");

start(async (page, { watch }) => {
  watch.expected.push(/Cross-Origin-Opener-Policy header has been ignored/);
  await page.goto(BASE);
  same(await page.evaluate(() => isSecureContext), false, "a secure context");
  await until(page, "No mail yet");
  say("send one");
  await page.locator(".row", { hasText: "The new price list" }).waitFor();
  await page.goto(`${BASE}/keygen`);
  await page.getByRole("textbox", { name: "Domain" }).fill("example.com");
  await page.getByRole("button", { name: "Make a key" }).click();
  check(
    (await page.locator(".copyable pre").innerText()).startsWith("envelint keygen example.com --selector "),
    "the command",
  );
});
