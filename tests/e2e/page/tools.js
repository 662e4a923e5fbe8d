// Lint and keygen in the page.

const fs = require("node:fs");
const { BASE, check, picture, same, start, until } = require("./browser.js");

async function lint(page, tab, fields) {
  await page.goto(`${BASE}/lint${tab}`);
  for (const [name, value] of Object.entries(fields))
    await page.getByRole("textbox", { name, exact: true }).fill(value);
  await page.locator("button.primary:visible").click();
}

async function makeKey(page, kind) {
  await page.goto(`${BASE}/keygen`);
  await page.getByRole("textbox", { name: "Domain" }).fill("example.com");
  await page.getByRole("textbox", { name: "Selector" }).fill("s9");
  await page.getByLabel(kind).check();
  await page.getByRole("button", { name: "Make a key" }).click();
  await until(page, "Nothing is wrong with it");
}

start(async (page, { watch }) => {
  await lint(page, "", { Record: "v=spf1 inclde:_spf.example.com -all" });
  same(
    await page.locator(".finding .place.bad").first().innerText(),
    "inclde:_spf.example.com",
    "the place in the record",
  );
  same(
    await page.locator(".copyable pre").first().innerText(),
    "v=spf1 include:_spf.example.com -all",
    "what to write instead",
  );
  await page.getByText("As the terminal shows it").click();
  await until(page, "error[SPF020]");
  await picture(page, "lint");
  await lint(page, "#zone", { "Zone file": '$ORIGIN example.org.\n@ TXT "v=spf1 +all"\n' });
  await page.locator(".finding", { hasText: "line 2" }).first().waitFor();
  await lint(page, "#domain", { Domain: "example.com" });
  await page.locator("section", { hasText: "example.com" }).getByText("DMARC", { exact: true }).waitFor();

  await makeKey(page, "Ed25519");
  check(
    /^v=DKIM1; k=ed25519; p=[A-Za-z0-9+/]{43}=$/.test(
      await page.locator("#public ~ .copyable pre").first().innerText(),
    ),
    "the record of an Ed25519 key",
  );
  await makeKey(page, "RSA, 2048 bits");
  const pem = await page.locator("#private ~ .copyable pre").innerText();
  const downloading = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save" }).click();
  const download = await downloading;
  same(download.suggestedFilename(), "s9._domainkey.example.com.pem", "the name of the file");
  const saved = fs.readFileSync(await download.path(), "utf8");
  same(saved.trim(), pem.trim(), "the key that is saved");
  const record = await page.locator("#public ~ .copyable pre").first().innerText();
  const zone = await page.locator("#public ~ .copyable pre").nth(1).innerText();
  same([...zone.matchAll(/"([^"]*)"/g)].map((one) => one[1]).join(""), record, "the strings of the zone file, joined");
  check(
    Math.max(...[...zone.matchAll(/"([^"]*)"/g)].map((one) => one[1].length)) <= 255,
    "no string is longer than 255 octets",
  );
  await picture(page, "keygen");
  await page.getByRole("link", { name: "Lint", exact: true }).click();
  await page.goBack();
  await page.getByLabel("Domain").waitFor();
  same(await page.getByText("PRIVATE KEY").count(), 0, "private keys after one has left");
  const secret = pem.split("\n")[10];
  same(
    watch.asked().filter((one) => one.postData()?.includes(secret) || one.url().includes(secret)).length,
    0,
    "requests with the private key",
  );
  process.stdout.write(`${JSON.stringify({ pem: saved, record })}\n`);
});
