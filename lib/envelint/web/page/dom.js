// Elements, made by calls: no text from outside is ever read as markup, and none of it hides.

// Controls, bidi controls, zero-width and other characters that take no place and can mislead a reader.
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
// An emoji is often one of several code points with these between or behind them.
const IN_EMOJI = /\p{Extended_Pictographic}\ufe0f?$/u;

function escaped(character) {
  return `\\u{${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}}`;
}

function isHarmless(character, before, lines) {
  if (character === "\n" || character === "\t") return lines;
  return (character === "\ufe0f" || character === "\u200d") && IN_EMOJI.test(before);
}

function split(value, lines) {
  const out = [];
  let from = 0;
  for (const match of value.matchAll(HIDDEN)) {
    if (isHarmless(match[0], value.slice(Math.max(0, match.index - 4), match.index), lines)) continue;
    out.push(value.slice(from, match.index), match[0]);
    from = match.index + match[0].length;
  }
  out.push(value.slice(from));
  return out;
}

/** A text as nodes, with each hidden character as its code point in a marked span. With `lines` LF and TAB stay. */
export function shown(value, lines = false) {
  return split(String(value), lines).map((piece, index) =>
    index % 2 ? h("span.hidden-character", escaped(piece)) : document.createTextNode(piece),
  );
}

/** The same for attributes and the title of the window. */
export function plain(value, lines = false) {
  return split(String(value), lines)
    .map((piece, index) => (index % 2 ? escaped(piece) : piece))
    .join("");
}

const SVG = "http://www.w3.org/2000/svg";
const SVG_TAGS = new Set(["svg", "g", "path", "rect", "text", "title", "circle", "line"]);

function set(element, name, value) {
  if (value === false || value === null || value === undefined) return;
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (name === "value") element.value = value;
  else element.setAttribute(name, value === true ? "" : plain(value, true));
}

function add(element, child, lines) {
  if (child === null || child === undefined || child === false) return;
  if (Array.isArray(child)) for (const one of child) add(element, one, lines);
  else if (child instanceof Node) element.append(child);
  else element.append(...shown(child, lines));
}

/**
 * Makes an element: h("p.note", {id: "x"}, "text", node, [more]). Strings become text, made visible by `shown`;
 * null and false are left out; "on…" are listeners.
 */
export function h(what, ...rest) {
  const [tag, ...classes] = what.split(".");
  const element = SVG_TAGS.has(tag) ? document.createElementNS(SVG, tag) : document.createElement(tag);
  if (classes.length) element.setAttribute("class", classes.join(" "));
  const [first] = rest;
  const has_attributes = first && typeof first === "object" && !(first instanceof Node) && !Array.isArray(first);
  if (has_attributes) for (const [name, value] of Object.entries(rest.shift())) set(element, name, value);
  add(element, rest, tag === "pre");
  return element;
}

/** A sentence of envelint's, in which code stands in backquotes. */
export function prose(text) {
  return String(text ?? "")
    .split("`")
    .map((piece, index, all) => {
      if (index % 2 === 0) return piece;
      return index === all.length - 1 ? `\`${piece}` : h("code", piece);
    });
}

/** With a capital letter and a full stop, as the story and the findings have neither. */
export function sentence(text) {
  const whole = String(text ?? "");
  const first = /^[a-z]+[,: ]/.test(whole) ? whole.charAt(0).toUpperCase() + whole.slice(1) : whole;
  return prose(first + (/[.!?]`?$/.test(whole) ? "" : "."));
}

const DAY = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long", hourCycle: "h23" });

/** The clock today, the day before. */
export function time(value, full = false) {
  const date = new Date(value);
  const today = date.toDateString() === new Date().toDateString();
  const text = full ? `${DAY.format(date)}, ${date.toTimeString().slice(0, 8)}` : (today ? CLOCK : DAY).format(date);
  return h("time", { datetime: value, title: FULL.format(date) }, text);
}

export function seconds(from, to) {
  const spent = (new Date(to) - new Date(from)) / 1000;
  return spent < 60 ? `${spent.toFixed(spent < 10 ? 2 : 0)} s` : `${Math.round(spent / 60)} min`;
}

export function size(octets) {
  const power = octets < 1e3 ? 0 : octets < 1e6 ? 1 : octets < 1e9 ? 2 : 3;
  const count = octets / 1000 ** power;
  return `${power && count < 10 ? count.toFixed(1) : Math.round(count)} ${["B", "kB", "MB", "GB"][power]}`;
}

export function count(number, one, many = `${one}s`) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

/** Says it to those who do not see the page; and, unless the page shows it anyway, briefly to those who do. */
export function say(text, seen = false) {
  const place = document.getElementById("said");
  place.replaceChildren(...shown(text));
  place.classList.toggle("on", !seen);
  clearTimeout(say.timer);
  say.timer = setTimeout(() => place.classList.remove("on"), 2500);
}
