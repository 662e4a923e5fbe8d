// The page of a finding, written in the little of Markdown that records/ uses.

import { get } from "./api.js";
import { h, prose } from "./dom.js";
import { heading } from "./parts.js";

const ITEM = /^\s*(?:[-*]|(\d+)\.)\s+/;

function list(lines) {
  const items = [];
  for (const one of lines) {
    if (ITEM.test(one)) items.push(one.replace(ITEM, ""));
    else items[items.length - 1] += ` ${one.trim()}`;
  }
  return h(
    ITEM.exec(lines[0])[1] ? "ol.list" : "ul.list",
    items.map((one) => h("li", prose(one))),
  );
}

function block(text) {
  const lines = text.split("\n");
  if (lines[0].startsWith("#")) return h("h2", prose(lines.join(" ").replace(/^#+\s*/, "")));
  if (ITEM.test(lines[0])) return list(lines);
  return h("p", prose(lines.join(" ")));
}

/** Headings, paragraphs, lists, code. Whatever else stands there is shown as it is. */
function markdown(text) {
  return text
    .replace(/^---\n.*?\n---\n/s, "")
    .split(/^```\w*\n(.*?)^```$/ms)
    .map((piece, index) => {
      if (index % 2) return h("pre", { tabindex: "0" }, piece.trimEnd());
      return piece
        .split(/\n{2,}/)
        .map((one) => one.trim())
        .filter(Boolean)
        .map(block);
    });
}

export async function finding({ code, signal }) {
  const it = await get(`/findings/${code}`, {}, signal);
  return {
    title: `${it.code}: ${it.summary}`,
    node: h(
      "article.prose",
      heading(h("span.faint", `${it.code} `), prose(it.summary)),
      h("p.meta", `${it.severity} · ${it.name}`, it.reference && ` · ${it.reference}`),
      markdown(it.page),
    ),
  };
}
