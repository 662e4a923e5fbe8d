// The octets of a message, in pieces of which only those that are looked at are in the document.

import { getOctets } from "./api.js";
import { h, size } from "./dom.js";

const PIECE = 32 << 10;
const LONGEST = 998; // octets of a line, RFC 5322 §2.1.1
const LF = 10;
const CR = 13;
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Where a piece ends: behind its last line, or, where a line is longer, between two characters. */
function endOf(octets, isLast) {
  if (isLast) return octets.length;
  const line = octets.lastIndexOf(LF);
  if (line >= 0) return line + 1;
  let end = octets.length - 1;
  while (octets.length - end < 5 && ((octets[end] & 0xc0) === 0x80 || octets[end - 1] === CR)) --end;
  return end;
}

const hex = (octets) => [...octets].map((one) => one.toString(16).toUpperCase().padStart(2, "0")).join(" ");
const odd = (text, title) => h("span.odd", { title }, text);

/** One octet, or one character of several, that is not plain ASCII; and how many octets that are. */
function unusual(octets, at) {
  const one = octets[at];
  if (one === 0) return [odd("NUL", "NUL"), 1];
  if (one === CR) return [odd("CR", "a bare CR"), 1];
  for (let length = 2; one > 0x7f && length < 5; ++length) {
    const part = octets.subarray(at, at + length);
    try {
      return [h("span.beyond", { title: `octets ${hex(part)}` }, UTF8.decode(part)), part.length];
    } catch {
      // More octets may make it a character.
    }
  }
  return [odd(`\\x${hex([one])}`, one < 0x80 ? "a control character" : "no UTF-8"), 1];
}

function content(octets) {
  const out = [];
  let plain = "";
  const flush = () => {
    if (plain) out.push(document.createTextNode(plain));
    plain = "";
  };
  for (let at = 0; at < octets.length;) {
    const one = octets[at];
    if ((one >= 0x20 && one < 0x7f) || one === 9) {
      plain += String.fromCharCode(one);
      at += 1;
      continue;
    }
    flush();
    const [node, length] = unusual(octets, at);
    out.push(node);
    at += length;
  }
  flush();
  return out;
}

function line(octets, offset) {
  const has_lf = octets.at(-1) === LF;
  const has_crlf = has_lf && octets.at(-2) === CR;
  const text = octets.subarray(0, octets.length - (has_crlf ? 2 : has_lf ? 1 : 0));
  let end = text.length;
  while (end > 0 && (text[end - 1] === 0x20 || text[end - 1] === 9)) --end;
  const spaces = text.length - end;
  const long = text.length > LONGEST;
  return h(
    long ? "div.line.long" : "div.line",
    h("span.offset", { "data-offset": offset }),
    h(
      "span.octets",
      content(text.subarray(0, end)),
      spaces > 0 &&
        h(
          "span.trailing",
          { title: `${spaces} white space at the end` },
          [...text.subarray(end)].map((one) => (one === 9 ? "⇥" : "·")).join(""),
        ),
      has_lf && !has_crlf && odd("LF", "a bare LF"),
      long && h("span.warn", ` ${text.length} octets, ${LONGEST} are allowed`),
    ),
  );
}

function lines(octets, offset) {
  const out = [];
  for (let at = 0; at < octets.length;) {
    const end = octets.indexOf(LF, at) + 1 || octets.length;
    out.push(line(octets.subarray(at, end), offset + at));
    at = end;
  }
  return out;
}

export async function raw(message, from, signal) {
  const box = h("div.raw");
  const more = h("p.faint", { role: "status" });
  const field = h("input", {
    type: "number",
    id: "octet",
    min: 0,
    max: message.size,
    value: String(from),
    inputmode: "numeric",
  });
  const form = h(
    "form.bar",
    { onsubmit: jump },
    h("label", { for: "octet" }, "From octet"),
    field,
    h("button", { type: "submit" }, "Show"),
    h(
      "span.faint",
      `of ${message.size.toLocaleString("en")} (${size(message.size)}). Marked are bare CR and LF, NUL, ` +
        `controls, what is not ASCII, white space at the end of lines, and long lines.`,
    ),
  );
  const pieces = new Map(); // of each: what makes its lines
  let next = from;
  let asks = false;

  /** A piece that is far from what is seen keeps its place, but not its lines. */
  const near = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting, boundingClientRect } of entries) {
        if (target === more) isIntersecting && fetchNext().catch(() => {});
        else if (isIntersecting && !target.firstChild) {
          target.append(...pieces.get(target)());
          target.style.height = "";
        } else if (!isIntersecting && boundingClientRect.height) {
          target.style.height = `${boundingClientRect.height}px`;
          target.replaceChildren();
        }
      }
    },
    { rootMargin: "1500px" },
  );

  async function fetchNext() {
    if (asks || next >= message.size) return;
    asks = true;
    const offset = next;
    const octets = await getOctets(`/messages/${message.id}/raw`, { offset, limit: PIECE }, signal).finally(() => {
      asks = false;
    });
    const end = endOf(octets, offset + octets.length >= message.size);
    const make = () => lines(octets.subarray(0, end), offset);
    const piece = h("div", make());
    pieces.set(piece, make);
    box.append(piece);
    near.observe(piece);
    next = octets.length ? offset + end : message.size;
    more.textContent = next < message.size ? "…" : "The end of the message";
    near.unobserve(more);
    near.observe(more);
  }

  async function jump(event) {
    event.preventDefault();
    near.disconnect();
    pieces.clear();
    box.replaceChildren();
    next = Math.min(Math.max(0, Number(field.value) || 0), Math.max(0, message.size - 1));
    await fetchNext();
  }

  signal.addEventListener("abort", () => near.disconnect());
  await fetchNext();
  return h("div", form, box, more);
}
