// The messages that the inbox lists: as many as were looked at, kept up to date. It outlives the view, so that the way
// back from a message is at once where one was.

import { get, send } from "./api.js";
import { live } from "./live.js";

const PAGE = 100;

/** Says "list" when entries changed, "waiting" when only the number of those above did, "totals", and "error". */
class Mailbox extends EventTarget {
  query = "";
  entries = []; // the newest first
  waiting = []; // those that came while somebody reads further down
  totals = { messages: 0, unread: 0 };
  more = false;
  loaded = false;
  error = null;
  opened = 0; // the message that was looked at last
  holdBack = () => false;
  #asked; // aborts the question that a newer one replaces
  #searches = false;
  #missed = false; // something came while a search was under way, which may not have it
  #loadsMore = false;

  async search(query = this.query) {
    this.#asked?.abort();
    const asked = (this.#asked = new AbortController());
    this.query = query;
    this.#searches = true;
    try {
      const page = await get("/messages", { query, limit: PAGE }, asked.signal);
      this.error = null;
      this.loaded = true;
      this.waiting = [];
      this.entries = page.messages;
      this.more = page.more;
      this.#count(page.totals);
      this.#tell("list");
    } catch (error) {
      if (error.name === "AbortError") return;
      this.error = error;
      this.#tell("error");
    }
    this.#searches = false;
    if (this.#missed && !this.error) await this.catchUp();
  }

  /** What has come since the newest that is known; all anew where that is gone, as after a new start of the server. */
  async catchUp() {
    this.#missed = false;
    const { messages, more, totals } = await get("/messages", { query: this.query, limit: PAGE });
    const ids = messages.map((entry) => entry.id);
    if (!(ids[0] >= this.newest) || (more && ids.at(-1) > this.newest)) return this.search();
    this.#count(totals);
    this.#take(messages);
  }

  /** After the stream of events was away: whatever may have changed, without moving who reads further down. */
  async refresh() {
    if (this.error || (this.loaded && !this.holdBack())) await this.search();
    else if (this.loaded) await this.catchUp();
  }

  async loadMore() {
    if (!this.more || this.#loadsMore) return;
    this.#loadsMore = true;
    const { query } = this;
    const asked = this.#asked;
    try {
      const page = await get("/messages", { query, before: this.entries.at(-1)?.id, limit: PAGE }, asked?.signal);
      this.entries.push(...page.messages);
      this.more = page.more;
      this.#tell("list");
    } catch {
      // The banner tells of a server that is gone; the next scroll asks again.
    } finally {
      this.#loadsMore = false;
    }
  }

  /** The newest id that is known, shown or not. */
  get newest() {
    return (this.waiting[0] ?? this.entries[0])?.id ?? 0;
  }

  showWaiting() {
    this.entries = [...this.waiting, ...this.entries];
    this.waiting = [];
    this.#tell("list");
  }

  async arrived({ messages, reload, totals }) {
    this.#count(totals);
    if (this.#searches) this.#missed = true;
    else if (!this.loaded) return;
    else if (reload || this.query) await this.catchUp();
    else this.#take(messages);
  }

  #take(messages) {
    const fresh = messages.filter((entry) => entry.id > this.newest).sort((a, b) => b.id - a.id);
    if (!fresh.length) return;
    if (this.holdBack()) {
      this.waiting = [...fresh, ...this.waiting];
      this.#tell("waiting");
    } else {
      this.entries = [...fresh, ...this.entries];
      this.#tell("list");
    }
  }

  changed({ totals, ids, unread, removed, cleared }) {
    if (totals) this.#count(totals);
    if (!this.loaded) return;
    const named = ids && new Set(ids);
    if (cleared) [this.entries, this.waiting, this.more] = [[], [], false];
    else if (removed && named) {
      this.entries = this.entries.filter((entry) => !named.has(entry.id));
      this.waiting = this.waiting.filter((entry) => !named.has(entry.id));
      if (!this.entries.length) return this.search();
    } else if (removed) return this.search();
    if (unread !== undefined) {
      for (const entry of [...this.entries, ...this.waiting]) if (!named || named.has(entry.id)) entry.unread = unread;
    }
    this.#tell("list");
  }

  #count(totals) {
    if (!totals) return;
    this.totals = totals;
    this.#tell("totals");
  }

  #tell(kind) {
    this.dispatchEvent(new Event(kind));
  }

  async mark(id, unread) {
    const entry = this.entries.find((one) => one.id === id);
    if (entry && entry.unread !== unread) this.changed({ ids: [id], unread });
    await send("PATCH", `/messages/${id}`, { body: { unread } });
  }

  async remove(id) {
    await send("DELETE", `/messages/${id}`);
    this.changed({ ids: [id], removed: true });
  }
}

export const mailbox = new Mailbox();
live.addEventListener("open", () => mailbox.refresh().catch(() => {}));
live.addEventListener("messages", ({ detail }) => mailbox.arrived(detail).catch(() => {}));
live.addEventListener("changed", ({ detail }) => mailbox.changed(detail));
