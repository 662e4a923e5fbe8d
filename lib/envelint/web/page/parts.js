// What several views are made of: icons, badges, buttons, tabs, dialogs.

import { h, plain, say } from "./dom.js";
import { EXPLAINED, meaning } from "./words.js";

const ICONS = {
  good: "M3.5 8.5l3 3 6-7",
  bad: "M4 4l8 8M12 4l-8 8",
  warn: "M8 3.5v5.5M8 12.2v.3",
  none: "M4 8h8",
  clip: "M11.5 5.5l-5 5a1.4 1.4 0 0 0 2 2l5-5a2.8 2.8 0 0 0-4-4l-5 5a4.2 4.2 0 0 0 6 6l3.5-3.5",
  bin: "M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.5 9h6l.5-9M6.8 7v4M9.2 7v4",
  mail: "M2 4h12v8.5H2zM2.5 4.5L8 9l5.5-4.5",
  opened: "M2 7l6-4.5L14 7v6.5H2zM2.5 7.5L8 11l5.5-3.5",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  save: "M8 2v8M4.5 7L8 10.5 11.5 7M2.5 13.5h11",
  older: "M6 3l5 5-5 5",
  newer: "M10 3L5 8l5 5",
  link: "M6.5 9.5l3-3M7 5l1.8-1.8a2.6 2.6 0 0 1 4 4L11 9M9 11l-1.8 1.8a2.6 2.6 0 0 1-4-4L5 7",
  lock: "M4 7.5h8v6H4zM5.5 7.500v-2a2.5 2.5 0 0 1 5 0v2",
};

export function icon(name, title) {
  const label = title ? { role: "img", "aria-label": title } : { "aria-hidden": "true" };
  return h(`svg.i.i-${name}`, { viewBox: "0 0 16 16", ...label }, title && h("title", title), h("path", { d: ICONS[name] }));
}

/** A result of RFC 8601 as a word, a shape and a colour. */
export function badge(mechanism, result) {
  const [kind, means] = meaning(result);
  const word = result ?? "not checked";
  return h(`span.badge.${kind}`, { title: `${mechanism} ${word}: ${means}` },
           icon(kind), h("span.what", mechanism), " ", h("b", result ?? "–"));
}

export function badges(entry) {
  return h("span.badges", badge("SPF", entry.spf), badge("DKIM", entry.dkim), badge("DMARC", entry.dmarc),
           badge("ARC", entry.arc));
}

export function button(text, onclick, { image, kind = "", label } = {}) {
  const name = label ? { "aria-label": label, title: label } : {};
  return h(`button${kind}`, { type: "button", onclick, ...name }, image && icon(image), text);
}

export function link(text, href, { image, label, ...more } = {}) {
  const name = label ? { "aria-label": label, title: label } : {};
  return h("a.button", { href, ...name, ...more }, image && icon(image), text);
}

/** The clipboard is closed to pages that came without TLS from another host: there the text is selected instead. */
async function copy(text, near) {
  try {
    await navigator.clipboard.writeText(text);
    say("Copied");
  } catch {
    getSelection().selectAllChildren(near);
    say("Selected: copy it with the keyboard");
  }
}

/** A text to be copied, as it is, with a button that does. */
export function copyable(text, content = h("code", text)) {
  return h("div.copyable", h("div.text", content),
           button("Copy", (event) => copy(text, event.target.closest(".copyable").querySelector(".text")),
                  { image: "copy", kind: ".small" }));
}

export function explain(word, title = `What is ${word}?`) {
  return h("details.explain", h("summary", title), h("p", EXPLAINED[word]));
}

export function section(id, title, ...content) {
  return h("section", { "aria-labelledby": id }, h("h2", { id }, title), ...content);
}

/** Rows of a name and what it is; those without content are left out. */
export function facts(rows) {
  const given = rows.filter(([, value]) => value !== undefined && value !== null && value !== false && value !== "");
  return h("dl.facts", given.map(([name, value]) => h("div", h("dt", name), h("dd", value))));
}

/**
 * Tabs with arrow keys (WAI-ARIA). Each is {id, title, make}; `make` gives the content of a tab, or a promise of it, and
 * is called when the tab is first looked at.
 */
export function tabs(label, all, { chosen = all[0].id, onchange } = {}) {
  const buttons = all.map(({ id, title }) => h("button", {
    type: "button", role: "tab", id: `tab-${id}`, "aria-controls": `panel-${id}`, onclick: () => choose(id),
  }, title));
  const panels = all.map(({ id }) => h("div.panel", {
    role: "tabpanel", id: `panel-${id}`, "aria-labelledby": `tab-${id}`, tabindex: "0", hidden: true,
  }));
  const list = h("div.tabs", { role: "tablist", "aria-label": label, onkeydown: move }, buttons);
  const made = new Set();

  function choose(id, focus = false) {
    const index = Math.max(0, all.findIndex((one) => one.id === id));
    buttons.forEach((one, at) => {
      one.setAttribute("aria-selected", at === index);
      one.tabIndex = at === index ? 0 : -1;
      panels[at].hidden = at !== index;
    });
    if (focus) buttons[index].focus();
    if (!made.has(index)) fill(index);
    onchange?.(all[index].id);
  }

  async function fill(index) {
    made.add(index);
    try {
      panels[index].replaceChildren(await all[index].make());
    } catch (error) {
      made.delete(index);
      panels[index].replaceChildren(h("p.failure", { role: "alert" }, error.message));
    }
  }

  function move(event) {
    const at = buttons.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    choose(all[(to + all.length) % all.length].id, true);
  }

  const out = h("div.tabbed", list, panels);
  out.choose = choose;
  choose(chosen);
  return out;
}

export function dialog(title, ...content) {
  const out = h("dialog", { "aria-labelledby": "dialog-title", onclose: () => out.remove() },
                h("h2", { id: "dialog-title" }, title), ...content);
  out.addEventListener("click", (event) => event.target === out && out.close());
  document.body.append(out);
  out.showModal();
  return out;
}

/** Whether the person says yes. */
export function confirm(title, text, yes) {
  return new Promise((resolve) => {
    let answer = false;
    const answered = (value) => () => {
      answer = value;
      out.close();
    };
    const out = dialog(title, h("p", text), h("p.actions", button("Cancel", answered(false)),
                       button(yes, answered(true), { kind: ".danger" })));
    out.addEventListener("close", () => resolve(answer));
  });
}

export function failed(error) {
  return h("div.empty", h("h1", { tabindex: "-1" }, error.status === 404 ? "Not here" : "That did not work"),
           h("p", error.message), h("p", h("a", { href: "/" }, "To the inbox")));
}

export function titleOf(entry) {
  return plain(entry.subject || "(no subject)");
}
