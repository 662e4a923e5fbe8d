// A message that passes, one that was changed on the way and one that is not aligned, and what the page makes of them.

const { BASE, check, hold, picture, same, start, until } = require("./browser.js");

async function open(page, subject) {
  await page.goto(BASE);
  await page.locator(".open", { hasText: subject }).click();
  await page.locator("h1", { hasText: subject }).waitFor();
  same(await page.evaluate(() => document.activeElement.tagName), "H1", "the focus is at the heading");
}

async function tab(page, name) {
  await page.getByRole("tab", { name }).click();
  return page.locator("[role=tabpanel]:visible");
}

start(async (page) => {
  await open(page, "It passes");
  await page.locator(".conclusion.good", { hasText: "DMARC passes" }).waitFor();
  check(
    (await page.locator("svg.wide").getAttribute("aria-label")).includes("example.com: aligned: same domain"),
    "the diagram",
  );
  await page.locator(".term.decides", { hasText: "ip4:198.41.0.25" }).waitFor();
  await page.locator(".term", { hasText: "include:" }).first().waitFor();
  await hold(page, "passes");

  await open(page, "It was changed");
  await page.locator(".conclusion.bad", { hasText: "DMARC fails" }).waitFor();
  await page.locator(".autopsy .place", { hasText: "[list]" }).first().waitFor();
  await page.locator(".autopsy", { hasText: "appended to the body" }).first().waitFor();
  await page.locator(".check.bad", { hasText: "body does not hold" }).first().waitFor();
  await picture(page, "changed");
  const header = await tab(page, "Header");
  const signatures = (field) =>
    header
      .locator("tr", { has: page.locator("th", { hasText: field }) })
      .locator(".chip")
      .count();
  same([await signatures(/^Subject$/), await signatures("X-Unsigned")], [2, 0], "signatures of two fields");
  await picture(page, "header");
  await (await tab(page, "Transcript")).getByText("MAIL FROM:<").waitFor();

  await open(page, "It is not aligned");
  await page.locator("g.bad > .says", { hasText: "not aligned" }).first().waitFor();
  const code = page.locator(".finding a[href^='/findings/']").first();
  const name = await code.innerText();
  await code.click();
  await page.locator("h1", { hasText: name }).waitFor();
  await until(page, "How to mend it");
  await picture(page, "finding");
  await page.goBack();
  await page.locator("h1", { hasText: "It is not aligned" }).waitFor();

  await open(page, "Odd octets");
  const raw = await tab(page, "Raw");
  for (const mark of ["NUL", "LF", "CR", "\\xFC"]) await raw.locator(".odd", { hasText: mark }).first().waitFor();
  same(await raw.locator(".trailing").innerText(), "··", "white space at the end");
  same(await raw.locator(".beyond").first().innerText(), "é", "UTF-8");
  same(await raw.locator(".long").count(), 1, "lines that are too long");
  await picture(page, "raw");

  await open(page, "A large one");
  const large = await tab(page, "Raw");
  await page.waitForFunction(
    () => {
      scrollTo(0, document.body.scrollHeight);
      return document.querySelector("#panel-raw [role=status]").textContent.startsWith("The end");
    },
    null,
    { polling: 50 },
  );
  check((await large.locator(".line").count()) < 4000, "only what is seen is in the document");
  await page.evaluate(() => scrollTo(0, 0));
  await large.getByText("Subject: A large one").waitFor();

  await page.goto(`${BASE}/sessions`);
  await page.locator("tr", { hasText: "closed the connection" }).getByRole("link").click();
  await page.locator(".refusal", { hasText: "550" }).waitFor();
  await picture(page, "session");
  await page.goto(`${BASE}/sessions`);
  await page.locator("tbody tr").first().waitFor();
  await picture(page, "sessions");
});
