// The evaluation of SPF as a tree: each term in the order in which it was tested, with the lookups counted so far.

import { h, prose, sentence } from "./dom.js";
import { badge, explain, fold, icon, section } from "./parts.js";

const LIMIT = 10; // RFC 7208 §4.6.4
const OUTCOMES = {
  match: ["good", "matches"],
  no_match: ["none", "does not match"],
  not_tested: ["none", "not tested"],
  error: ["bad", "is broken"],
};
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

function term({ step, inner }, decides) {
  const { term: written, outcome, reason, asked = [], lookups } = step;
  const [shape, means] = OUTCOMES[outcome];
  const kind = outcome === "match" ? (QUALIFIERS[written[0]] ?? shape) : shape;
  return h(
    `li.${outcome}`,
    h(
      `div.term${step === decides ? ".decides" : ""}`,
      h(`span.${kind}`, icon(shape, means)),
      h(
        "div",
        h("code", written),
        " ",
        prose(reason ?? means),
        step === decides && h("b", " decides"),
        asked.map((one) =>
          h("div.faint", h("code", one.question), ` ${one.answer}`, one.void && h("b", " (a void lookup)")),
        ),
      ),
      outcome !== "not_tested" &&
        lookups > 0 &&
        h(
          lookups > LIMIT ? "span.bad" : "span.faint",
          { title: `${lookups} of ${LIMIT} lookups` },
          `${lookups}/${LIMIT}`,
        ),
    ),
    inner.length > 0 &&
      h(
        "ul",
        inner.map((one) => term(one, decides)),
      ),
  );
}

function evaluation(
  { result, domain, reason, mechanism, path = [], trace = [], asked = [], explanation, lookups, void_lookups },
  title,
) {
  const decides = trace.findLast(
    (step) => step.domain === path.at(-1) && step.term === mechanism && step.outcome !== "no_match",
  );
  return h(
    "div",
    h("h3", title, " ", h("bdi", domain), " ", badge("SPF", result)),
    reason && h("p", sentence(reason)),
    asked[0] && h("pre.wrap", asked[0].answer),
    trace.length > 0 && [
      h(
        "ul.tree",
        nested(trace).map((one) => term(one, decides)),
      ),
      h("p.faint", `${lookups} of ${LIMIT} lookups, ${void_lookups} of them found nothing.`),
    ],
    explanation && h("p", h("b", "The domain says "), h("q", explanation)),
  );
}

export function spf({ spf: it, spf_helo: helo }) {
  return (
    it &&
    section(
      "spf",
      "SPF",
      explain("SPF"),
      evaluation(it, it.identity === "helo" ? "HELO" : "MAIL FROM"),
      helo && fold(`HELO ${helo.domain ?? ""}: ${helo.result}`, evaluation(helo, "HELO")),
    )
  );
}
