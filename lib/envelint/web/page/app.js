// The page: which view an address is, the way between them, keys, and what stands above all of them.

import { get } from "./api.js";
import { h, say, shown } from "./dom.js";
import { inbox } from "./inbox.js";
import { listen, live } from "./live.js";
import { mailbox } from "./mailbox.js";
import { dialog, failed } from "./parts.js";

// Views other than the inbox are loaded when they are first wanted.
const ROUTES = [
  [/^\/$/, async () => inbox],
  [/^\/messages\/(?<id>\d+)$/, async () => (await import("./message.js")).message],
  [/^\/sessions$/, async () => (await import("./sessions.js")).sessions],
  [/^\/sessions\/(?<id>\d+)$/, async () => (await import("./sessions.js")).session],
  [/^\/lint$/, async () => (await import("./lint.js")).lint],
  [/^\/keygen$/, async () => (await import("./keygen.js")).keygen],
  [/^\/findings\/(?<code>[A-Z]+\d+)$/, async () => (await import("./finding.js")).finding],
];

const KEYS = [
  ["j k", "the next, the previous message"], ["Enter", "open"], ["u", "mark read or unread"],
  ["# Delete", "delete"], ["/", "search"], ["Esc", "back to the inbox; empty the search"], ["?", "this help"],
];
const SEARCHES = [
  ["invoice", "in the header"], ["from:@example.com", "and to: subject:"], ["dmarc:fail", "and spf: dkim: arc:"],
  ["has:attachment", ""], ["is:unread", ""],
];

const main = document.getElementById("main");
const banner = document.getElementById("banner");
const places = new Map();   // of an entry of the history: how far its view was scrolled
let view = { keys: {} };
let leave = new AbortController();

function titled() {
  const { unread } = mailbox.totals;
  document.title = `${unread ? `(${unread}) ` : ""}${view.title ?? "envelint"} · envelint`;
  const place = document.getElementById("unread");
  place.hidden = !unread;
  place.replaceChildren(...shown(unread));
  place.setAttribute("aria-label", `${unread} unread`);
}

function markNavigation(path) {
  for (const one of document.querySelectorAll(".top nav a")) {
    const its = one.getAttribute("href");
    const here = its === "/" ? path === "/" || path.startsWith("/messages") : path.startsWith(its);
    if (here) one.setAttribute("aria-current", path === its ? "page" : "true");
    else one.removeAttribute("aria-current");
  }
}

async function make(url, signal) {
  for (const [pattern, load] of ROUTES) {
    const match = pattern.exec(url.pathname);
    if (match) return (await load())({ ...match.groups, url, signal, go });
  }
  return { title: "Not here", node: failed({ status: 404, message: `There is nothing at ${url.pathname}` }) };
}

/** Shows what the address says. `moves`: not at the first time, when the focus is where the browser has it. */
async function show(moves) {
  leave.abort();
  const { signal } = leave = new AbortController();
  const url = new URL(location.href);
  markNavigation(url.pathname);
  let made;
  try {
    made = await make(url, signal);
  } catch (error) {
    if (signal.aborted) return;
    made = { title: "Not here", node: failed(error) };
  }
  if (signal.aborted) return;
  view = { keys: {}, ...made };
  main.replaceChildren(view.node);
  titled();
  view.shownAt?.();
  scrollTo(0, places.get(history.state?.place) ?? 0);
  view.shownAt?.();
  if (moves) (main.querySelector("h1") ?? main).focus({ preventScroll: true });
}

function go(path, { replace = false } = {}) {
  history[replace ? "replaceState" : "pushState"]({ place: crypto.getRandomValues(new Uint32Array(1))[0] }, "", path);
  return show(true);
}

function followed(event) {
  const anchor = event.target.closest?.("a[href]");
  if (!anchor || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const url = new URL(anchor.href);
  if (url.origin !== location.origin || anchor.target || anchor.hasAttribute("download")) return;
  if (url.pathname.startsWith("/api/") || (url.hash && url.pathname === location.pathname)) return;
  event.preventDefault();
  go(url.pathname + url.search + url.hash);
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const writes = event.target.closest?.("input, textarea, select");
  if (writes && event.key !== "Escape") return;
  if (event.key === "?") return help();
  const run = view.keys[event.key];
  if (!run) return;
  event.preventDefault();
  run();
}

function help() {
  const rows = (all) => h("dl.keys", all.map(([key, means]) => h("div", h("dt", key.split(" ").map((one) => h("kbd", one))), h("dd", means))));
  const out = dialog("Keys and search", rows(KEYS), h("h3", "Search"), rows(SEARCHES),
                     h("p.actions", h("button", { type: "button", onclick: () => out.close() }, "Close")));
}

async function tellServer() {
  const place = document.getElementById("server");
  const status = await get("/status").catch(() => null);
  if (!status) return;
  mailbox.totals = { messages: status.messages, unread: status.unread };
  titled();
  place.replaceChildren(h("span", { title: "Where mail is taken" }, "SMTP ", h("code", status.smtp[0])),
                        h("span", { title: `envelint ${status.version}` },
                          status.kept === "disk" ? "kept on disk" : "kept in memory"));
}

function gone(is) {
  if (banner.hidden !== is) return;
  banner.hidden = !is;
  banner.replaceChildren(...shown(is ? "envelint does not answer. It is asked again until it does." : ""));
  if (!is) say("envelint answers again");
}

history.scrollRestoration = "manual";
if (history.state?.place === undefined) history.replaceState({ place: 0 }, "");
addEventListener("scroll", () => places.set(history.state?.place, scrollY), { passive: true });
addEventListener("popstate", () => show(true));
addEventListener("click", followed);
addEventListener("keydown", pressed);
document.getElementById("help").addEventListener("click", help);
mailbox.addEventListener("totals", titled);
live.addEventListener("open", () => {
  gone(false);
  tellServer();
});
live.addEventListener("down", () => gone(true));
show(false);
listen();
