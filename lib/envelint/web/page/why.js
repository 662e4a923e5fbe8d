// Why a message passes or fails: the conclusion, what to change, and how a receiver comes to it.

import { count, h, prose, sentence } from "./dom.js";
import { signatures } from "./dkim.js";
import { alignment } from "./dmarc.js";
import { badge, explain, fold, icon, section, table } from "./parts.js";
import { findings } from "./record.js";
import { dialogue } from "./sessions.js";
import { spf } from "./spf.js";
import { meaning, OUTCOMES } from "./words.js";

function conclusion({ dmarc, conclusion: text, consequence, client_says_nothing, what_if }) {
  const [kind] = meaning(dmarc.result);
  return h(
    `div.conclusion.${kind}`,
    icon(kind),
    h(
      "div",
      h("p.first", prose(text)),
      consequence && h("p", prose(consequence)),
      client_says_nothing &&
        h(
          "p",
          "The client is of this host or network, and no SPF record means such an address. Whose mail it is to be, ",
          h("code", "--client-ip IP"),
          " says.",
        ),
      what_if && h("p", `From ${what_if.ip}, which ${what_if.listed_in} lists: `, prose(what_if.conclusion)),
    ),
  );
}

/** Where there is no finding. */
function nothing({ dmarc, dkim }) {
  if (dmarc.result === "pass") return "Nothing. All that was looked at is as it should be.";
  if (dkim[0].result !== "none") return "There is no finding. The steps below say where it ends.";
  return ["Have it signed with DKIM as ", h("code", dmarc.domain ?? "its author domain"), ": ", h("a", { href: "/keygen" }, "make a key"), "."];
}

/** Of a message that fails, what is about its verdict (X) stands before what is about its client. */
function change(verdict) {
  const { findings: all, dmarc } = verdict;
  const first = dmarc.result === "pass" ? [] : all.filter((one) => one.code.startsWith("X"));
  const rest = all.filter((one) => !first.includes(one));
  return section(
    "change",
    "What to change",
    all.length ? [first, rest].filter((some) => some.length).map((some) => findings(some)) : h("p", nothing(verdict)),
  );
}

function step({ stage, outcome, subject, text, reference, details, asked }) {
  const [kind, means] = OUTCOMES[outcome];
  const more = h(
    "ul.details",
    details.map((one) => h("li", prose(one))),
    asked.map((one) => h("li", h("code", one.question), " ", one.answer)),
  );
  const counts = [
    details.length && count(details.length, "detail"),
    asked.length && count(asked.length, "DNS question"),
  ].filter(Boolean);
  return h(
    `li.step.${kind}`,
    h("span.mark", icon(kind, means)),
    h(
      "div",
      h("p", h("span.reference", reference), h("b", stage), " ", h("bdi", subject)),
      h("p", sentence(text)),
      counts.length > 0 && (asked.length ? fold(counts.join(", "), more) : more),
    ),
  );
}

function arc({ arc: { result, reason, sets = [] } }) {
  if (result === "none" && !sets.length) return null;
  return section(
    "arc",
    "ARC",
    explain("ARC"),
    h("p", "The chain: ", badge("ARC", result), reason && [" ", prose(reason)]),
    sets.length > 0 &&
      table(
        ["Instance", "Sealed by", "Selector", "Message signature", "Seal"],
        sets.map((set) => [set.instance, set.domain, set.selector, set.message_signature, set.seal]),
      ),
  );
}

function dialogueOf({ session_detail: session }) {
  return (
    session?.transcript &&
    section("dialogue", "Dialogue", explain("dialogue", "Who is who?"), fold(session.why, dialogue(session.transcript)))
  );
}

function dns({ story }) {
  const known = [...new Map(story.flatMap((one) => one.asked).map((one) => [one.question, one.answer]))];
  return (
    known.length > 0 &&
    section(
      "dns",
      "DNS",
      fold(
        count(known.length, "question"),
        table(
          ["Asked", "Answer"],
          known.map(([question, answer]) => [h("code", question), answer]),
        ),
      ),
    )
  );
}

export function why(message) {
  const { verdict } = message;
  if (!verdict)
    return h(
      "div",
      h("p", "This message was not judged: envelint runs with ", h("code", "--no-verdict"), "."),
      dialogueOf(message),
    );
  return h(
    "div",
    conclusion(verdict),
    change(verdict),
    alignment(verdict),
    section("story", "Step by step", h("ol", verdict.story.map(step))),
    spf(verdict),
    signatures(verdict),
    arc(verdict),
    dialogueOf(message),
    dns(verdict),
  );
}
