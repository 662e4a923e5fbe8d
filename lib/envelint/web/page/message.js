// One message: what it is, what became of it, and its tabs.

import { address, get, getText, send } from "./api.js";
import { count, h, plain, say, seconds, shown, size, time } from "./dom.js";
import { live } from "./live.js";
import { mailbox } from "./mailbox.js";
import { badges, button, copyable, facts, icon, link, tabs, titleOf } from "./parts.js";
import { dialogue } from "./sessions.js";
import { why } from "./why.js";

function path(message, rest = "") {
  return `/messages/${message.id}${rest}`;
}

const ODDITIES = {
  bare_cr: "a bare CR", bare_lf: "a bare LF", nul: "a NUL", long_line: "a line of more than 998 octets", eight_bit: "octets above 127 without 8BITMIME",
  dot_not_doubled: "a dot that was not doubled", no_final_newline: "a last line without CRLF", more: "more of that",
};

function addresses(paths) {
  return paths.slice(0, 20).map((one) => h("div", h("bdi", `<${one.address}>`), " ", h("span.faint", one.parameters.join(" "))))
    .concat(paths.length > 20 ? [h("div.faint", `and ${paths.length - 20} more`)] : []);
}

function envelope(message) {
  const { client, hello, hello_name, tls, identity, mail_from, rcpt_to, protocol } = message.envelope;
  const told = { proxy: " (told by a PROXY header)", xclient: " (told by XCLIENT)" }[client.source] ?? "";
  return facts([
    ["Client", [h("bdi", client.address), client.name && [" ", h("bdi", client.name)], h("span.faint", told)]],
    ["Peer", client.source !== "peer" && message.envelope.peer],
    [hello ?? "Greeting", hello_name && h("bdi", hello_name)],
    ["TLS", tls ? [tls.version, tls.cipher && h("span.faint", ` ${tls.cipher}`)] : "none, in clear"],
    ["User", identity && `${identity.user} (${identity.mechanism})`],
    ["MAIL FROM", addresses([mail_from])],
    ["RCPT TO", addresses(rcpt_to)],
    ["With", protocol + (message.envelope.chunks ? ", BDAT" : "")],
    ["Reply", h("span", { class: message.reply.code < 300 ? "" : "bad" }, `${message.reply.code} ${message.reply.text}`)],
    ["Odd", message.oddities.length > 0 && message.oddities.map((one) => h("div",
      h("a", { href: `#raw@${Math.max(0, one.offset - 100)}` }, `${ODDITIES[one.kind] ?? one.kind}, octet ${one.offset}`)))],
    ["Session", h("a", { href: `/sessions/${message.session}` }, message.session)],
  ]);
}

async function text(message, signal) {
  if (!message.has_text) return h("p.faint", "The message has no text part.");
  return h("pre.wrap.mail-text", await getText(path(message, "/text"), signal));
}

/** The server gives the HTML for a frame without scripts and without an origin; what it would load stays away. */
function html(message) {
  const source = address(path(message, "/html"));
  const frame = h("iframe", { sandbox: true, src: source, title: "The HTML of the message", referrerpolicy: "no-referrer" });
  const load = h("button", { type: "button", "aria-pressed": "false", onclick: toggle }, "Load remote images");
  function toggle() {
    const loads = load.getAttribute("aria-pressed") !== "true";
    load.setAttribute("aria-pressed", loads);
    frame.src = loads ? `${source}?remote=1` : source;
  }
  return h("div", h("p.bar", load, h("span.faint", "Scripts never run. Remote images tell their sender that you look, and from where; they are loaded for this visit only.")), frame);
}

function header(message) {
  const signatures = (message.verdict?.dkim ?? []).filter((one) => one.domain);
  const legend = signatures.length > 0 && h("p.bar", signatures.map((one, index) => h("span",
    chip(message, index), ` signature of ${one.domain}, selector ${one.selector}: ${one.result}`)));
  const row = (field) => h("tr", h("th", { scope: "row" }, field.name), h("td", h("bdi", field.text),
    field.value.trim() !== field.text && h("details", h("summary", "as it stands"), h("pre.wrap", field.value.replace(/\r\n/g, "\n").trim()))),
    h("td", field.signed_by.map((index) => chip(message, index))));
  return h("div", legend, h("table.header", h("thead", h("tr", h("th", { scope: "col" }, "Field"), h("th", { scope: "col" }, "Value"),
    h("th", { scope: "col" }, "Signed by"))), h("tbody", message.header.map(row))));
}

function chip(message, index) {
  const signature = message.verdict?.dkim?.[index];
  const kind = signature?.result === "pass" ? "good" : "bad";
  return h(`span.chip.${kind}`, { title: signature ? `${signature.domain}, ${signature.result}` : "" }, icon(kind), String(index + 1));
}

const IMAGES = /^image\/(png|jpeg|gif|webp)$/;

function part(message, one) {
  const where = address(path(message, `/parts/${one.id}`));
  const name = one.filename ?? (one.children ? "" : `part ${one.id}`);
  return h("li", h("div.part", h("code", one.type), name && h("bdi", name), h("span.faint", [one.charset, one.encoding, one.disposition,
    !one.children && size(one.size), one.content_id && `Content-ID ${one.content_id}`].filter(Boolean).join(" · ")),
    !one.children && link("Save", where, { image: "save", download: plain(one.filename ?? `part-${one.id}`) })),
    IMAGES.test(one.type) && h("img.preview", { src: where, alt: `The image ${name}`, loading: "lazy" }),
    one.children && h("ul", one.children.map((child) => part(message, child))));
}

function parts(message) {
  return h("div", h("ul.mime", part(message, message.mime)),
           message.mime_cut && h("p.faint", "There are more parts than are shown."));
}

function transcript(message) {
  const session = message.session_detail;
  if (!session?.transcript) return h("p.faint", "The session is not over yet, or no longer kept.");
  return h("div", h("p.faint", `${session.why}; it took ${seconds(session.started, session.ended)}`), dialogue(session.transcript));
}

/** The messages before and behind it in what the inbox lists. */
async function neighbours(id, signal) {
  const { query } = mailbox;
  const ask = (parameters) => get("/messages", { query, limit: 1, ...parameters }, signal).then((page) => page.messages[0]?.id, () => undefined);
  const [older, newer] = await Promise.all([ask({ before: id }), ask({ after: id, order: "oldest" })]);
  return { older, newer };
}

export async function message({ id, url, signal, go }) {
  const it = await get(`/messages/${id}`, {}, signal);
  const inbox = mailbox.query ? `/?${new URLSearchParams({ query: mailbox.query })}` : "/";
  let unread = it.unread;
  let others = {};

  const step = (name, label) => button("", () => move(name), { image: name, kind: ".icon", label });
  const newer = step("newer", "Newer message (k)");
  const older = step("older", "Older message (j)");
  const mark = button("Mark unread", () => setUnread(!unread), { image: "mail" });
  newer.disabled = older.disabled = true;
  const place = async () => {
    others = await neighbours(it.id, signal);
    [newer.disabled, older.disabled] = [!others.newer, !others.older];
  };
  place().catch(() => {});
  live.addEventListener("messages", () => others.newer || place().catch(() => {}), { signal });

  function move(name) {
    if (others[name]) go(path({ id: others[name] }), { replace: true });
  }

  function setUnread(value) {
    unread = value;
    mark.lastChild.textContent = value ? "Mark read" : "Mark unread";
    return mailbox.mark(it.id, value).catch((error) => say(error.message));
  }

  async function remove() {
    try {
      await mailbox.remove(it.id);
    } catch (error) {
      return say(error.message);
    }
    say("Deleted");
    go(others.older ? path({ id: others.older }) : inbox, { replace: true });
  }

  async function copyLink() {
    const text = location.origin + path(it);
    await navigator.clipboard?.writeText(text).then(() => say("Link copied"), () => say(text)) ?? say(text);
  }

  live.addEventListener("changed", ({ detail }) => {
    const gone = detail.cleared || (detail.removed && detail.ids?.includes(it.id));
    if (gone && !signal.aborted) go(inbox, { replace: true });
  }, { signal });
  if (unread) setUnread(false);

  const all = [
    { id: "why", title: "Why", make: () => why(it) },
    { id: "text", title: "Text", make: () => text(it, signal) },
    ...it.has_html ? [{ id: "html", title: "HTML", make: () => html(it) }] : [],
    { id: "header", title: "Header", make: () => header(it) },
    { id: "raw", title: "Raw", make: async () => (await import("./raw.js")).raw(it, Number(url.hash.split("@")[1] ?? 0), signal) },
    { id: "parts", title: it.attachments ? `Parts (${it.attachments})` : "Parts", make: () => parts(it) },
    { id: "transcript", title: "Transcript", make: () => transcript(it) },
  ];
  const tabbed = tabs("The message", all, { chosen: url.hash.slice(1).split("@")[0] || "why",
    onchange: (tab) => history.replaceState(history.state, "", tab === "why" ? url.pathname : `#${tab}`) });

  // Links to a place of the octets, as those of what was odd.
  async function toPlace(event) {
    const offset = event.target.closest?.("a[href^='#raw@']")?.hash.split("@")[1];
    if (offset === undefined) return;
    event.preventDefault();
    tabbed.choose("raw");
    const panel = tabbed.querySelector("#panel-raw");
    panel.replaceChildren(await (await import("./raw.js")).raw(it, Number(offset), signal));
  }

  const node = h("article.message", { onclick: toPlace },
    h("nav.bar", { "aria-label": "Message" }, link("Inbox", inbox, { image: "newer" }), newer, older, h("span.space"), mark,
      button("Delete", remove, { image: "bin" }), button("Link", copyLink, { image: "link", label: "Copy the link to this message" }),
      link(".eml", address(path(it, "/raw")), { image: "save", label: "Save the message as an .eml file", download: `message-${it.id}.eml` })),
    h("h1", { tabindex: "-1", dir: "auto" }, it.subject || h("i", "(no subject)")),
    h("p.meta", h("bdi", it.from ?? "no From field"), " → ", h("bdi", it.to ?? it.envelope.rcpt_to[0]?.address ?? "no To field"),
      " · ", time(it.received, true), " · ", size(it.size), it.attachments > 0 && ` · ${count(it.attachments, "attachment")}`),
    badges(it),
    h("div.columns", tabbed, h("aside", { "aria-label": "Envelope" }, h("h2", "Envelope"), envelope(it))));

  const keys = {
    j: () => move("older"), k: () => move("newer"), u: () => setUnread(!unread), "#": remove, Delete: remove, Escape: () => go(inbox),
  };
  return { title: titleOf(it), node, keys };
}
