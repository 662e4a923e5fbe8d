// Why a message passes or fails: the conclusion, what to change, and how a receiver comes to it.

import { count, h, prose, sentence } from "./dom.js";
import { alignment } from "./dmarc.js";
import { signatures } from "./dkim.js";
import { explain, icon, section } from "./parts.js";
import { findings } from "./record.js";
import { dialogue } from "./sessions.js";
import { spf } from "./spf.js";
import { OUTCOMES } from "./words.js";

const WORDS = { pass: "good", fail: "bad", temperror: "unknown", permerror: "bad", none: "neutral" };
const FEW = 3;

function conclusion(verdict, message) {
  const [kind] = OUTCOMES[WORDS[verdict.dmarc.result] ?? "neutral"];
  const if_listed = message.what_if ?? message.sender_if;
  return h(`div.conclusion.${kind}`, icon(kind), h("div", h("p.first", prose(verdict.conclusion)),
    verdict.consequence && h("p", prose(verdict.consequence)),
    if_listed?.conclusion && h("p", `From ${if_listed.ip}, which ${if_listed.listed_in} lists: `, prose(if_listed.conclusion))));
}

function change(verdict) {
  if (!verdict.findings.length) {
    return section("change", "What to change", h("p", verdict.dmarc.result === "pass" ? "Nothing. All that was looked at is as it should be."
      : "No finding says what to change. The steps below say where it ends."));
  }
  return section("change", "What to change", findings(verdict.findings, []));
}

function asked(step) {
  return step.asked.map(({ question, answer }) => h("div.asked", h("code", question), " ", h("span", answer)));
}

function step(one) {
  const [kind, means] = OUTCOMES[one.outcome] ?? OUTCOMES.neutral;
  const more = [...one.details.map((text) => h("li", prose(text))), ...asked(one).map((text) => h("li", text))];
  return h(`li.step.${kind}`, h("span.mark", icon(kind, means)),
    h("div", h("p.step-head", h("b", one.stage), one.subject && [" ", h("bdi", one.subject)], one.reference && h("span.reference", one.reference)),
      h("p", sentence(one.text)),
      more.length > 0 && (one.details.length <= FEW && !one.asked.length ? h("ul.details", more)
        : h("details", h("summary", [one.details.length > 0 && count(one.details.length, "detail"), one.asked.length > 0 && count(one.asked.length, "DNS question")].filter(Boolean).join(", ")), h("ul.details", more)))));
}

function story(verdict) {
  return section("story", "Step by step", h("ol.story", verdict.story.map(step)));
}

function arc({ arc: chain }) {
  if (!chain.sets?.length && chain.result === "none") return null;
  const word = (result) => h("span", { class: result === "pass" ? "good" : "bad" }, result ?? "–");
  return section("arc", "ARC", explain("ARC"),
    h("p", `The chain has the result `, h("b", chain.result), chain.reason && [": ", prose(chain.reason)], "."),
    chain.sets?.length > 0 && h("table", h("thead", h("tr", ["Instance", "Sealed by", "Selector", "Message signature", "Seal"].map((one) => h("th", { scope: "col" }, one)))),
      h("tbody", chain.sets.map((set) => h("tr", h("td.number", set.instance), h("td", set.domain ?? "–"), h("td", set.selector ?? "–"),
        h("td", word(set.message_signature)), h("td", word(set.seal)))))));
}

function dns(verdict) {
  const known = new Map(verdict.story.flatMap((one) => one.asked).map(({ question, answer }) => [question, answer]));
  if (!known.size) return null;
  return section("dns", "DNS", explain("dns", "What is this?"),
    h("details.fold", h("summary", count(known.size, "question")), h("table", h("thead", h("tr", h("th", { scope: "col" }, "Asked"), h("th", { scope: "col" }, "Answer"))),
      h("tbody", [...known].map(([question, answer]) => h("tr", h("td", h("code", question)), h("td", answer)))))));
}

function said({ session_detail: session }) {
  if (!session?.transcript) return null;
  return section("said", "Dialogue", explain("dialogue", "Who is who?"),
                 h("details.fold", h("summary", session.why), dialogue(session.transcript)));
}

export function why(message) {
  const { verdict } = message;
  if (!verdict) {
    return h("div", h("p.conclusion.none", icon("none"), h("span", "This message was not judged: envelint runs with ", h("code", "--no-verdict"), ".")), said(message));
  }
  return h("div.why", conclusion(verdict, message), change(verdict), alignment(verdict), story(verdict), spf(verdict),
           signatures(verdict), arc(verdict), said(message), dns(verdict));
}
