// Each DKIM signature: its key, what it covers, and where it fails, what was changed.

import { count, h, prose, sentence } from "./dom.js";
import { badge, explain, facts, icon, section } from "./parts.js";

const CANONICAL = { simple: "as it stands", relaxed: "white space may change" };
const PLACES = [["key_ok", "key"], ["body_hash_ok", "body"], ["header_signature_ok", "header"]];

function check(value, what) {
  const kind = value === undefined ? "warn" : value ? "good" : "bad";
  const word = value === undefined ? "not known" : value ? "holds" : "does not hold";
  return h(`span.check.${kind}`, icon(kind), `${what} ${word}`);
}

function canonicalization(value) {
  const [header, body] = value.split("/");
  return [value, h("span.faint", ` (header ${CANONICAL[header]}, body ${CANONICAL[body]})`)];
}

function date(unix) {
  return unix === undefined ? undefined : new Date(unix * 1000).toISOString().replace(".000Z", " UTC").replace("T", " ");
}

function names(fields) {
  return fields?.length > 0 && h("span.names", fields.map((one) => h("code", one)));
}

/** White space that was changed is seen. */
function seen(text) {
  return text.replace(/\r\n|\n/g, "↵\n").replace(/ /g, "·").replace(/\t/g, "⇥");
}

/** Both texts with what they do not share marked. */
function difference(before, after) {
  let same = 0;
  const most = Math.min(before.length, after.length);
  while (same < most && before[same] === after[same]) ++same;
  let behind = 0;
  while (behind < most - same && before.at(-1 - behind) === after.at(-1 - behind)) ++behind;
  const line = (title, tag, text) => h("div", h("dt", title), h("dd", h("pre.wrap", text.slice(0, same),
    text.length > same + behind && h(tag, h("pre.inline", seen(text.slice(same, text.length - behind)))), text.slice(text.length - behind))));
  return h("dl.difference", line("Signed", "del", before), line("Now", "ins", after));
}

function autopsy(one) {
  const change = (it) => h("li", h("p", sentence(it.text)),
    it.before !== undefined || it.after !== undefined ? difference(it.before ?? "", it.after ?? "") : null,
    h("p.faint", [it.field && `field ${it.field}`, it.line && `line ${it.line} of the body`, it.lines && count(it.lines, "line"),
      it.offset !== undefined && `octet ${it.offset}`, it.selector && `selector ${it.selector}`, it.domain && `key at ${it.domain}`].filter(Boolean).join(", ")));
  return h("div.autopsy", h("h4", one.changes.length ? "What was changed" : "What is known"),
    one.changes.length ? h("ul", one.changes.map(change)) : h("p", sentence(one.summary)),
    one.known.length > 0 && h("ul.details", one.known.map((text) => h("li", prose(text)))),
    h("p.faint", one.changes.length ? "Proven: with the change undone the signature holds." : `${count(one.tried, "guess", "guesses")} checked${one.gave_up ? ", then a limit was reached" : ""}.`));
}

function signature(one, index) {
  return h("article.signature", h("h3", h("span.faint", `${index + 1} `), h("bdi", one.domain ?? "no readable domain"), " ", badge("DKIM", one.result)),
    one.reason && h("p", sentence(one.reason + (one.detail ? `: ${one.detail}` : ""))),
    h("p.checks", PLACES.map(([member, what]) => check(one[member], what))),
    one.autopsy && autopsy(one.autopsy),
    facts([
      ["Key", one.key_name && [h("code", one.key_name), one.testing && h("span.warn", " t=y: a test")]],
      ["Algorithm", one.algorithm && `${one.algorithm}${one.key_bits ? `, ${one.key_bits} bits` : ""}`],
      ["Identity", one.identity && h("bdi", one.identity)],
      ["Canonical", one.canonicalization && canonicalization(one.canonicalization)],
      ["Signed", [date(one.timestamp), one.in_future && h("span.warn", " lies in the future")].filter(Boolean)],
      ["Expires", date(one.expiration)],
      ["Body", one.body_octets !== undefined && [`${one.body_octets} octets, hash `, h("code", one.body_hash ?? "–"),
        one.unsigned_octets > 0 && h("span.warn", ` the last ${one.unsigned_octets} are not signed (l=)`)]],
      ["Covers", names(one.signed_fields)],
      ["Not covered", names(one.unsigned_fields)],
      ["Partly covered", names(one.duplicated_fields)],
    ].filter(([, value]) => !Array.isArray(value) || value.length)));
}

export function signatures(verdict) {
  const some = verdict.dkim.filter((one) => one.domain || one.reason || one.result !== "none");
  return section("dkim", "DKIM", explain("DKIM"),
    some.length ? some.map(signature) : h("p", "The message has no DKIM signature."));
}
