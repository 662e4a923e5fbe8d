// News from the server. A browser allows six connections to a host, so all its tabs share one stream of events: the tab
// that holds the lock reads it and tells the others. Without locks (a page not from this host, nor over TLS, has none)
// each tab reads its own, while it is seen.

import { address } from "./api.js";

const NAME = "envelint-live";
const KINDS = ["messages", "sessions", "changed"];
const RETRY = 2000; // milliseconds, where the browser itself has given up

/** Events: "open" (all may have changed), "down", and those of the server with its data in `detail`. */
export const live = new EventTarget();
let connected;

function tell(kind, detail) {
  if (kind === "open") connected = true;
  if (kind === "down") connected = false;
  live.dispatchEvent(new CustomEvent(kind, { detail }));
}

function read(tellAll, signal) {
  let source;
  let timer;
  function open() {
    source = new EventSource(address("/events"));
    source.onopen = () => tellAll("open");
    source.onerror = () => {
      tellAll("down");
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(open, RETRY);
    };
    for (const kind of KINDS) source.addEventListener(kind, (event) => tellAll(kind, JSON.parse(event.data)));
  }
  open();
  signal?.addEventListener("abort", () => {
    clearTimeout(timer);
    source.close();
  });
}

function share() {
  const channel = new BroadcastChannel(NAME);
  let leads = false;
  const tellAll = (kind, detail) => {
    tell(kind, detail);
    channel.postMessage({ kind, detail });
  };
  channel.onmessage = ({ data }) => {
    if (data.kind !== "hello") tell(data.kind, data.detail);
    else if (leads) channel.postMessage({ kind: connected ? "open" : "down" });
  };
  channel.postMessage({ kind: "hello" });
  navigator.locks
    .request(
      NAME,
      () =>
        new Promise(() => {
          // held as long as the tab is there
          leads = true;
          read(tellAll);
        }),
    )
    .catch(readWhileSeen);
}

function readWhileSeen() {
  let reading;
  const look = () => {
    reading?.abort();
    reading = undefined;
    if (document.visibilityState !== "visible") return;
    reading = new AbortController();
    read(tell, reading.signal);
  };
  document.addEventListener("visibilitychange", look);
  look();
}

/** Runs with the data of each event of a kind, as long as a view is there. */
export function news(kind, signal, run) {
  live.addEventListener(kind, ({ detail }) => run(detail), { signal });
}

export function listen() {
  if (navigator.locks && window.BroadcastChannel) share();
  else readWhileSeen();
}
