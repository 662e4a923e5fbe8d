// Findings: what is wrong, where it stands in the record, why it matters and what to write instead.

import { h, prose, sentence } from "./dom.js";
import { copyable, icon } from "./parts.js";

const SEVERITIES = ["error", "warning", "notice", "info"];
const KINDS = { error: "bad", warning: "warn", notice: "none", info: "none" };
const AROUND = 100;  // characters of a long record that are shown on each side of a place

export function bySeverity(findings) {
  return findings.toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}

/** Cuts a text at octets, which is what places in records count. */
function octets(text) {
  const all = new TextEncoder().encode(text);
  return (from, to) => new TextDecoder().decode(all.slice(from, to));
}

/** A text with places marked: {start, end, kind, label}, in octets. Of a long text, what is around them. */
function marked(text, places) {
  const cut = octets(text);
  const whole = new TextEncoder().encode(text).length;
  const sorted = places.toSorted((a, b) => a.start - b.start || a.end - b.end);
  const long = whole > 4 * AROUND;
  const from = long ? Math.max(0, Math.min(...sorted.map((one) => one.start)) - AROUND) : 0;
  const to = long ? Math.min(whole, Math.max(...sorted.map((one) => one.end)) + AROUND) : whole;
  const out = [from > 0 && "…"];
  let at = from;
  for (const { start, end, kind, label } of sorted) {
    if (start < at) continue;
    out.push(cut(at, start), h(`span.place.${kind}`, { title: label }, start === end ? "\u2038" : cut(start, end)));
    at = end;
  }
  return [...out, cut(at, to), to < whole && "…"];
}

function recordOf(finding, records) {
  const { owner, type, kind, line, start } = finding.where;
  if (start === undefined) return undefined;
  const same = records.filter((one) => one.owner === owner && one.type === type && one.kind === kind);
  return same.find((one) => one.source?.line === line) ?? same[0];
}

function shownRecord(finding, records) {
  const record = recordOf(finding, records);
  if (!record) return null;
  const { start, end } = finding.where;
  const related = (finding.related ?? []).map((one) => ({ ...one, kind: "related", label: one.text }));
  const labels = [finding.label, ...related.map((one) => one.label)].filter(Boolean);
  return h("div.record", h("pre.wrap", marked(record.value, [{ start, end, kind: KINDS[finding.severity], label: finding.label }, ...related])),
           labels.length > 0 && h("p.faint", labels.join("; ")));
}

/** The corrected value, with what is new in it marked. */
function replacement(fix) {
  let shift = 0;
  const encoder = new TextEncoder();
  const places = fix.edits.map(({ start, end, text = "" }) => {
    const added = encoder.encode(text).length;
    const place = { start: start + shift, end: start + shift + added, kind: "new" };
    shift += added - (end - start);
    return place;
  }).filter((place) => place.end > place.start);
  return copyable(fix.replacement, h("pre.wrap", places.length && fix.replacement.length < 400 ? marked(fix.replacement, places) : fix.replacement));
}

function whereText({ owner, type, file, line, column }) {
  const place = file && !file.startsWith("/") ? `${file}:${line}:${column}` : line && `line ${line}`;
  return [owner && [h("code", owner), type && ` ${type}`], owner && place && ", ", place];
}

export function finding(one, records = []) {
  const kind = KINDS[one.severity];
  return h(`article.finding.${kind}`,
    h("h3", icon(kind), h("span", prose(one.message))),
    h("p.facts-line", h("span.severity", one.severity), h("a", { href: `/findings/${one.code}` }, one.code),
      h("span", whereText(one.where ?? {})), one.reference && h("span", one.reference)),
    shownRecord(one, records),
    one.note && h("p", h("span.lead", "Why"), " ", sentence(one.note)),
    one.help && h("p", h("span.lead", "What to do"), " ", sentence(one.help)),
    one.fix?.replacement !== undefined && h("div.fix",
      h("p", h("span.lead", "Write"), !one.fix.safe && h("span.faint", " if that is what was meant")), replacement(one.fix)));
}

/** Errors and warnings, and what is only worth knowing behind a fold. */
export function findings(all, records, fold = true) {
  const sorted = bySeverity(all);
  const grave = fold ? sorted.filter((one) => one.severity === "error" || one.severity === "warning") : sorted;
  const rest = sorted.slice(grave.length);
  const list = (some) => h("ul.findings", some.map((one) => h("li", finding(one, records))));
  return [grave.length > 0 && list(grave),
          rest.length > 0 && h("details.fold", { open: !grave.length && rest.length < 3 }, h("summary", `${rest.length} worth knowing`), list(rest))];
}
