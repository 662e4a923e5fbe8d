// Every connection, those that brought nothing too: why it ended, and what was said.

import { get } from "./api.js";
import { count, h, seconds, shown, time } from "./dom.js";
import { news } from "./live.js";
import { button, explain, facts, header, heading, link } from "./parts.js";

const PAGE = 50;
const PIECE = 500; // of what was said, until somebody wants more
const LONG = 4; // lines of a reply

function spoken(who, text) {
  const lines = text.split("\n");
  if (who === "note" || who === "content") return h("span", text);
  if (lines.length < LONG) return h("pre", text);
  return h(
    "details",
    h("summary", h("code", lines[0]), ` and ${lines.length - 1} lines`),
    h("pre", lines.slice(1).join("\n")),
  );
}

/** Two sides: the client left, the server right, and what nobody said between them. */
export function dialogue(transcript) {
  const list = h("ol.dialogue");
  const more = button("Show more", next);
  function next() {
    const { length } = list.children;
    list.append(
      ...transcript.slice(length, length + PIECE).map(({ who, text }) => {
        const refused = who === "server" && /^[45]\d\d/.test(text) ? ".refusal" : "";
        return h(`li.${who}${refused}`, h("span.quiet", `${who === "content" ? "client" : who}: `), spoken(who, text));
      }),
    );
    more.hidden = list.children.length >= transcript.length;
  }
  next();
  return [list, more];
}

/** Who was there, of a session and of the envelope of a message. */
export function connection(it) {
  const { client, tls } = it;
  const told = { proxy: " (told by a PROXY header)", xclient: " (told by XCLIENT)" }[client.source];
  return [
    ["Client", [h("bdi", client.address), told && h("span.faint", told)]],
    ["Name", client.name],
    ["Peer", told && it.peer],
    [it.hello ?? "Greeting", it.hello_name],
    ["TLS", tls ? `${tls.version} ${tls.cipher ?? ""}` : "none, in clear"],
    ["Asked for", tls?.server_name],
    ["Certificate", tls?.client_certificate],
  ];
}

function row(session) {
  const { id, started, ended, client, hello, hello_name, tls, messages, why } = session;
  return h(
    "tr",
    h("td", h("a", { href: `/sessions/${id}` }, id)),
    h("td", time(started, true)),
    h("td", seconds(started, ended)),
    h("td", h("bdi", client.address), hello_name && h("span.faint", ` ${hello} `), h("bdi", hello_name)),
    h("td", tls?.version ?? "–"),
    h("td", messages || "–"),
    h("td", { class: messages ? "" : "warn" }, why),
  );
}

export async function sessions({ signal }) {
  const body = h("tbody");
  const table = h("table.sessions", header(["Id", "Started", "Took", "Client", "TLS", "Mail", "Why it ended"]), body);
  const more = button("Show more", () => load(last));
  const fresh = button("", () => load(), { kind: ".pill" });
  const nothing = h(
    "div.empty",
    h("h2", "No sessions yet"),
    h("p", "A session is one connection of a client. It is listed when it has ended, whether it brought mail or not."),
  );
  let last;
  let ended = 0;

  function drawFresh() {
    fresh.hidden = !ended;
    fresh.replaceChildren(...shown(`${ended} new`));
  }

  /** Those before an id, or the newest. */
  async function load(before) {
    const page = await get("/sessions", { before, limit: PAGE }, signal);
    last = page.sessions.at(-1)?.id;
    if (!before) {
      ended = 0;
      body.replaceChildren();
    }
    body.append(...page.sessions.map(row));
    more.hidden = !page.more;
    table.hidden = !body.firstChild;
    nothing.hidden = !table.hidden;
    drawFresh();
  }

  news("sessions", signal, (detail) => {
    ended += detail.count;
    if (scrollY > 0) drawFresh();
    else load().catch(() => {});
  });
  news("changed", signal, (detail) => detail.cleared && load().catch(() => {}));
  await load();
  return {
    title: "Sessions",
    node: h("div", h("div.bar", heading("Sessions")), h("div.pill-place", fresh), table, nothing, more),
  };
}

export async function session({ id, signal }) {
  const it = await get(`/sessions/${id}`, {}, signal);
  const mail = it.messages ? (await get("/messages", { session: id, order: "oldest" }, signal)).messages : [];
  const node = h(
    "div",
    h("nav.bar", { "aria-label": "Session" }, link("Sessions", "/sessions", { image: "newer" })),
    heading(`Session ${it.id}: ${it.why}`),
    h("p.meta", time(it.started, true), " · ", seconds(it.started, it.ended), " · ", count(it.messages, "message")),
    h(
      "div.columns",
      h("section", h("h2", "What was said"), explain("dialogue", "Who is who?"), dialogue(it.transcript ?? [])),
      h(
        "aside",
        { "aria-label": "Connection" },
        h("h2", "Connection"),
        facts([
          ...connection(it),
          ["Mail", mail.map((one) => h("div", h("a", { href: `/messages/${one.id}` }, one.subject || "(no subject)")))],
        ]),
      ),
    ),
  );
  return { title: `Session ${it.id}`, node };
}
