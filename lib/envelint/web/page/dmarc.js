// DMARC: whether a domain for which SPF or DKIM passes belongs to the domain in From. Drawn, and for both generations.

import { h, plain, prose, sentence } from "./dom.js";
import { check, explain, header, section } from "./parts.js";

const BY = {
  same_domain: "same domain",
  same_organization: "same organization",
  strict: "strict: not the same",
  other_organization: "other organization",
  unknown: "not known",
};
const MOST = 6; // domains in the drawing
const MODES = { r: "relaxed", s: "strict" };
const SHAPES = { good: "M-4 0l3 3 5-6", bad: "M-3.5-3.5l7 7M3.5-3.5l-7 7", warn: "M0-4v5M0 4v.3", none: "M-4 0h8" };

/** What an edge says, and its colour: only what passes and is aligned counts. */
function edge({ aligned, state, by }) {
  const passes = state === "authenticated";
  if (aligned === undefined || state === "unknown") return ["warn", "not known"];
  if (aligned)
    return passes
      ? ["good", `aligned: ${BY[by]}`]
      : ["warn", state === "not_counted" ? "aligned, not counted" : "aligned, does not pass"];
  return ["bad", `not aligned: ${BY[by]}`];
}

/** The domains for which SPF and signatures speak. */
function speakers({ dmarc, dkim, spf }) {
  const { alignments } = dmarc.rfc9989;
  const has = (mechanism) => alignments.some((one) => one.mechanism === mechanism);
  const identity = spf?.identity === "helo" ? "HELO" : "MAIL FROM";
  const out = alignments.slice(0, MOST).map((one) => {
    const [kind, text] = edge(one);
    const title =
      one.mechanism === "dkim" ? `DKIM d=, ${dkim[one.signature].result}` : `${identity}, SPF ${spf.result}`;
    return { title, domain: one.domain, organization: one.organizational_domain, kind, text };
  });
  const silent = { kind: "none", text: "speaks for no domain" };
  if (!has("spf") && spf)
    out.unshift({ title: `${identity}, SPF ${spf.result}`, domain: spf.domain ?? "no domain", ...silent });
  if (!has("dkim")) out.push({ title: "DKIM", domain: "no signature", ...silent });
  return out;
}

function fitted(text, most) {
  const whole = plain(text);
  return whole.length <= most ? whole : `${whole.slice(0, most / 2 - 1)}…${whole.slice(1 - most / 2)}`;
}

function box(x, y, width, height, kind, { title, domain, organization }, says) {
  const lines = [
    ["name", title],
    ["domain", fitted(domain, Math.floor(width / 8) - 4)],
    organization && ["name", `organization ${fitted(organization, 22)}`],
    says && ["says", says],
  ];
  return h(
    `g.box.${kind}`,
    h("rect", { x, y, width, height, rx: 6 }),
    lines.filter(Boolean).map(([style, text], at) => h(`text.${style}`, { x: x + 14, y: y + 23 + at * 20 }, text)),
  );
}

// The From domain stands left of the others, or on a narrow screen above them. `trunk` and `mark` are places of lines.
const LAYOUTS = {
  wide: { all: 780, root: 230, x: 519, width: 260, height: 78, top: 1, trunk: 255, mark: 275 },
  narrow: { all: 342, root: 340, x: 56, width: 285, height: 100, top: 95, trunk: 20, mark: 38 },
};
const ROOT = 78;
const GAP = 15;

function drawing(style, from, others, label) {
  const { all, root, x, width, height, top, trunk, mark } = LAYOUTS[style];
  const is_wide = style === "wide";
  const middle = (at) => top + at * (height + GAP) + height / 2;
  const last = middle(others.length - 1);
  const from_y = is_wide ? (middle(0) + last - ROOT) / 2 : 1;
  return h(
    `svg.${style}`,
    { viewBox: `0 0 ${all} ${last + height / 2 + 1}`, role: "img", "aria-label": label },
    h("path.trunk", {
      d: is_wide ? `M${root} ${from_y + ROOT / 2}H${trunk}M${trunk} ${middle(0)}V${last}` : `M${trunk} ${ROOT}V${last}`,
    }),
    box(1, from_y, root, ROOT, "from", from),
    others.map((one, at) =>
      h(
        `g.${one.kind}`,
        h("path.edge", { d: `M${trunk} ${middle(at)}H${x}` }),
        h(
          "g.edge-mark",
          { transform: `translate(${mark} ${middle(at)})` },
          h("circle", { r: 9 }),
          h("path", { d: SHAPES[one.kind] }),
        ),
        is_wide && h("text.says", { x: mark + 18, y: middle(at) - 8 }, one.text),
        box(x, middle(at) - height / 2, width, height, one.kind, one, !is_wide && one.text),
      ),
    ),
  );
}

function diagram(verdict) {
  const { domain, rfc9989 } = verdict.dmarc;
  const from = { title: "From, what readers see", domain, organization: rfc9989.organizational_domain };
  const others = speakers(verdict);
  const label = `From domain ${domain}. ${others.map((one) => `${one.title} ${one.domain}: ${one.text}`).join(". ")}.`;
  return h("figure.diagram", drawing("wide", from, others, label), drawing("narrow", from, others, label));
}

const ROWS = {
  Result: (one) => one.result,
  "SPF passes, aligned": (one) => one.spf_aligned,
  "DKIM passes, aligned": (one) => one.dkim_aligned,
  "Policy found at": (one) => one.found_at ?? "no record",
  "Policy published": (one) => (one.published_policy ? `${one.tag}=${one.published_policy}` : "–"),
  "Policy applied": (one) => one.policy ?? "–",
  "Organizational domain": (one) => one.organizational_domain ?? "–",
  "Asked for": (one) => (one.pct ? `${one.disposition} of ${one.pct} %, else ${one.otherwise}` : one.disposition),
};

function generations({ rfc9989, rfc7489 }) {
  let differ = false;
  const cell = (value) =>
    h("td", typeof value === "boolean" ? check(value, "yes", "no", value ? "good" : "none") : value);
  const rows = Object.entries(ROWS).map(([name, of]) => {
    const differs = of(rfc9989) !== of(rfc7489);
    differ ||= differs;
    return h(differs ? "tr.differs" : "tr", h("th", { scope: "row" }, name), cell(of(rfc9989)), cell(of(rfc7489)));
  });
  return h(
    "table.generations",
    h("caption", `Receivers of both generations ${differ ? "differ" : "agree"}`),
    header(["", "RFC 9989", "RFC 7489, the older"]),
    h("tbody", rows),
  );
}

function reasons({ rfc9989 }) {
  return h(
    "ul.details",
    rfc9989.alignments.map((one) =>
      h(
        "li",
        h("b", one.mechanism.toUpperCase()),
        " ",
        h("bdi", one.domain),
        ` (${MODES[one.mode]}): `,
        prose(one.reason),
      ),
    ),
  );
}

export function alignment(verdict) {
  const { dmarc } = verdict;
  if (!dmarc.domain || !dmarc.rfc9989) {
    return section(
      "dmarc",
      "DMARC",
      explain("DMARC"),
      h("p", dmarc.reason ? sentence(dmarc.reason) : "DMARC could not be applied."),
    );
  }
  return section(
    "dmarc",
    "DMARC",
    explain("DMARC"),
    diagram(verdict),
    reasons(dmarc),
    explain("aligned"),
    explain("organizational", "What is an organizational domain?"),
    dmarc.rfc7489 && generations(dmarc),
  );
}
