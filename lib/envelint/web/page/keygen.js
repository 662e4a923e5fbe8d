// A DKIM key, made by the browser. Its private half is sent nowhere and kept nowhere: it is gone when the view is.

import { send } from "./api.js";
import { h, prose, say } from "./dom.js";
import { button, copyable, section } from "./parts.js";
import { result } from "./lint.js";

const LONGEST = 255;  // octets of a string in a TXT record, RFC 1035 §3.3
const KINDS = { "rsa-2048": "RSA, 2048 bits", "rsa-3072": "RSA, 3072 bits", "rsa-4096": "RSA, 4096 bits", ed25519: "Ed25519" };
const NAME = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?)*$/i;

function base64(buffer) {
  return btoa(Array.from(new Uint8Array(buffer), (one) => String.fromCharCode(one)).join(""));
}

function algorithm(kind) {
  if (kind === "ed25519") return { name: "Ed25519" };
  return { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: Number(kind.slice(4)), publicExponent: new Uint8Array([1, 0, 1]) };
}

/** The value of the record and the private key as PEM. In the record an Ed25519 key is its 32 octets (RFC 8463 §4). */
async function make(kind) {
  const pair = await crypto.subtle.generateKey(algorithm(kind), true, ["sign", "verify"]);
  const rsa = kind !== "ed25519";
  const key = base64(await crypto.subtle.exportKey(rsa ? "spki" : "raw", pair.publicKey));
  const secret = base64(await crypto.subtle.exportKey("pkcs8", pair.privateKey));
  return {
    value: `v=DKIM1; k=${rsa ? "rsa" : "ed25519"}; p=${key}`,
    pem: `-----BEGIN PRIVATE KEY-----\n${secret.match(/.{1,64}/g).join("\n")}\n-----END PRIVATE KEY-----\n`,
  };
}

function zoneLine(owner, value) {
  const strings = value.match(new RegExp(`.{1,${LONGEST}}`, "g")).map((one) => `"${one}"`);
  return `${owner}. 3600 IN TXT ${strings.length > 1 ? `(\n  ${strings.join("\n  ")} )` : strings[0]}`;
}

function save(text, name) {
  const url = URL.createObjectURL(new Blob([text], { type: "application/x-pem-file" }));
  h("a", { href: url, download: name }).click();
  URL.revokeObjectURL(url);
}

function command(domain, selector, kind) {
  const [type, bits] = kind.split("-");
  return `envelint keygen ${domain || "example.com"} --selector ${selector || "s1"}${type === "rsa" ? ` --bits ${bits}` : " --type ed25519"}`;
}

function instead(domain, selector, kind, why) {
  return h("div", h("p.failure", { role: "alert" }, why), h("p", "This command makes the same key in a terminal:"), copyable(command(domain, selector, kind)));
}

export function keygen({ signal }) {
  const now = new Date().toISOString().slice(0, 7);
  const domain = h("input", { id: "domain", required: true, spellcheck: "false", autocomplete: "off", placeholder: "example.com" });
  const selector = h("input", { id: "selector", required: true, spellcheck: "false", autocomplete: "off", value: now });
  const kinds = h("fieldset", h("legend", "Key"), Object.entries(KINDS).map(([id, name], at) => h("label.choice",
    h("input", { type: "radio", name: "kind", value: id, checked: at === 0 }), name)));
  const out = h("div.result");
  const submit = h("button.primary", { type: "submit" }, "Make a key");

  async function made(event) {
    event.preventDefault();
    const kind = kinds.querySelector(":checked").value;
    const names = [domain.value.trim().replace(/\.$/, ""), selector.value.trim()];
    const bad = names.find((one) => !NAME.test(one));
    if (bad !== undefined) return out.replaceChildren(h("p.failure", { role: "alert" }, h("code", bad), " is no domain name in ASCII letters"));
    if (!crypto.subtle) return out.replaceChildren(instead(...names, kind, "Browsers make keys only on pages from this host or over TLS, and this is neither."));
    submit.disabled = true;
    try {
      await show(...names, await make(kind));
    } catch (error) {
      if (!signal.aborted) out.replaceChildren(instead(...names, kind, error.name === "NotSupportedError" ? `This browser cannot make a key of the kind ${KINDS[kind]}.` : error.message));
    }
    submit.disabled = false;
  }

  async function show(name, key_selector, { value, pem }) {
    const owner = `${key_selector}._domainkey.${name}`;
    const secret = h("div", copyable(pem, h("pre", pem)));
    const checked = h("div", h("p.faint", "The record is being checked …"));
    out.replaceChildren(
      section("private", "Private key", h("p", "For the signing software alone. It was made in this browser, is sent nowhere and is gone when you leave this page: ", h("b", "save it now"), "."),
        h("p.actions", button("Save", () => save(pem, `${owner}.pem`), { image: "save", kind: ".primary" }), button("Hide", () => secret.replaceChildren())), secret),
      section("public", "Record", h("p", "Publish as a TXT record at ", h("code", owner), " (where a form adds the domain itself: ", h("code", `${key_selector}._domainkey`), ") this value, in one line:"),
        copyable(value), h("p", "In a zone file:"), copyable(zoneLine(owner, value), h("pre", zoneLine(owner, value)))),
      section("checked", "Check", checked));
    say("The key is made");
    const document = await send("POST", "/lint", { body: { record: value, name: owner, type: "dkim" }, signal }).catch((error) => error);
    checked.replaceChildren(document instanceof Error ? h("p.failure", prose(document.message)) : result(document));
  }

  // The way back may bring a page as it was left: without the key.
  addEventListener("pagehide", () => out.replaceChildren(), { signal });
  signal.addEventListener("abort", () => out.replaceChildren());
  const node = h("div.prose.wide", h("div.bar", h("h1", { tabindex: "-1" }, "Keygen")),
    h("p.meta", "A key to sign mail with DKIM, and the record that lets receivers verify it."),
    h("form", { onsubmit: made }, h("div.fields", h("div.field", h("label", { for: "domain" }, "Domain"), domain, h("p.faint", "The domain that signs")),
      h("div.field", h("label", { for: "selector" }, "Selector"), selector, h("p.faint", "The name of the key; take a new one for each"))), kinds,
    h("p.faint", "2048 bits are what most domains have. Many receivers do not verify Ed25519 yet (RFC 8463)."), h("p.actions", submit)), out);
  return { title: "Keygen", node };
}
