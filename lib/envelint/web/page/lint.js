// Lint: a record, a zone file or a domain; what is wrong in it, where, and what to write instead.

import { send } from "./api.js";
import { count, h, prose, say } from "./dom.js";
import { check, failure, fold, header, heading, tabs } from "./parts.js";
import { findings } from "./record.js";

const KINDS = ["spf", "dkim", "dmarc", "mta_sts", "tls_rpt", "bimi", "tlsa", "mx"];
const STATES = { found: ["good", "ok"], nothing: ["none", "none"], unknown: ["warn", "unknown"] };
const WORST = {
  error: ["bad", "error"],
  warning: ["warn", "warning"],
  notice: ["none", "notice"],
  info: ["none", "info"],
};
const ZONE = `$ORIGIN example.com.
@       TXT "v=spf1 mx include:_spf.example.net -all"
@       MX  10 mail
_dmarc  TXT "v=DMARC1; p=none; rua=mailto:dmarc@example.com"
`;

const nameOf = (kind) => kind.toUpperCase().replace("_", "-");

function overview(areas) {
  return h(
    "table",
    header(["Area", "State", "What is there"], ".quiet"),
    h(
      "tbody",
      areas.map((one) => {
        const [kind, word] = WORST[one.worst] ?? STATES[one.state];
        return h(
          "tr",
          h("th", { scope: "row" }, nameOf(one.area)),
          h("td", check(true, word, word, kind)),
          h("td", one.text),
        );
      }),
    ),
  );
}

function domain({ domain: name, records, findings: all, overview: areas, spf, unknown }) {
  const [only, ...others] = records;
  const invalid = !others.length && only?.valid === false;
  return h(
    "section",
    h("h2", name ?? "The record"),
    areas && overview(areas),
    invalid && h("p", "Receivers cannot use this record."),
    all.length ? findings(all, records) : h("p", "Nothing is wrong with it."),
    spf &&
      h(
        "p.faint",
        `SPF: ${spf.lookups} of 10 lookups, ` +
          `${count(spf.authorised.ipv4_addresses, "IPv4 address", "IPv4 addresses")} may send.`,
      ),
    unknown.length > 0 &&
      h(
        "ul.details",
        unknown.map((one) => h("li", h("code", one.question), `: ${one.reason}`)),
      ),
  );
}

/** What a document of envelint/lint/1 says. */
export function result({ summary, domains, text }) {
  const counts = ["error", "warning", "notice"].map((one) => summary[one] && count(summary[one], one));
  const found = [...counts, summary.info && `${summary.info} info`].filter(Boolean).join(", ") || "Nothing found";
  say(found, true);
  return h(
    "div",
    h("p", h("b", found)),
    domains.map(domain),
    text && fold("As the terminal shows it", h("pre", { tabindex: "0" }, text)),
  );
}

/** A label and what is typed, chosen or left out; `attributes` has its id. */
export function field(name, hint, attributes, tag = "input") {
  const { id } = attributes;
  const control = h(tag, { spellcheck: "false", autocomplete: "off", "aria-describedby": `${id}-hint`, ...attributes });
  return [
    h("div.field", h("label", { for: id }, name), control, h("p.faint", { id: `${id}-hint` }, prose(hint))),
    control,
  ];
}

/** A form that posts what `body` makes of it, and shows the result below. */
function form(fields, body, signal) {
  const out = h("div");
  const ask = h("button.primary", { type: "submit" }, "Lint");
  async function submit(event) {
    event.preventDefault();
    ask.disabled = true;
    out.replaceChildren(
      await send("POST", "/lint", { body: body(), signal }).then(result, (error) => failure(prose(error.message))),
    );
    ask.disabled = false;
  }
  const node = h(
    "form",
    { onsubmit: submit, onkeydown: (event) => event.key === "Enter" && event.ctrlKey && node.requestSubmit() },
    h("div.fields", fields),
    ask,
  );
  return h("div", node, out);
}

const some = ({ value }) => value.trim() || undefined;

function recordForm(signal) {
  const [record_field, record] = field(
    "Record",
    "The value of a TXT record, as a receiver gets it: without quotes.",
    { id: "record", rows: 4, required: true, placeholder: "v=spf1 include:_spf.example.net -all" },
    "textarea",
  );
  const [name_field, name] = field("Name", "Where it stands, if that matters: `_dmarc.example.com`", { id: "name" });
  const [kind_field, kind] = field("Kind", "What it is to be, whatever it looks like.", { id: "kind" }, "select");
  kind.append(
    h("option", { value: "" }, "as it looks"),
    ...KINDS.map((one) => h("option", { value: one }, nameOf(one))),
  );
  return form(
    [record_field, name_field, kind_field],
    () => ({ record: some(record), name: some(name), type: some(kind) }),
    signal,
  );
}

function zoneForm(signal) {
  const [zone_field, zone] = field(
    "Zone file",
    "As name servers read it (RFC 1035 §5). Nothing is looked up: what is not in it does not exist.",
    { id: "zone", rows: 12, required: true, placeholder: ZONE, wrap: "off" },
    "textarea",
  );
  return form(zone_field, () => ({ zone: zone.value }), signal);
}

function domainForm(signal) {
  const [name_field, name] = field(
    "Domain",
    "Looked up as this envelint asks DNS: live, or in the zone files that it was given.",
    { id: "domain", required: true, placeholder: "example.com" },
  );
  const [selectors_field, selectors] = field(
    "DKIM selectors",
    "Without them: those of its providers, and common ones.",
    { id: "selectors", placeholder: "s1 s2" },
  );
  return form(
    [name_field, selectors_field],
    () => ({ domain: some(name), selectors: some(selectors)?.split(/[\s,]+/) }),
    signal,
  );
}

export function lint({ url, signal }) {
  const all = [
    ["record", "Record", () => recordForm(signal)],
    ["zone", "Zone", () => zoneForm(signal)],
    ["domain", "Domain", () => domainForm(signal)],
  ];
  return {
    title: "Lint",
    node: h(
      "div.prose",
      heading("Lint"),
      h("p.meta", "What is wrong with the mail records of a domain, and what to write instead."),
      tabs("What to lint", all, url.hash.slice(1)),
    ),
  };
}
