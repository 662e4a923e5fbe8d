// The page: which view an address is, the way between them, keys, and what stands above all of them.

import { get } from "./api.js";
import { h, say, shown } from "./dom.js";
import { listen, live } from "./live.js";
import { mailbox } from "./mailbox.js";
import { button, dialog, failed } from "./parts.js";

// The module and the view in it. Those other than the inbox are loaded when they are first wanted.
const ROUTES = [
  [/^\/$/, "inbox", "inbox"],
  [/^\/messages\/(?<id>\d+)$/, "message", "message"],
  [/^\/sessions$/, "sessions", "sessions"],
  [/^\/sessions\/(?<id>\d+)$/, "sessions", "session"],
  [/^\/lint$/, "lint", "lint"],
  [/^\/keygen$/, "keygen", "keygen"],
  [/^\/findings\/(?<code>\w+)$/, "finding", "finding"],
];
const KEYS = {
  "j k": "the next, the previous message",
  Enter: "open",
  u: "mark read or unread",
  "# Delete": "delete",
  "/": "search",
  Escape: "back to the inbox; empty the search",
  "?": "this help",
};
const SEARCHES = {
  invoice: "anywhere in header, text or envelope",
  "from:@example.com": "to: subject: mail-from: rcpt-to: client: header:",
  "dmarc:fail": "spf: dkim: arc: disposition: tls:",
  "is:unread has:attachment": "both",
  "-dkim:pass or larger:1M": "not; either",
};

const main = document.getElementById("main");
const banner = document.getElementById("banner");
const places = new Map(); // of an entry of the history: how far its view was scrolled
let view = { keys: {} };
let leave = new AbortController();

function titled() {
  const { unread } = mailbox.totals;
  document.title = `${unread ? `(${unread}) ` : ""}${view.title ?? "envelint"} · envelint`;
  const place = document.getElementById("unread");
  place.hidden = !unread;
  place.replaceChildren(...shown(unread), h("span.quiet", " unread"));
}

function markNavigation(path) {
  for (const one of document.querySelectorAll("nav a")) {
    const its = one.getAttribute("href");
    const here = its === "/" ? /^.(messages|$)/.test(path) : path.startsWith(its);
    one.setAttribute("aria-current", here ? "page" : "false");
  }
}

async function make(url, signal) {
  for (const [pattern, module, name] of ROUTES) {
    const match = pattern.exec(url.pathname);
    if (match) return (await import(`./${module}.js`))[name]({ ...match.groups, url, signal, go });
  }
  throw Object.assign(new Error(`There is nothing at ${url.pathname}`), { status: 404 });
}

/** Shows what the address says. `moves`: not at the first time, when the focus is where the browser has it. */
async function show(moves) {
  leave.abort();
  const { signal } = (leave = new AbortController());
  const url = new URL(location.href);
  markNavigation(url.pathname);
  const made = await make(url, signal).catch((error) => ({ title: "Not here", node: failed(error) }));
  if (signal.aborted) return;
  view = { keys: {}, ...made };
  main.replaceChildren(view.node);
  titled();
  view.shownAt?.();
  scrollTo(0, places.get(history.state?.place) ?? 0);
  view.shownAt?.();
  if (moves && !view.focus?.()) (main.querySelector("h1") ?? main).focus({ preventScroll: true });
}

function go(path, { replace = false } = {}) {
  history[replace ? "replaceState" : "pushState"]({ place: Math.random() }, "", path);
  return show(true);
}

function followed(event) {
  const anchor = event.target.closest?.("a[href]");
  if (
    !anchor ||
    event.defaultPrevented ||
    event.button ||
    event.metaKey ||
    event.ctrlKey ||
    event.shiftKey ||
    event.altKey
  )
    return;
  const { origin, pathname, search, hash } = new URL(anchor.href);
  if (origin !== location.origin || anchor.hasAttribute("download") || (hash && pathname === location.pathname)) return;
  event.preventDefault();
  go(pathname + search + hash);
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog")) return;
  if (event.target.closest?.("input, textarea, select") && event.key !== "Escape") return;
  const run = event.key === "?" ? help : view.keys[event.key];
  if (!run) return;
  event.preventDefault();
  run();
}

function help() {
  const rows = (all, split) =>
    h(
      "dl.keys",
      Object.entries(all).map(([keys, means]) =>
        h(
          "div",
          h(
            "dt",
            (split ? keys.split(" ") : [keys]).map((one) => h("kbd", one)),
          ),
          h("dd", means),
        ),
      ),
    );
  const out = dialog(
    "Keys and search",
    rows(KEYS, true),
    h("h3", "Search"),
    rows(SEARCHES),
    h(
      "p.actions",
      button("Close", () => out.close()),
    ),
  );
}

async function tellServer() {
  const { smtp, version, kept, messages, unread } = await get("/status");
  mailbox.totals = { messages, unread };
  titled();
  document
    .getElementById("server")
    .replaceChildren(
      h("span", "SMTP ", h("code", smtp[0] ?? "–")),
      h("span", kept === "disk" ? "kept on disk" : "kept in memory"),
      h("span", version),
    );
}

function gone(is) {
  if (banner.hidden !== is) return;
  banner.hidden = !is;
  banner.replaceChildren(is ? "envelint does not answer. It is asked again until it does." : "");
  if (!is) say("envelint answers again");
}

history.scrollRestoration = "manual";
if (!history.state) history.replaceState({ place: 0 }, "");
addEventListener("scroll", () => places.set(history.state?.place, scrollY), { passive: true });
addEventListener("popstate", () => show(true));
addEventListener("click", followed);
addEventListener("keydown", pressed);
document.getElementById("help").addEventListener("click", help);
mailbox.addEventListener("totals", titled);
live.addEventListener("down", () => gone(true));
live.addEventListener("open", () => {
  gone(false);
  tellServer().catch(() => {});
});
show(false);
listen();
