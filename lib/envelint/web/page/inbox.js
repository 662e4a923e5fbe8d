// The list of messages. Only the rows that are seen, and some around them, are in the document.

import { get, send } from "./api.js";
import { count, h, prose, say, shown, size, time } from "./dom.js";
import { news } from "./live.js";
import { mailbox } from "./mailbox.js";
import { badges, button, confirm, copyable, icon, sayFailure } from "./parts.js";

const AROUND = 10; // rows above and below those that are seen
const TYPING = 200; // milliseconds without a key until the list is asked for
const FILTERS = [
  ["dmarc:fail", "Failing"],
  ["is:unread", "Unread"],
  ["has:attachment", "Attachments"],
];

/** Who it says it is from: a name apart from the address, where it is as plain as that. */
function author({ from, mail_from }) {
  if (!from) return ["", mail_from ? `<${mail_from}>` : "<> (a bounce)"];
  const [, name, address] = /^"?([^"<>@]+?)"?\s*<([^<>\s]+@[^<>\s]+)>$/.exec(from) ?? [];
  return name ? [name, address] : ["", from];
}

const toggle = (entry) => mailbox.mark(entry.id, !entry.unread).catch(sayFailure);
const remove = (entry) => mailbox.remove(entry.id).then(() => say("Deleted"), sayFailure);

function row(entry) {
  const [name, address] = author(entry);
  return h(
    `li.row${entry.unread ? ".unread" : ""}`,
    h(
      "a.open",
      { href: `/messages/${entry.id}` },
      h("span.state", entry.unread && h("span.dot", { role: "img", "aria-label": "unread" })),
      h(
        "span.who",
        h("bdi.from", name || address),
        h(
          "span.to",
          name && [h("bdi", address), " "],
          "→ ",
          h("bdi", entry.to ?? entry.rcpt_to),
          entry.recipients > 1 && ` +${entry.recipients - 1}`,
        ),
      ),
      h(
        "span.about",
        h("bdi.subject", entry.subject || "(no subject)"),
        h(
          "span.wire",
          entry.reply_code >= 300 && h("b.bad", `refused ${entry.reply_code} · `),
          `${entry.client} · ${entry.tls ?? "no TLS"} · ${size(entry.size)}`,
          entry.attachments > 0 && [" · ", icon("clip"), " ", count(entry.attachments, "attachment")],
        ),
      ),
      badges(entry),
      time(entry.received),
    ),
    h(
      "span.acts",
      button(
        "",
        () => toggle(entry),
        entry.unread
          ? { image: "opened", kind: ".icon", label: "Mark read (u)" }
          : { image: "mail", kind: ".icon", label: "Mark unread (u)" },
      ),
      button("", () => remove(entry), { image: "bin", kind: ".icon", label: "Delete (#)" }),
    ),
  );
}

class Rows {
  constructor(list) {
    this.list = list;
    this.made = new Map(); // of an id: the row, and the state it was made of
  }

  get height() {
    const { fontSize } = getComputedStyle(document.documentElement);
    return parseFloat(getComputedStyle(this.list).getPropertyValue("--row")) * parseFloat(fontSize);
  }

  draw() {
    const { entries } = mailbox;
    const { height } = this;
    this.list.style.height = `${entries.length * height}px`;
    const above = -this.list.getBoundingClientRect().top;
    const first = Math.max(0, Math.floor(above / height) - AROUND);
    const last = Math.min(entries.length, Math.ceil((above + innerHeight) / height) + AROUND);
    const seen = entries.slice(first, last);
    const lost = this.forget(new Set(seen.map((entry) => entry.id)));
    const elements = seen.map((entry) => this.rowOf(entry));
    let next = this.list.firstChild;
    elements.forEach((element, at) => {
      element.setAttribute("aria-setsize", mailbox.more ? -1 : entries.length);
      element.setAttribute("aria-posinset", first + at + 1);
      element.style.transform = `translateY(${(first + at) * height}px)`;
      if (element === next) next = next.nextSibling;
      else this.list.insertBefore(element, next);
    });
    if (lost !== undefined) this.focus(lost);
    if (last > entries.length - 3 * AROUND) mailbox.loadMore();
  }

  /** Takes the rows that are not seen out, but for the one that has the focus. Where its message is gone: its index. */
  forget(seen) {
    let lost;
    for (const [id, { element }] of this.made) {
      if (seen.has(id)) continue;
      if (element.contains(document.activeElement)) {
        if (mailbox.entries.some((entry) => entry.id === id)) continue;
        lost = this.focused;
      }
      element.remove();
      this.made.delete(id);
    }
    return lost;
  }

  rowOf(entry) {
    const known = this.made.get(entry.id);
    if (known?.unread === entry.unread) return known.element;
    const element = row(entry);
    const focused = known?.element.contains(document.activeElement);
    known?.element.replaceWith(element);
    if (focused) element.firstChild.focus();
    this.made.set(entry.id, { element, unread: entry.unread });
    return element;
  }

  get focused() {
    const element = document.activeElement.closest(".row");
    return element ? Number(element.getAttribute("aria-posinset")) - 1 : -1;
  }

  focus(at) {
    const index = Math.min(Math.max(at, 0), mailbox.entries.length - 1);
    if (index < 0) return;
    const { height } = this;
    const top = this.list.getBoundingClientRect().top + index * height;
    const covered = document.querySelector(".inbox-bar").getBoundingClientRect().bottom;
    if (top < covered) scrollBy(0, top - covered);
    else if (top + height > innerHeight) scrollBy(0, top + height - innerHeight);
    this.draw();
    this.made.get(mailbox.entries[index].id)?.element.firstChild.focus({ preventScroll: true });
  }
}

/** The query as it stands, with what is wrong in it marked: its places are octets. */
function faultOf(error, query) {
  const octets = new TextEncoder().encode(query);
  const text = (from, to) => new TextDecoder().decode(octets.slice(from, to));
  const place =
    error.start !== undefined &&
    h("code", text(0, error.start), h("mark", text(error.start, error.end)), text(error.end));
  return [place, h("span", prose(error.message))].filter(Boolean);
}

function firstSteps({ smtp, first_steps }) {
  return h(
    "div.empty",
    h("h2", "No mail yet"),
    h(
      "p",
      "envelint takes mail by SMTP at ",
      smtp.map((one, at) => [at > 0 && ", ", h("code", one)]),
      ". Let your program send there, or try it:",
    ),
    copyable(first_steps),
    h("p.faint", "Mail appears here as it comes. It goes nowhere else."),
  );
}

export function inbox({ url, signal }) {
  const list = h("ol.rows", { "aria-label": "Messages" });
  const rows = new Rows(list);
  const search = h("input", {
    type: "search",
    id: "search",
    value: url.searchParams.get("query") ?? "",
    placeholder: "Search",
    autocomplete: "off",
    spellcheck: "false",
    "aria-describedby": "fault",
    oninput: () => {
      clearTimeout(timer);
      timer = setTimeout(ask, TYPING);
    },
  });
  const fault = h("p.fault", { id: "fault", role: "alert" });
  const filters = FILTERS.map(([term, name]) => button(name, () => filter(term), { label: `${name}: ${term}` }));
  const totals = h("p.totals");
  const pill = button(
    "",
    () => {
      scrollTo(0, 0);
      mailbox.showWaiting();
      rows.focus(0);
    },
    { kind: ".pill" },
  );
  const nothing = h("div");
  const allRead = button("All read", () => send("PATCH", "/messages", { body: { unread: false } }).catch(sayFailure), {
    image: "opened",
  });
  const clear = button("Clear", clearAll, { image: "bin" });
  let timer;

  const node = h(
    "div",
    h("h1.quiet", { tabindex: "-1" }, "Inbox"),
    h(
      "div.inbox-bar",
      h(
        "form.search",
        {
          role: "search",
          onsubmit: (event) => {
            event.preventDefault();
            ask();
          },
        },
        h("label.quiet", { for: "search" }, "Search messages"),
        search,
      ),
      h("div.filters", { role: "group", "aria-label": "Filters" }, filters),
      totals,
      allRead,
      clear,
      fault,
    ),
    h("div.pill-place", pill),
    list,
    nothing,
  );

  const terms = () => search.value.split(/\s+/).filter(Boolean);

  function ask() {
    clearTimeout(timer);
    const query = search.value.trim();
    history.replaceState(history.state, "", query ? `/?${new URLSearchParams({ query })}` : "/");
    mailbox.search(query);
  }

  function find(query) {
    search.value = query;
    ask();
  }

  function filter(term) {
    const others = terms().filter((one) => one !== term);
    find((others.length < terms().length ? others : [...others, term]).join(" "));
  }

  async function clearAll() {
    const { query } = mailbox;
    const yes = await confirm(
      query ? "Delete what is found?" : "Delete all messages?",
      query
        ? ["All messages that match ", h("code", query), " will be gone."]
        : "All messages and sessions will be gone, for everybody who looks at this inbox.",
      "Delete",
    );
    if (yes)
      send("DELETE", "/messages", { parameters: query ? { query } : { all: true } }).then(
        () => say("Deleted"),
        sayFailure,
      );
  }

  function draw() {
    drawState();
    rows.draw();
  }

  function drawState() {
    const { error, entries, waiting } = mailbox;
    const { messages, unread } = mailbox.totals;
    search.setAttribute("aria-invalid", error?.status === 400);
    fault.replaceChildren(...(error ? faultOf(error, mailbox.query) : []));
    filters.forEach((one, at) => one.setAttribute("aria-pressed", terms().includes(FILTERS[at][0])));
    totals.replaceChildren(
      ...shown(messages ? `${count(messages, "message")}, ${unread.toLocaleString("en")} unread` : ""),
    );
    allRead.disabled = !unread;
    clear.disabled = !entries.length;
    pill.hidden = !waiting.length;
    pill.replaceChildren(`${waiting.length} new`);
    list.hidden = !entries.length;
    drawNothing();
  }

  function drawNothing() {
    const { error, entries, loaded, query } = mailbox;
    if (entries.length || error || !loaded) return nothing.replaceChildren();
    if (query) {
      nothing.replaceChildren(
        h(
          "div.empty",
          h("h2", "Nothing found"),
          h("p", "No message matches ", h("code", query), "."),
          button("Show all", () => find("")),
        ),
      );
    } else if (!nothing.querySelector(".copyable")) {
      get("/status", {}, signal).then(
        (status) => mailbox.entries.length || nothing.replaceChildren(firstSteps(status)),
        () => {},
      );
    }
  }

  const on = (target, kind, run) => target.addEventListener(kind, run, { signal, passive: true });
  on(mailbox, "list", draw);
  for (const kind of ["waiting", "totals", "error"]) on(mailbox, kind, drawState);
  news("messages", signal, ({ messages }) => say(count(messages?.length ?? 1, "new message"), true));
  on(window, "resize", () => rows.draw());
  on(window, "scroll", () => {
    if (mailbox.waiting.length && !mailbox.holdBack()) mailbox.showWaiting();
    else rows.draw();
  });
  mailbox.holdBack = () => !signal.aborted && scrollY > rows.height / 2;
  if (!mailbox.loaded || mailbox.query !== search.value.trim()) mailbox.search(search.value.trim());

  const current = (run) => () => mailbox.entries[rows.focused] && run(mailbox.entries[rows.focused]);
  const keys = {
    "/": () => search.select(),
    j: () => rows.focus(rows.focused + 1),
    k: () => rows.focus(rows.focused - 1),
    u: current(toggle),
    Delete: current(remove),
    "#": current(remove),
    Escape: () => (search.value ? find("") : search.blur()),
  };
  /** Back at the message that was opened. */
  function focus() {
    const at = mailbox.entries.findIndex((entry) => entry.id === mailbox.opened);
    if (at >= 0) rows.focus(at);
    return at >= 0;
  }
  return { title: "Inbox", node, keys, focus, shownAt: draw };
}
