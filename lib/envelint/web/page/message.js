// One message: what it is, what became of it, and its tabs.

import { address, get, getText } from "./api.js";
import { count, h, say, seconds, size, time } from "./dom.js";
import { news } from "./live.js";
import { mailbox } from "./mailbox.js";
import { badges, button, copy, facts, header as tableHeader, icon, link, sayFailure, tabs, titleOf } from "./parts.js";
import { connection, dialogue } from "./sessions.js";
import { why } from "./why.js";

const MOST = 20; // recipients that are shown
const ODDITIES = {
  bare_cr: "a bare CR",
  bare_lf: "a bare LF",
  nul: "a NUL",
  long_line: "a line of more than 998 octets",
  eight_bit: "octets above 127",
  dot_not_doubled: "a dot that was not doubled",
  no_final_newline: "no CRLF at the end",
};
const IMAGES = /^image\/(png|jpeg|gif|webp)$/;

const path = (message, rest = "") => `/messages/${message.id}${rest}`;
const mailPath = (one) => h("div", h("bdi", `<${one.address}>`), h("span.faint", ` ${one.parameters.join(" ")}`));

function oddity(one) {
  return h(
    "div",
    h("a", { href: `#raw@${one.offset}` }, `${ODDITIES[one.kind] ?? "more of that"}, octet ${one.offset}`),
  );
}

function envelope({ envelope: it, reply, oddities, session, verdict }) {
  const more = it.rcpt_to.length - MOST;
  const judged = verdict?.envelope?.ip;
  return facts([
    ...connection(it),
    ["Judged as", judged !== it.client.address && judged],
    ["User", it.identity && `${it.identity.user} (${it.identity.mechanism})`],
    ["MAIL FROM", mailPath(it.mail_from)],
    ["RCPT TO", [it.rcpt_to.slice(0, MOST).map(mailPath), more > 0 && `and ${more} more`]],
    ["With", it.protocol + (it.chunks ? ", BDAT" : "")],
    ["Reply", h("span", { class: reply.code < 300 ? "" : "bad" }, `${reply.code} ${reply.text}`)],
    ["Odd", oddities.map(oddity)],
    ["Session", h("a", { href: `/sessions/${session}` }, session)],
  ]);
}

async function text(message, signal) {
  if (!message.has_text) return h("p.faint", "The message has no text part.");
  return h("pre.wrap.mail-text", await getText(path(message, "/text"), signal));
}

/** The server gives the HTML for a frame without scripts and without an origin; what it would load stays away. */
function html(message) {
  const source = address(path(message, "/html"));
  const frame = h("iframe", {
    sandbox: true,
    src: source,
    title: "The HTML of the message",
    referrerpolicy: "no-referrer",
  });
  const load = button("Load remote images", () => {
    const loads = load.getAttribute("aria-pressed") !== "true";
    load.setAttribute("aria-pressed", loads);
    frame.src = loads ? `${source}?remote=true` : source;
  });
  load.setAttribute("aria-pressed", "false");
  return h(
    "div",
    h("p.bar", load, h("span.faint", "They tell their sender that you look, and from where. Scripts never run.")),
    frame,
  );
}

function chip(signature, index) {
  const kind = signature?.result === "pass" ? "good" : "bad";
  return h(`span.chip.${kind}`, { title: `${signature?.domain} ${signature?.result}` }, icon(kind), index + 1);
}

function header(message) {
  const signatures = message.verdict?.dkim ?? [];
  const legend = signatures.map(
    (one, index) =>
      one.domain && h("div", chip(one, index), `signature of ${one.domain}, selector ${one.selector}: ${one.result}`),
  );
  const row = ({ name, value, text: decoded, signed_by }) =>
    h(
      "tr",
      h("th", { scope: "row" }, name),
      h(
        "td",
        h("bdi", decoded),
        value.trim() !== decoded &&
          h("details", h("summary", "as it stands"), h("pre.wrap", value.replaceAll("\r\n", "\n").trim())),
      ),
      h(
        "td",
        signed_by.map((index) => chip(signatures[index], index)),
      ),
    );
  return h(
    "div",
    legend,
    h("table.header", tableHeader(["Field", "Value", "Signed by"]), h("tbody", message.header.map(row))),
    message.header_cut && h("p.faint", "There are more fields than are shown, or longer ones."),
  );
}

function part(message, one) {
  const where = address(path(message, `/parts/${one.id}`));
  const leaf = !one.children;
  const known = [
    one.charset,
    one.encoding,
    one.disposition,
    leaf && size(one.size),
    one.content_id && `Content-ID ${one.content_id}`,
  ];
  return h(
    "li",
    h(
      "div.part",
      h("code", one.type),
      one.filename && h("bdi", one.filename),
      h("span.faint", known.filter(Boolean).join(" · ")),
      leaf && link("Save", where, { image: "save", download: one.filename ?? `part-${one.id}` }),
    ),
    IMAGES.test(one.type) &&
      h("img.preview", { src: where, alt: `The image ${one.filename ?? one.id}`, loading: "lazy" }),
    !leaf &&
      h(
        "ul",
        one.children.map((child) => part(message, child)),
      ),
  );
}

function parts(message) {
  return h(
    "div",
    h("ul.tree", part(message, message.mime)),
    message.mime_cut && h("p.faint", "There are more parts than are shown."),
  );
}

function transcript({ session_detail: session }) {
  if (!session?.transcript) return h("p.faint", "The session is not over yet, or no longer kept.");
  return h(
    "div",
    h("p.faint", `${session.why}; it took ${seconds(session.started, session.ended)}`),
    dialogue(session.transcript),
  );
}

/** The messages before and behind it in what the inbox lists. */
async function neighbours(id, signal) {
  const ask = (place) =>
    get("/messages", { query: mailbox.query, limit: 1, ...place }, signal).then((page) => page.messages[0]?.id);
  const [older, newer] = await Promise.all([ask({ before: id }), ask({ after: id, order: "oldest" })]);
  return { older, newer };
}

export async function message({ id, url, signal, go }) {
  const it = await get(`/messages/${id}`, {}, signal);
  const inbox = mailbox.query ? `/?${new URLSearchParams({ query: mailbox.query })}` : "/";
  const newer = button("", () => move("newer"), { image: "newer", kind: ".icon", label: "Newer message (k)" });
  const older = button("", () => move("older"), { image: "older", kind: ".icon", label: "Older message (j)" });
  const mark = button("Mark unread", () => setUnread(!unread), { image: "mail" });
  let { unread } = it;
  let others = {};

  async function place() {
    others = await neighbours(it.id, signal).catch(() => others);
    newer.disabled = !others.newer;
    older.disabled = !others.older;
  }

  function move(name) {
    if (others[name]) go(path({ id: others[name] }) + location.hash, { replace: true });
  }

  function setUnread(value) {
    unread = value;
    mark.lastChild.textContent = value ? "Mark read" : "Mark unread";
    return mailbox.mark(it.id, value).catch(sayFailure);
  }

  async function leave() {
    await placed;
    if (!signal.aborted) go(others.older ? path({ id: others.older }) : inbox, { replace: true });
  }

  const remove = () =>
    mailbox.remove(it.id).then(() => {
      say("Deleted");
      leave();
    }, sayFailure);

  async function raw(offset) {
    return (await import("./raw.js")).raw(it, offset, signal);
  }

  const [chosen, offset = 0] = url.hash.slice(1).split("@");
  const all = [
    ["why", "Why", () => why(it)],
    ["text", "Text", () => text(it, signal)],
    it.has_html && ["html", "HTML", () => html(it)],
    ["header", "Header", () => header(it)],
    ["raw", "Raw", () => raw(Number(offset))],
    ["parts", it.attachments ? `Parts (${it.attachments})` : "Parts", () => parts(it)],
    ["transcript", "Transcript", () => transcript(it)],
  ];
  const tabbed = tabs("The message", all.filter(Boolean), chosen);

  /** Links to octets, as those of what was odd. */
  async function toOctet(event) {
    const octet = event.target.closest?.("a[href^='#raw@']")?.hash.split("@")[1];
    if (!octet) return;
    event.preventDefault();
    tabbed.querySelector("#tab-raw").click();
    tabbed.querySelector("#panel-raw").replaceChildren(await raw(Number(octet)));
  }

  news("messages", signal, () => others.newer || place());
  news("changed", signal, ({ cleared, removed, ids }) => (cleared || (removed && ids?.includes(it.id))) && leave());
  mailbox.opened = it.id;
  if (unread) setUnread(false);
  const placed = place();
  const node = h(
    "article",
    { onclick: toOctet },
    h(
      "nav.bar",
      { "aria-label": "Message" },
      link("Inbox", inbox, { image: "newer" }),
      newer,
      older,
      h("span.space"),
      mark,
      button("Delete", remove, { image: "bin" }),
      button("Link", () => copy(location.origin + path(it)), { image: "link" }),
      link(".eml", address(path(it, "/raw")), { image: "save", download: `message-${it.id}.eml` }),
    ),
    h("h1", { tabindex: "-1", dir: "auto" }, it.subject || "(no subject)"),
    h(
      "p.meta",
      h("bdi", it.from ?? "no From field"),
      " → ",
      h("bdi", it.to ?? it.envelope.rcpt_to[0]?.address ?? "no To field"),
      " · ",
      time(it.received, true),
      " · ",
      size(it.size),
      it.attachments > 0 && ` · ${count(it.attachments, "attachment")}`,
    ),
    badges(it),
    h("div.columns", tabbed, h("aside", { "aria-label": "Envelope" }, h("h2", "Envelope"), envelope(it))),
  );
  const keys = {
    j: () => move("older"),
    k: () => move("newer"),
    u: () => setUnread(!unread),
    "#": remove,
    Delete: remove,
    Escape: () => go(inbox),
  };
  return { title: titleOf(it), node, keys };
}
