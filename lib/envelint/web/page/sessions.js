// Every connection, those that brought nothing too: why it ended, and what was said.

import { get } from "./api.js";
import { count, h, seconds, shown, time } from "./dom.js";
import { live } from "./live.js";
import { button, explain, facts, link } from "./parts.js";

const PAGE = 50;
const WHO = { client: "Client", server: "Server", content: "Client", note: "Note" };

/** Two sides: the client left, the server right, and what nobody said between them. */
export function dialogue(transcript) {
  return h("ol.dialogue", transcript.map(({ who, text }) => {
    const refused = who === "server" && /^[45]\d\d/.test(text) ? ".refusal" : "";
    const [first, ...rest] = text.split("\n");
    const long = rest.length > 3;
    return h(`li.${who}${refused}`, h("span.quiet", `${WHO[who] ?? who}: `),
      long ? h("details", h("summary", h("code", first), h("span.faint", ` and ${rest.length} lines`)), h("pre", rest.join("\n")))
        : who === "note" || who === "content" ? h("span", text) : h("pre", text));
  }));
}

function clientOf(session) {
  return [h("bdi", session.client.address), session.hello_name && [" ", h("span.faint", session.hello), " ", h("bdi", session.hello_name)]];
}

function row(session) {
  return h("tr", h("td", h("a", { href: `/sessions/${session.id}` }, session.id)), h("td", time(session.started, true)),
    h("td.number", seconds(session.started, session.ended)), h("td", clientOf(session)), h("td", session.tls?.version ?? "–"),
    h("td.number", session.messages || "–"), h("td", { class: session.messages ? "" : "warn" }, session.why));
}

export async function sessions({ signal }) {
  let page = await get("/sessions", { limit: PAGE }, signal);
  const body = h("tbody", page.sessions.map(row));
  const more = button("Show more", next);
  const fresh = h("button.pill", { type: "button", hidden: true, onclick: again });
  const nothing = h("div.empty", h("h2", "No sessions yet"),
    h("p", "A session is one connection of a client. It is listed when it has ended, whether it brought mail or not."));
  const columns = ["Id", "Started", "Took", "Client", "TLS", "Mail", "Why it ended"];
  const table = h("table.list", h("thead", h("tr", columns.map((one) => h("th", { scope: "col" }, one)))), body);
  let last = page.sessions.at(-1)?.id;
  let ended = 0;

  function drawState() {
    more.hidden = !page.more;
    table.hidden = !body.children.length;
    nothing.hidden = !table.hidden;
    fresh.hidden = !ended;
    fresh.replaceChildren(...shown(`${ended} new`));
  }

  async function next() {
    page = await get("/sessions", { before: last, limit: PAGE }, signal);
    last = page.sessions.at(-1)?.id;
    body.append(...page.sessions.map(row));
    drawState();
  }

  async function again() {
    ended = 0;
    page = await get("/sessions", { limit: PAGE }, signal);
    last = page.sessions.at(-1)?.id;
    body.replaceChildren(...page.sessions.map(row));
    drawState();
  }

  live.addEventListener("sessions", ({ detail }) => {
    ended += detail.count;
    if (scrollY > 100) drawState();
    else again().catch(() => {});
  }, { signal });
  live.addEventListener("changed", ({ detail }) => detail.cleared && again().catch(() => {}), { signal });
  drawState();
  return { title: "Sessions", node: h("div", h("div.bar", h("h1", { tabindex: "-1" }, "Sessions")), h("div.pill-place", fresh), table, nothing, h("p", more)) };
}

export async function session({ id, signal }) {
  const it = await get(`/sessions/${id}`, {}, signal);
  const { client } = it;
  const mail = it.messages ? (await get("/messages", { session: id, order: "oldest", limit: 20 }, signal)).messages : [];
  const node = h("div",
    h("nav.bar", { "aria-label": "Session" }, link("Sessions", "/sessions", { image: "newer" })),
    h("h1", { tabindex: "-1" }, `Session ${it.id}: ${it.why}`),
    h("p.meta", time(it.started, true), " · ", seconds(it.started, it.ended), " · ", count(it.messages, "message")),
    h("div.columns", h("section", h("h2", "What was said"), explain("dialogue", "Who is who?"), dialogue(it.transcript ?? [])),
      h("aside", { "aria-label": "Connection" }, h("h2", "Connection"), facts([
        ["Client", [h("bdi", client.address), client.port && ` port ${client.port}`]], ["Name", client.name], ["Peer", client.source !== "peer" && it.peer],
        [it.hello ?? "Greeting", it.hello_name && h("bdi", it.hello_name)],
        ["TLS", it.tls ? `${it.tls.version} ${it.tls.cipher ?? ""}` : "none, in clear"], ["SNI", it.tls?.server_name],
        ["Mail", mail.length > 0 && mail.map((one) => h("div", h("a", { href: `/messages/${one.id}` }, one.subject || "(no subject)")))],
      ]))));
  return { title: `Session ${it.id}`, node };
}
