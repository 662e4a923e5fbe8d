// Each DKIM signature: its key, what it covers, and where it fails, what was changed.

import { count, h, prose, sentence } from "./dom.js";
import { badge, check, explain, facts, section } from "./parts.js";

const CANONICAL = { simple: "as it stands", relaxed: "white space may change" };
const PLACES = { key_ok: "key", body_hash_ok: "body", header_signature_ok: "header" };

function canonicalization(value) {
  const [header, body] = value.split("/").map((one) => CANONICAL[one]);
  return [value, h("span.faint", ` (header: ${header}, body: ${body})`)];
}

const date = (unix) => unix && new Date(unix * 1000).toISOString().replace("T", " ").replace(".000Z", " UTC");
const names = (fields = []) => fields.map((one) => [h("code", one), " "]);

/** White space that was changed is seen. */
const seen = (text) => text.replace(/\r?\n/g, "↵\n").replaceAll(" ", "·").replaceAll("\t", "⇥");

/** Both texts with what they do not share marked. */
function difference(before, after) {
  const most = Math.min(before.length, after.length);
  let same = 0;
  while (same < most && before[same] === after[same]) ++same;
  let behind = 0;
  while (behind < most - same && before.at(-1 - behind) === after.at(-1 - behind)) ++behind;
  const row = (title, kind, text) => [
    title,
    h(
      "pre.wrap",
      text.slice(0, same),
      h(`span.place.${kind}`, seen(text.slice(same, text.length - behind))),
      text.slice(text.length - behind),
    ),
  ];
  return facts([row("Signed", "bad", before), row("Now", "new", after)]);
}

function change({ text, before, after, line, lines, offset, domain }) {
  const where = [
    line && `line ${line} of the body`,
    lines && count(lines, "line"),
    offset !== undefined && `octet ${offset}`,
    domain && `key at ${domain}`,
  ];
  return h(
    "li",
    h("p", sentence(text)),
    (before !== undefined || after !== undefined) && difference(before ?? "", after ?? ""),
    h("p.faint", where.filter(Boolean).join(", ")),
  );
}

function autopsy({ changes, summary, known, tried, gave_up }) {
  return h(
    "div.autopsy",
    h("h4", changes.length ? "What was changed" : "What is known"),
    changes.length ? h("ul", changes.map(change)) : h("p", sentence(summary)),
    h(
      "ul.details",
      known.map((text) => h("li", prose(text))),
    ),
    h(
      "p.faint",
      changes.length
        ? "Proven: with this undone it verifies."
        : `${count(tried, "guess", "guesses")} checked${gave_up ? ", then a limit was reached" : ""}.`,
    ),
  );
}

function signature(one, index) {
  const warns = (is, text) => is && h("span.warn", ` ${text}`);
  return h(
    "article",
    h(
      "h3",
      h("span.faint", `${index + 1} `),
      h("bdi", one.domain ?? "no domain that can be read"),
      " ",
      badge("DKIM", one.result),
    ),
    one.reason && h("p", sentence(one.reason + (one.detail ? `: ${one.detail}` : ""))),
    h(
      "p.checks",
      Object.entries(PLACES).map(([member, what]) =>
        one[member] === undefined
          ? check(false, "", `${what} not known`, "warn")
          : check(one[member], `${what} holds`, `${what} does not hold`),
      ),
    ),
    one.autopsy && autopsy(one.autopsy),
    facts([
      ["Key", one.key_name && [h("code", one.key_name), warns(one.testing, "t=y: a test")]],
      ["Algorithm", one.algorithm && `${one.algorithm}${one.key_bits ? `, ${one.key_bits} bits` : ""}`],
      ["Identity", one.identity],
      ["Canonical", one.canonicalization && canonicalization(one.canonicalization)],
      ["Signed", one.timestamp && [date(one.timestamp), warns(one.in_future, "lies in the future")]],
      ["Expires", date(one.expiration)],
      [
        "Body",
        one.body_hash && [
          `${one.body_octets} octets, hash `,
          h("code", one.body_hash),
          warns(one.unsigned_octets, `the last ${one.unsigned_octets} are not signed (l=)`),
        ],
      ],
      ["Covers", names(one.signed_fields)],
      ["Not covered", names(one.unsigned_fields)],
      ["In part", names(one.duplicated_fields)],
    ]),
  );
}

export function signatures({ dkim }) {
  const some = dkim.filter((one) => one.result !== "none" || one.reason);
  return section(
    "dkim",
    "DKIM",
    explain("DKIM"),
    some.length ? some.map(signature) : h("p", "The message has no DKIM signature."),
  );
}
