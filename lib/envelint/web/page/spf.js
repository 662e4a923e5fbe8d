// The evaluation of SPF as a tree: each term in the order in which it was tested, with the lookups counted so far.

import { h, prose, sentence } from "./dom.js";
import { badge, explain, icon, section } from "./parts.js";

const LIMIT = 10;  // RFC 7208 §4.6.4
const OUTCOMES = { match: ["good", "matches"], no_match: ["none", "does not match"], not_tested: ["none", "not tested"], error: ["bad", "is broken"] };
const QUALIFIERS = { "-": "bad", "~": "warn", "?": "none" };

/** The steps with those of an included record inside the step that includes it. */
function nested(trace) {
  const root = { inner: [] };
  const path = [root];
  for (const step of trace) {
    const node = { step, inner: [] };
    path.length = Math.min(path.length, step.depth + 1);
    path.at(-1).inner.push(node);
    path.push(node);
  }
  return root.inner;
}

function deciding(evaluation) {
  const at = evaluation.path?.at(-1);
  return evaluation.trace?.findLast((step) => step.domain === at && step.term === evaluation.mechanism && step.outcome !== "no_match");
}

function term({ step, inner }, decides) {
  const [kind, means] = OUTCOMES[step.outcome];
  const shape = step.outcome === "match" ? QUALIFIERS[step.term[0]] ?? kind : kind;
  const counted = step.lookups > 0 && step.outcome !== "not_tested";
  const asked = step.asked ?? [];
  return h(`li.${step.outcome}`, h(`div.term${step === decides ? ".decides" : ""}`,
    h(`span.${shape}`, icon(step.outcome === "match" ? "good" : kind, means)),
    h("div", h("code", step.term), " ", h("span", step.reason ? prose(step.reason) : means), step === decides && h("b.verdict", "decides"),
      asked.map((one) => h("div.asked", h("code", one.question), " ", one.answer, one.void && h("span.warn", " (a void lookup)")))),
    counted && h("span.lookups", { class: step.lookups > LIMIT ? "lookups bad" : "lookups", title: `${step.lookups} of ${LIMIT} lookups` }, `${step.lookups}/${LIMIT}`)),
    inner.length > 0 && h("ul", inner.map((one) => term(one, decides))));
}

function evaluation(one, title) {
  const own = one.asked?.[0];
  return h("div.evaluation", h("h3", title, " ", h("bdi", one.domain ?? ""), " ", badge("SPF", one.result)),
    one.reason && h("p", sentence(one.reason)),
    own && h("pre.wrap", own.answer),
    one.trace?.length > 0 && h("ul.tree", nested(one.trace).map((node) => term(node, deciding(one)))),
    one.explanation && h("p", h("span.lead", "The domain says"), " ", h("q", one.explanation)),
    one.trace?.length > 0 && h("p.faint", `${one.lookups} of ${LIMIT} lookups, ${one.void_lookups} of them found nothing. `));
}

export function spf(verdict) {
  if (!verdict.spf) return null;
  const helo = verdict.spf_helo;
  return section("spf", "SPF", explain("SPF"), evaluation(verdict.spf, verdict.spf.identity === "helo" ? "HELO" : "MAIL FROM"),
    helo && h("details.fold", h("summary", `HELO ${helo.domain ?? ""}: ${helo.result}`), evaluation(helo, "HELO")));
}
