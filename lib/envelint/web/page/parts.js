// What several views are made of: icons, badges, buttons, tables, tabs, dialogs.

import { h, plain, say } from "./dom.js";
import { EXPLAINED, meaning } from "./words.js";

const ICONS = {
  good: "M3.5 8.5l3 3 6-7",
  bad: "M4 4l8 8M12 4l-8 8",
  warn: "M8 3.5v5.5M8 12.2v.3",
  none: "M4 8h8",
  clip: "M11.5 5.5l-5 5a1.4 1.4 0 0 0 2 2l5-5a2.8 2.8 0 0 0-4-4l-5 5a4.2 4.2 0 0 0 6 6l3.5-3.5",
  bin: "M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.5 9h6l.5-9",
  mail: "M2 4h12v8.5H2zM2.5 4.5L8 9l5.5-4.5",
  opened: "M2 7l6-4.5L14 7v6.5H2zM2.5 7.5L8 11l5.5-3.5",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  save: "M8 2v8M4.5 7L8 10.5 11.5 7M2.5 13.5h11",
  older: "M6 3l5 5-5 5",
  newer: "M10 3L5 8l5 5",
  link: "M6.5 9.5l3-3M7 5l2-2a2.6 2.6 0 0 1 4 4l-2 2M9 11l-2 2a2.6 2.6 0 0 1-4-4l2-2",
};

export function icon(name, title) {
  const label = title ? { role: "img", "aria-label": title } : { "aria-hidden": "true" };
  return h("svg.i", { viewBox: "0 0 16 16", ...label }, title && h("title", title), h("path", { d: ICONS[name] }));
}

/** A result of RFC 8601 as a word, a shape and a colour. */
export function badge(mechanism, result) {
  const [kind, means] = meaning(result);
  return h(
    `span.badge.${kind}`,
    { title: `${mechanism} ${result ?? "not checked"}: ${means}` },
    icon(kind),
    h("span.what", mechanism),
    " ",
    h("b", result ?? "–"),
  );
}

export function badges({ spf, dkim, dmarc, arc }) {
  return h("span.badges", badge("SPF", spf), badge("DKIM", dkim), badge("DMARC", dmarc), badge("ARC", arc));
}

/** Whether something is so, as a word and a shape. */
export function check(value, yes, no, kind = value ? "good" : "bad") {
  return h(`span.check.${kind}`, icon(kind), value ? yes : no);
}

function named({ label }) {
  return label ? { "aria-label": label, title: label } : {};
}

export function button(text, onclick, { image, kind = "", ...more } = {}) {
  return h(`button${kind}`, { type: "button", onclick, ...named(more) }, image && icon(image), text);
}

export function link(text, href, { image, download, ...more }) {
  return h("a.button", { href, download, ...named(more) }, icon(image), text);
}

/** What the focus goes to when a view is shown. */
export function heading(...content) {
  return h("h1", { tabindex: "-1" }, content);
}

export function failure(...content) {
  return h("p.failure", { role: "alert" }, content);
}

export function sayFailure(error) {
  if (error.name !== "AbortError") say(error.message);
}

/** The clipboard is closed to pages that came without TLS from another host: there the text is selected instead. */
export async function copy(text, near) {
  try {
    await navigator.clipboard.writeText(text);
    say("Copied");
  } catch {
    if (near) getSelection().selectAllChildren(near);
    say(near ? "Selected: copy it with the keyboard" : text);
  }
}

/** A text to be copied, as it is, with a button that does. */
export function copyable(text, content = text) {
  const place = h("pre.wrap", content);
  return h(
    "div.copyable",
    place,
    button("Copy", () => copy(text, place), { image: "copy", kind: ".small" }),
  );
}

export function explain(word, title = `What is ${word}?`) {
  return h("details.explain", h("summary", title), h("p", EXPLAINED[word]));
}

export function fold(title, ...content) {
  return h("details.fold", h("summary", title), content);
}

export function section(id, title, ...content) {
  return h("section", { "aria-labelledby": id }, h("h2", { id }, title), content);
}

/** Rows of a name and what it is; those without content are left out. */
export function facts(rows) {
  return h(
    "dl.facts",
    rows
      .filter(([, value]) => value && value.length !== 0)
      .map(([name, value]) => h("div", h("dt", name), h("dd", value))),
  );
}

export function header(columns, kind = "") {
  return h(
    `thead${kind}`,
    h(
      "tr",
      columns.map((one) => (one === "" ? h("td") : h("th", { scope: "col" }, one))),
    ),
  );
}

export function table(columns, rows, kind = "") {
  return h(
    `table${kind}`,
    header(columns),
    h(
      "tbody",
      rows.map((row) =>
        h(
          "tr",
          row.map((cell) => h("td", cell)),
        ),
      ),
    ),
  );
}

/**
 * Tabs with arrow keys (WAI-ARIA). Each is [id, title, make]; `make` gives the content of a tab, or a promise of it,
 * and is called when the tab is first looked at. The address names the tab, but for the first.
 */
export function tabs(label, all, chosen) {
  const made = new Set();
  const buttons = all.map(([id, title]) =>
    h(
      "button",
      { type: "button", role: "tab", id: `tab-${id}`, "aria-controls": `panel-${id}`, onclick: () => choose(id) },
      title,
    ),
  );
  const panels = all.map(([id]) =>
    h("div.panel", { role: "tabpanel", id: `panel-${id}`, "aria-labelledby": `tab-${id}`, tabindex: "0" }),
  );

  function choose(id) {
    const index = Math.max(
      0,
      all.findIndex((one) => one[0] === id),
    );
    buttons.forEach((one, at) => {
      one.setAttribute("aria-selected", at === index);
      one.tabIndex = at === index ? 0 : -1;
      panels[at].hidden = at !== index;
    });
    if (!made.has(index)) fill(index);
    history.replaceState(history.state, "", index ? `#${all[index][0]}` : location.pathname + location.search);
    return buttons[index];
  }

  async function fill(index) {
    made.add(index);
    try {
      panels[index].replaceChildren(await all[index][2]());
    } catch (error) {
      made.delete(index);
      panels[index].replaceChildren(failure(error.message));
    }
  }

  function move(event) {
    const at = buttons.indexOf(event.target);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    choose(all.at(to % all.length)[0]).focus();
  }

  const out = h("div", h("div.tabs", { role: "tablist", "aria-label": label, onkeydown: move }, buttons), panels);
  choose(chosen);
  return out;
}

export function dialog(title, ...content) {
  const out = h(
    "dialog",
    {
      "aria-labelledby": "dialog-title",
      onclose: () => out.remove(),
      onclick: (event) => event.target === out && out.close(),
    },
    h("h2", { id: "dialog-title" }, title),
    content,
  );
  document.body.append(out);
  out.showModal();
  return out;
}

/** Whether the person says yes. */
export function confirm(title, text, yes) {
  return new Promise((resolve) => {
    const out = dialog(
      title,
      h("p", text),
      h(
        "p.actions",
        button("Cancel", () => out.close()),
        button(
          yes,
          () => {
            resolve(true);
            out.close();
          },
          { kind: ".danger" },
        ),
      ),
    );
    out.addEventListener("close", () => resolve(false));
  });
}

export function failed(error) {
  return h(
    "div.empty",
    heading(error.status === 404 ? "Not here" : "That did not work"),
    h("p", error.message),
    h("p", h("a", { href: "/" }, "To the inbox")),
  );
}

/** A message as the title of the window has it. */
export function titleOf(entry) {
  return plain(entry.subject || "(no subject)");
}
