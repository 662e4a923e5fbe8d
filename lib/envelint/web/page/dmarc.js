// DMARC: whether a domain for which SPF or DKIM passes belongs to the domain in From. Drawn, and for both generations.

import { h, plain, sentence } from "./dom.js";
import { badge, check, explain, header, section } from "./parts.js";

const BY = { same_domain: "same domain", same_organization: "same organization", strict: "strict: not the same", other_organization: "other organization", unknown: "not known" };
const MODES = { r: "relaxed", s: "strict" };
const SHAPES = { good: "M-4 0l3 3 5-6", bad: "M-3.5-3.5l7 7M3.5-3.5l-7 7", warn: "M0-4v5M0 4v.3", none: "M-4 0h8" };

/** What an edge says, and its colour: only what passes and is aligned counts. */
function edge({ aligned, state, by }) {
  const passes = state === "authenticated";
  if (aligned === undefined || state === "unknown") return ["warn", "not known"];
  if (aligned) return passes ? ["good", `aligned: ${BY[by]}`] : ["warn", state === "not_counted" ? "aligned, not counted" : "aligned, does not pass"];
  return ["bad", `not aligned: ${BY[by]}`];
}

function nodes(verdict) {
  const { alignments } = verdict.dmarc.rfc9989;
  const out = alignments.map((one) => {
    const signature = one.mechanism === "dkim" ? verdict.dkim[one.signature] : undefined;
    const result = signature?.result ?? verdict.spf?.result;
    const identity = verdict.spf?.identity === "helo" ? "HELO" : "MAIL FROM";
    const [kind, text] = edge(one);
    return { title: signature ? `DKIM d=, ${result}` : `${identity}, SPF ${result}`, domain: one.domain, organization: one.organizational_domain, kind, text };
  });
  const has = (mechanism) => alignments.some((one) => one.mechanism === mechanism);
  if (!has("spf") && verdict.spf) out.unshift({ title: `MAIL FROM, SPF ${verdict.spf.result}`, domain: verdict.spf.domain ?? "no domain", kind: "none", text: "vouches for nothing" });
  if (!has("dkim")) out.push({ title: "DKIM", domain: "no signature", kind: "none", text: "vouches for nothing" });
  return out;
}

function fitted(text, most) {
  const whole = plain(text);
  return whole.length <= most ? whole : `${whole.slice(0, most / 2 - 1)}…${whole.slice(1 - most / 2)}`;
}

function box(x, y, width, height, kind, lines) {
  return h(`g.box.${kind}`, h("rect", { x, y, width, height, rx: 6 }), lines.filter(Boolean).map(([style, text], at) =>
    h(`text.${style}`, { x: x + 14, y: y + 24 + at * 20 }, style === "domain" ? fitted(text, Math.floor((width - 28) / 8)) : text)));
}

function mark(x, y, kind) {
  return h(`g.edge-mark.${kind}`, { transform: `translate(${x} ${y})` }, h("circle", { r: 9 }), h("path", { d: SHAPES[kind] }));
}

const organization = (name) => name && ["name", `organization ${fitted(name, 22)}`];

function wide(from, others, label) {
  const [width, height, gap] = [780, 80, 14];
  const total = others.length * (height + gap) - gap;
  const middle = total / 2;
  return h("svg.wide", { viewBox: `0 0 ${width} ${total + 2}`, role: "img", "aria-label": label },
    h("path.trunk", { d: `M231 ${middle}h24${others.length > 1 ? `M255 ${height / 2}V${total - height / 2}` : ""}` }),
    box(1, middle - height / 2 + 1, 230, height - 2, "from", [["name", "From, what readers see"], ["domain", from.domain], organization(from.organization)]),
    others.map((one, at) => {
      const y = at * (height + gap) + height / 2;
      return h("g", h(`path.edge.${one.kind}`, { d: `M255 ${y}H519` }), mark(275, y, one.kind),
        h(`text.edge-text.${one.kind}`, { x: 293, y: y - 8 }, one.text),
        box(519, y - height / 2 + 1, 260, height - 2, one.kind, [["name", one.title], ["domain", one.domain], organization(one.organization)]));
    }));
}

function narrow(from, others, label) {
  const [height, gap, first] = [102, 12, 82];
  const total = first + others.length * (height + gap);
  return h("svg.narrow", { viewBox: `0 0 342 ${total}`, role: "img", "aria-label": label },
    h("path.trunk", { d: `M20 ${first - 2}V${total - height / 2}` }),
    box(1, 1, 340, first - 2, "from", [["name", "From, what readers see"], ["domain", from.domain], organization(from.organization)]),
    others.map((one, at) => {
      const y = first + gap + at * (height + gap);
      return h("g", h(`path.edge.${one.kind}`, { d: `M20 ${y + height / 2}H56` }), mark(37, y + height / 2, one.kind),
        box(56, y + 1, 285, height - 2, one.kind, [["name", one.title], ["domain", one.domain], organization(one.organization), ["says", one.text]]));
    }));
}

function diagram(verdict) {
  const { domain, rfc9989 } = verdict.dmarc;
  const from = { domain, organization: rfc9989.organizational_domain };
  const others = nodes(verdict);
  const label = `From domain ${domain}. ${others.map((one) => `${one.title} ${one.domain}: ${one.text}`).join(". ")}.`;
  return h("figure.diagram", wide(from, others, label), narrow(from, others, label));
}

const yes = (value) => check(value, "yes", "no", value ? "good" : "none");
const ROWS = [
  ["Result", (one) => badge("DMARC", one.result), (one) => one.result],
  ["SPF passes, aligned", (one) => yes(one.spf_aligned), (one) => one.spf_aligned],
  ["DKIM passes, aligned", (one) => yes(one.dkim_aligned), (one) => one.dkim_aligned],
  ["Policy found at", (one) => one.found_at ?? "no record", (one) => one.found_at],
  ["Policy published", (one) => one.published_policy ? `${one.tag}=${one.published_policy}` : "–", (one) => `${one.tag}=${one.published_policy}`],
  ["Policy applied", (one) => one.policy ?? "–", (one) => one.policy],
  ["Organizational domain", (one) => one.organizational_domain ?? "–", (one) => one.organizational_domain],
  ["Asked for", (one) => one.pct ? `${one.disposition} of ${one.pct} %, else ${one.otherwise}` : one.disposition, (one) => `${one.disposition} ${one.pct}`],
];

function generations({ rfc9989, rfc7489 }) {
  if (!rfc7489) return null;
  const row = ([name, show, key]) => {
    const differs = key(rfc9989) !== key(rfc7489);
    return h(differs ? "tr.differs" : "tr", h("th", { scope: "row" }, name), h("td", show(rfc9989)), h("td", show(rfc7489)));
  };
  return h("table.generations", h("caption", ROWS.some(([, , key]) => key(rfc9989) !== key(rfc7489)) ? "Receivers of both generations differ" : "Receivers of both generations agree"),
    header(["", "RFC 9989", "RFC 7489, the older"]), h("tbody", ROWS.map(row)));
}

function reasons({ rfc9989 }) {
  return h("ul.details", rfc9989.alignments.map((one) => h("li", h("b", one.mechanism.toUpperCase()), " ", h("bdi", one.domain), ` (${MODES[one.mode]}): `, sentence(one.reason))));
}

export function alignment(verdict) {
  const { dmarc } = verdict;
  if (!dmarc.domain || !dmarc.rfc9989) {
    return section("dmarc", "DMARC", explain("DMARC"), h("p", dmarc.reason ? sentence(dmarc.reason) : "DMARC could not be applied."));
  }
  return section("dmarc", "DMARC", explain("DMARC"), diagram(verdict), reasons(dmarc), explain("aligned", "What is aligned?"),
                 explain("organizational", "What is an organizational domain?"), generations(dmarc));
}
