// Lint: a record, a zone file or a domain; what is wrong in it, where, and what to write instead.

import { send } from "./api.js";
import { count, h, prose, say } from "./dom.js";
import { copyable, icon, section, tabs } from "./parts.js";
import { findings } from "./record.js";

const KINDS = ["spf", "dkim", "dmarc", "mta_sts", "tls_rpt", "bimi", "tlsa", "mx"];
const STATES = { found: ["good", "ok"], nothing: ["none", "none"], unknown: ["warn", "unknown"] };
const WORST = { error: ["bad", "error"], warning: ["warn", "warning"], notice: ["none", "notice"], info: ["none", "info"] };
const ZONE = `$ORIGIN example.com.
@       TXT "v=spf1 mx include:_spf.example.net -all"
@       MX  10 mail
_dmarc  TXT "v=DMARC1; p=none; rua=mailto:dmarc@example.com"
`;

function overview(areas) {
  const row = (one) => {
    const [kind, word] = WORST[one.worst] ?? STATES[one.state];
    return h("tr", h("th", { scope: "row" }, one.area.toUpperCase().replace("_", "-")), h("td", h("span.check", { class: `check ${kind}` }, icon(kind), word)), h("td", one.text));
  };
  return h("table.overview", h("thead.quiet", h("tr", ["Area", "State", "What is there"].map((one) => h("th", { scope: "col" }, one)))), h("tbody", areas.map(row)));
}

function domain(it) {
  const valid = it.records.length === 1 && it.records[0].valid !== undefined && (it.records[0].valid ? "The record is valid." : "The record is not valid: receivers cannot use it.");
  return h("section", h("h2", it.domain ?? "The record"), valid && h("p", valid), it.overview && overview(it.overview),
    it.findings.length ? findings(it.findings, it.records) : h("p", "Nothing is wrong with it."),
    it.spf && h("p.faint", `SPF: ${it.spf.lookups} of 10 lookups, ${count(it.spf.authorised.ipv4_addresses, "IPv4 address", "IPv4 addresses")} may send.`),
    it.unknown.length > 0 && h("ul.details", it.unknown.map((one) => h("li", h("code", one.question), `: ${one.reason}`))));
}

/** What was found in a document of envelint/lint/1. */
export function result(document) {
  const { error, warning, notice, info } = document.summary;
  const words = [[error, "error"], [warning, "warning"], [notice, "notice"], [info, "info", "info"]].filter(([number]) => number);
  const text = words.length ? words.map((one) => count(...one)).join(", ") : "Nothing found";
  say(text);
  return h("div", h("p.summary", h("b", text)), document.domains.map(domain),
    document.text && h("details.fold", h("summary", "As the terminal shows it"), copyable(document.text, h("pre.terminal", document.text))));
}

function field(id, name, control, hint) {
  control.id = id;
  if (hint) control.setAttribute("aria-describedby", `${id}-hint`);
  return h("div.field", h("label", { for: id }, name), control, hint && h("p.faint", { id: `${id}-hint` }, prose(hint)));
}

/** A form that posts what `body` makes of it, and shows the result below. */
function form(fields, body, signal) {
  const out = h("div.result", { "aria-busy": "false" });
  const ask = h("button.primary", { type: "submit" }, "Lint");
  async function submit(event) {
    event.preventDefault();
    ask.disabled = true;
    out.setAttribute("aria-busy", "true");
    try {
      out.replaceChildren(result(await send("POST", "/lint", { body: body(), signal })));
    } catch (error) {
      out.replaceChildren(h("p.failure", { role: "alert" }, prose(error.message)));
    }
    ask.disabled = false;
    out.setAttribute("aria-busy", "false");
  }
  const node = h("form", { onsubmit: submit, onkeydown: (event) => event.key === "Enter" && event.ctrlKey && node.requestSubmit() },
                 fields, h("p.actions", ask));
  return h("div", node, out);
}

const words = (text) => text.split(/[\s,]+/).filter(Boolean);
const some = (value) => value.trim() || undefined;

function recordForm(signal) {
  const record = h("textarea", { rows: 4, required: true, spellcheck: "false", placeholder: "v=spf1 include:_spf.example.net -all" });
  const name = h("input", { spellcheck: "false", autocomplete: "off", placeholder: "example.com" });
  const type = h("select", h("option", { value: "" }, "as it looks"), KINDS.map((one) => h("option", { value: one }, one.toUpperCase().replace("_", "-"))));
  return form([field("record", "Record", record, "The value of a TXT record, as a receiver gets it: without quotes."),
    h("div.fields", field("name", "Name", name, "Where it stands, if that matters: `_dmarc.example.com`"), field("type", "Kind", type))],
  () => ({ record: record.value.trim(), name: some(name.value), type: some(type.value) }), signal);
}

function zoneForm(signal) {
  const zone = h("textarea", { rows: 12, required: true, spellcheck: "false", placeholder: ZONE, wrap: "off" });
  return form([field("zone", "Zone file", zone, "As name servers read it (RFC 1035 §5). Nothing is looked up: what is not in it does not exist.")],
              () => ({ zone: zone.value }), signal);
}

function domainForm(signal, url) {
  const name = h("input", { required: true, spellcheck: "false", autocomplete: "off", placeholder: "example.com", value: url.searchParams.get("domain") ?? "" });
  const selectors = h("input", { spellcheck: "false", autocomplete: "off", placeholder: "s1 s2" });
  return form([h("div.fields", field("domain", "Domain", name, "Looked up as this envelint asks DNS: live, or in the zone files it was given."),
    field("selectors", "DKIM selectors", selectors, "Without them: those of its providers, and common ones."))],
  () => ({ domain: name.value.trim(), selectors: words(selectors.value).length ? words(selectors.value) : undefined }), signal);
}

export function lint({ url, signal }) {
  const all = [
    { id: "record", title: "Record", make: () => recordForm(signal) },
    { id: "zone", title: "Zone", make: () => zoneForm(signal) },
    { id: "domain", title: "Domain", make: () => domainForm(signal, url) },
  ];
  return { title: "Lint", node: h("div.prose.wide", h("div.bar", h("h1", { tabindex: "-1" }, "Lint")), h("p.meta", "What is wrong with the mail records of a domain, and what to write instead."),
    tabs("What to lint", all, { chosen: url.hash.slice(1) || "record", onchange: (id) => history.replaceState(history.state, "", `#${id}`) })) };
}
