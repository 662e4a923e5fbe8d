// Findings: what is wrong, where it stands in the record, why it matters and what to write instead.

import { h, prose, sentence } from "./dom.js";
import { copyable, fold, icon } from "./parts.js";

const SEVERITIES = { error: "bad", warning: "warn", notice: "none", info: "none" }; // the gravest first
const AROUND = 100; // octets of a long record that are shown on each side of a place

/** A text with places marked: {start, end, kind, label}, in octets. Of a long text, what is around them. */
function marked(text, places) {
  const octets = new TextEncoder().encode(text);
  const cut = (from, to) => new TextDecoder().decode(octets.slice(from, to));
  const sorted = places.toSorted((a, b) => a.start - b.start);
  const long = sorted.length && octets.length > 4 * AROUND;
  let at = long ? Math.max(0, sorted[0].start - AROUND) : 0;
  const to = long ? Math.min(octets.length, sorted.at(-1).end + AROUND) : octets.length;
  const out = [at > 0 && "…"];
  for (const { start, end, kind, label } of sorted) {
    if (start < at) continue;
    out.push(cut(at, start), h(`span.place.${kind}`, { title: label }, start === end ? "‸" : cut(start, end)));
    at = end;
  }
  return [...out, cut(at, to), to < octets.length && "…"];
}

function recordOf({ owner, type, kind, line, start }, records) {
  if (start === undefined) return undefined;
  const same = records.filter((one) => one.owner === owner && one.type === type && one.kind === kind);
  return same.find((one) => one.source?.line === line) ?? same[0];
}

function shownRecord({ where, severity, label, related = [] }, records) {
  const record = recordOf(where, records);
  if (!record) return null;
  const places = [
    { ...where, kind: SEVERITIES[severity], label },
    ...related.map((one) => ({ ...one, kind: "related", label: one.text })),
  ];
  const labels = places.map((one) => one.label).filter(Boolean);
  return [h("pre.wrap", marked(record.value, places)), labels.length > 0 && h("p.faint", labels.join("; "))];
}

/** The corrected value, with what is new in it marked. */
function corrected({ edits, replacement }) {
  let shift = 0;
  const places = edits.map(({ start, end, text = "" }) => {
    const added = new TextEncoder().encode(text).length;
    const place = { start: start + shift, end: start + shift + added, kind: "new" };
    shift += added - (end - start);
    return place;
  });
  return replacement.length > 4 * AROUND
    ? replacement
    : marked(
        replacement,
        places.filter((one) => one.end > one.start),
      );
}

function whereText({ owner, type, line, column }) {
  return [owner && h("code", owner), type && ` ${type}`, line && `, line ${line}, column ${column}`];
}

function finding(one, records) {
  const kind = SEVERITIES[one.severity];
  const { fix } = one;
  return h(
    `li.finding.${kind}`,
    h("h3", icon(kind), h("span", prose(one.message))),
    h(
      "p.place-line",
      h("b.severity", one.severity),
      h("a", { href: `/findings/${one.code}` }, one.code),
      h("span", whereText(one.where)),
      h("span", one.reference),
    ),
    shownRecord(one, records),
    one.note && h("p", h("b", "Why "), sentence(one.note)),
    one.help && h("p", h("b", "What to do "), sentence(one.help)),
    fix?.replacement !== undefined && [
      h("p", h("b", "Write"), !fix.safe && " if that is what was meant"),
      copyable(fix.replacement, corrected(fix)),
    ],
  );
}

/** The gravest first; what is only worth knowing behind a fold. */
export function findings(all, records = []) {
  const order = Object.keys(SEVERITIES);
  const sorted = all.toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
  const split = sorted.findIndex((one) => SEVERITIES[one.severity] === "none");
  const list = (some) =>
    h(
      "ul",
      some.map((one) => finding(one, records)),
    );
  if (split < 1) return list(sorted);
  return [list(sorted.slice(0, split)), fold(`${sorted.length - split} worth knowing`, list(sorted.slice(split)))];
}
