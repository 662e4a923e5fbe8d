// The list of messages. Only the rows that are seen, and some around them, are in the document.

import { get, send } from "./api.js";
import { count, h, prose, say, shown, size, time } from "./dom.js";
import { live } from "./live.js";
import { mailbox } from "./mailbox.js";
import { badges, button, confirm, copyable, icon } from "./parts.js";

const AROUND = 10;       // rows above and below those that are seen
const TYPING = 200;      // milliseconds without a key until the list is asked for
const FILTERS = [["dmarc:fail", "Failing"], ["is:unread", "Unread"], ["has:attachment", "Attachments"]];

/** Who it says it is from: a name apart from the address, where it is as plain as that. */
function author(entry) {
  if (!entry.from) return ["", entry.mail_from ? `<${entry.mail_from}>` : "<> (a bounce)"];
  const [, name, address] = /^"?([^"<>@]+?)"?\s*<([^<>\s]+@[^<>\s]+)>$/.exec(entry.from) ?? [];
  return name ? [name, address] : ["", entry.from];
}

function row(entry) {
  const [name, address] = author(entry);
  const to = entry.to ?? entry.rcpt_to ?? "";
  const more = entry.recipients > 1 ? ` +${entry.recipients - 1}` : "";
  const refused = entry.reply_code >= 300 && h("span.refused", `refused ${entry.reply_code} · `);
  const act = (run) => (event) => {
    event.preventDefault();
    run(entry);
  };
  return h(`li.row${entry.unread ? ".unread" : ""}`,
    h("a.open", { href: `/messages/${entry.id}` },
      h("span.state", entry.unread && h("span.dot", { role: "img", "aria-label": "unread" })),
      h("span.who", h("bdi.from", name || address),
        h("span.to", name && [h("bdi", address), " "], "→ ", h("bdi", to), more)),
      h("span.about", h("bdi.subject", entry.subject || h("i", "(no subject)")),
        h("span.wire", refused, h("span", { title: "The client: who delivered it" }, entry.client), " · ",
          entry.tls ?? "no TLS", " · ", size(entry.size),
          entry.attachments > 0 && [" · ", icon("clip"), count(entry.attachments, "attachment")])),
      badges(entry), time(entry.received)),
    h("span.acts",
      button("", act(toggle), { image: entry.unread ? "opened" : "mail", kind: ".icon",
                                label: entry.unread ? "Mark read (u)" : "Mark unread (u)" }),
      button("", act(remove), { image: "bin", kind: ".icon", label: "Delete (#)" })));
}

async function toggle(entry) {
  await mailbox.mark(entry.id, !entry.unread).catch((error) => say(error.message));
}

async function remove(entry) {
  await mailbox.remove(entry.id).then(() => say("Deleted"), (error) => say(error.message));
}

class Rows {
  constructor(list) {
    this.list = list;
    this.made = new Map();  // of an id: the row, and the state it was made of
  }

  get height() {
    return parseFloat(getComputedStyle(this.list).getPropertyValue("--row")) *
      parseFloat(getComputedStyle(document.documentElement).fontSize);
  }

  draw() {
    const { entries } = mailbox;
    const height = this.height;
    this.list.style.height = `${entries.length * height}px`;
    const above = -this.list.getBoundingClientRect().top;
    const first = Math.max(0, Math.floor(above / height) - AROUND);
    const last = Math.min(entries.length, Math.ceil((above + innerHeight) / height) + AROUND);
    const seen = new Set();
    for (let at = first; at < last; ++at) {
      seen.add(entries[at].id);
      this.place(entries[at], at, entries.length, height);
    }
    for (const [id, { element }] of this.made) {
      if (seen.has(id) || element.contains(document.activeElement)) continue;
      element.remove();
      this.made.delete(id);
    }
    if (last > entries.length - 3 * AROUND) mailbox.loadMore();
  }

  place(entry, at, total, height) {
    let known = this.made.get(entry.id);
    if (known?.unread !== entry.unread) {
      const element = row(entry);
      const focused = known?.element.contains(document.activeElement);
      if (known) known.element.replaceWith(element);
      this.made.set(entry.id, known = { element, unread: entry.unread });
      if (focused) element.firstChild.focus();
    }
    known.element.setAttribute("aria-setsize", mailbox.more ? -1 : total);
    known.element.setAttribute("aria-posinset", at + 1);
    known.element.style.transform = `translateY(${at * height}px)`;
    this.insert(known.element, at);
  }

  /** In the order of the list, for those who go through it by keyboard or hear it. */
  insert(element, at) {
    let before = null;
    for (const child of this.list.children) {
      if (Number(child.getAttribute("aria-posinset")) > at + 1 && child !== element) {
        before = child;
        break;
      }
    }
    if (element.parentNode !== this.list || element.nextSibling !== before) {
      if (element.contains(document.activeElement)) return;  // moving it would take the focus away
      this.list.insertBefore(element, before);
    }
  }

  get focused() {
    const element = document.activeElement?.closest?.(".row");
    return element ? Number(element.getAttribute("aria-posinset")) - 1 : -1;
  }

  focus(at) {
    const index = Math.min(Math.max(at, 0), mailbox.entries.length - 1);
    if (index < 0) return;
    const height = this.height;
    const top = this.list.getBoundingClientRect().top + index * height;
    const covered = document.querySelector(".inbox-bar").getBoundingClientRect().bottom;
    if (top < covered) scrollBy(0, top - covered);
    else if (top + height > innerHeight) scrollBy(0, top + height - innerHeight);
    this.draw();
    this.made.get(mailbox.entries[index].id)?.element.firstChild.focus({ preventScroll: true });
  }
}

/** The query as it stands, with what is wrong in it marked: its places are octets. */
function faultyQuery(error, query) {
  const octets = new TextEncoder().encode(query);
  const text = (from, to) => new TextDecoder().decode(octets.slice(from, to));
  const place = error.start === undefined ? null : h("code.query", text(0, error.start),
    h("mark", text(error.start, error.end) || " "), text(error.end));
  return [place, h("span", prose(error.message))];
}

function firstSteps(status) {
  return h("div.empty", h("h2", "No mail yet"),
    h("p", "envelint takes mail by SMTP at ", status.smtp.flatMap((one, at) => [at > 0 && ", ", h("code", one)]),
      ". Let your program send there, or try it:"),
    copyable(status.first_steps),
    h("p.faint", "Mail appears here as it comes. It goes nowhere else."));
}

export function inbox({ url, signal, go }) {
  const list = h("ol.rows", { "aria-label": "Messages" });
  const rows = new Rows(list);
  const search = h("input", { type: "search", id: "search", name: "query", value: url.searchParams.get("query") ?? "",
    placeholder: "Search", autocomplete: "off", spellcheck: "false", "aria-describedby": "query-fault",
    oninput: typed, "aria-keyshortcuts": "/" });
  const fault = h("p.fault", { id: "query-fault", role: "alert", hidden: true });
  const filters = FILTERS.map(([term, name]) => h("button.filter", { type: "button", title: term, onclick: () => filter(term) }, name));
  const totals = h("p.totals");
  const pill = h("button.pill", { type: "button", hidden: true, onclick: showWaiting });
  const nothing = h("div");
  const allRead = button("All read", markAll, { image: "opened", label: "Mark all read" });
  const clear = button("Clear", clearAll, { image: "bin", label: "Delete all" });
  let timer;

  const node = h("div.inbox",
    h("h1.quiet", { tabindex: "-1" }, "Inbox"),
    h("div.inbox-bar",
      h("form.search", { role: "search", onsubmit: (event) => { event.preventDefault(); typedAll(); } },
        h("label.quiet", { for: "search" }, "Search messages"), search),
      h("div.filters", { role: "group", "aria-label": "Filters" }, filters), totals,
      h("div.tools", allRead, clear), fault),
    h("div.pill-place", pill), list, nothing);

  function terms() {
    return search.value.split(/\s+/).filter(Boolean);
  }

  function typed() {
    clearTimeout(timer);
    timer = setTimeout(typedAll, TYPING);
  }

  function typedAll() {
    clearTimeout(timer);
    const query = search.value.trim();
    const place = query ? `/?${new URLSearchParams({ query })}` : "/";
    history.replaceState(history.state, "", place);
    if (query !== mailbox.query || mailbox.error) mailbox.search(query);
    draw();
  }

  function filter(term) {
    const has = terms().includes(term);
    search.value = (has ? terms().filter((one) => one !== term) : [...terms(), term]).join(" ");
    typedAll();
  }

  function showWaiting() {
    scrollTo(0, 0);
    mailbox.showWaiting();
    rows.focus(0);
  }

  async function markAll() {
    await send("PATCH", "/messages", { body: { unread: false } }).catch((error) => say(error.message));
  }

  async function clearAll() {
    const { query } = mailbox;
    const yes = await confirm(query ? "Delete what is found?" : "Delete all messages?",
      query ? [h("span", "All messages that match "), h("code", query), h("span", " will be gone.")]
        : "All messages and sessions will be gone for everybody who looks at this inbox.", "Delete");
    if (!yes) return;
    await send("DELETE", "/messages", { parameters: query ? { query } : { all: true } })
      .then(() => say("Deleted"), (error) => say(error.message));
  }

  function draw() {
    drawState();
    rows.draw();
  }

  function drawState() {
    const { error, entries, waiting } = mailbox;
    const { messages, unread } = mailbox.totals;
    search.setAttribute("aria-invalid", Boolean(error && error.status === 400));
    fault.hidden = !error;
    if (error) fault.replaceChildren(...faultyQuery(error, mailbox.query));
    else fault.replaceChildren();
    filters.forEach((one, at) => one.setAttribute("aria-pressed", terms().includes(FILTERS[at][0])));
    totals.replaceChildren(...shown(messages ? `${count(messages, "message")}, ${unread.toLocaleString("en")} unread` : ""));
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
      nothing.replaceChildren(h("div.empty", h("h2", "Nothing found"), h("p", "No message matches ", h("code", query), "."),
        h("p", button("Show all", () => { search.value = ""; typedAll(); }))));
    } else if (!nothing.querySelector(".copyable")) {
      get("/status", {}, signal).then((status) => mailbox.entries.length || nothing.replaceChildren(firstSteps(status)), () => {});
    }
  }

  const on = (target, kind, run) => target.addEventListener(kind, run, { signal, passive: true });
  on(mailbox, "list", draw);
  on(mailbox, "waiting", drawState);
  on(mailbox, "totals", drawState);
  on(mailbox, "error", drawState);
  on(live, "messages", ({ detail }) => say(count(detail.messages?.length ?? 1, "new message")));
  on(window, "scroll", () => {
    if (scrollY < rows.height / 2 && mailbox.waiting.length) mailbox.showWaiting();
    rows.draw();
  });
  on(window, "resize", () => rows.draw());
  mailbox.holdBack = () => node.isConnected && scrollY > rows.height / 2;
  signal.addEventListener("abort", () => { mailbox.holdBack = () => false; });

  if (!mailbox.loaded || mailbox.query !== search.value.trim()) mailbox.search(search.value.trim());

  const current = () => mailbox.entries[rows.focused];
  const keys = {
    "/": () => search.select() ?? search.focus(),
    j: () => rows.focus(rows.focused + 1),
    k: () => rows.focus(rows.focused < 0 ? 0 : rows.focused - 1),
    u: () => current() && toggle(current()),
    Delete: removeFocused,
    "#": removeFocused,
    Escape: () => document.activeElement === search && (search.value ? filterOff() : search.blur()),
  };

  function filterOff() {
    search.value = "";
    typedAll();
  }

  async function removeFocused() {
    const at = rows.focused;
    if (at < 0) return;
    await remove(mailbox.entries[at]);
    rows.focus(at);
  }

  return { title: "Inbox", node, keys, shownAt: draw, quiet: true, go };
}
