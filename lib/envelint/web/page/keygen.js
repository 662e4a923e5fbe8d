// A DKIM key, made by the browser. Its private half is sent nowhere and kept nowhere: it is gone when the view is.

import { send } from "./api.js";
import { h, prose, say } from "./dom.js";
import { field, result } from "./lint.js";
import { button, copyable, failure, heading, section } from "./parts.js";

const LONGEST = 255; // octets of a string in a TXT record, RFC 1035 §3.3
const KINDS = {
  "rsa-2048": "RSA, 2048 bits",
  "rsa-3072": "RSA, 3072 bits",
  "rsa-4096": "RSA, 4096 bits",
  ed25519: "Ed25519",
};
const NAME = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?)*$/i;

/** The value of the record and the private key as PEM. In the record an Ed25519 key is its 32 octets (RFC 8463 §4). */
async function make(kind) {
  const [type, bits] = kind.split("-");
  const algorithm = bits
    ? {
        name: "RSASSA-PKCS1-v1_5",
        hash: "SHA-256",
        modulusLength: Number(bits),
        publicExponent: new Uint8Array([1, 0, 1]),
      }
    : "Ed25519";
  const { publicKey, privateKey } = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const base64 = async (form, key) =>
    btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.exportKey(form, key))));
  const secret = await base64("pkcs8", privateKey);
  return {
    value: `v=DKIM1; k=${type}; p=${await base64(bits ? "spki" : "raw", publicKey)}`,
    pem: `-----BEGIN PRIVATE KEY-----\n${secret.replace(/.{64}(?=.)/g, "$&\n")}\n-----END PRIVATE KEY-----\n`,
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

function instead(domain, selector, kind, why) {
  const [type, bits] = kind.split("-");
  return h(
    "div",
    failure(why),
    h("p", "In a terminal this makes the same key:"),
    copyable(`envelint keygen ${domain} --selector ${selector} --type ${type}${bits ? ` --bits ${bits}` : ""}`),
  );
}

export function keygen({ signal }) {
  const [domain_field, domain] = field("Domain", "The domain that signs.", {
    id: "domain",
    required: true,
    placeholder: "example.com",
  });
  const [selector_field, selector] = field("Selector", "The name of the key; each key has its own.", {
    id: "selector",
    required: true,
    value: new Date().toISOString().slice(0, 7),
  });
  const kinds = h(
    "fieldset",
    h("legend", "Key"),
    Object.entries(KINDS).map(([id, name], at) =>
      h("label", h("input", { type: "radio", name: "kind", value: id, checked: at === 0 }), name),
    ),
  );
  const out = h("div");
  const submit = h("button.primary", { type: "submit" }, "Make a key");

  async function made(event) {
    event.preventDefault();
    const kind = kinds.querySelector(":checked").value;
    const names = [domain.value.trim().replace(/\.$/, ""), selector.value.trim()];
    const bad = names.find((one) => !NAME.test(one));
    if (bad !== undefined) return out.replaceChildren(failure(h("code", bad), " is no domain name in ASCII letters."));
    if (!crypto.subtle)
      return out.replaceChildren(
        instead(...names, kind, "Browsers make keys only on pages from this host or over TLS, and this is neither."),
      );
    submit.disabled = true;
    try {
      const key = await make(kind);
      if (!signal.aborted) await show(...names, key);
    } catch (error) {
      out.replaceChildren(
        instead(
          ...names,
          kind,
          error.name === "NotSupportedError" ? `This browser cannot make ${KINDS[kind]}.` : error.message,
        ),
      );
    }
    submit.disabled = false;
  }

  async function show(name, key, { value, pem }) {
    const owner = `${key}._domainkey.${name}`;
    const zone = zoneLine(owner, value);
    const checked = h("div");
    out.replaceChildren(
      section(
        "private",
        "Private key",
        h(
          "p",
          "For the signing software alone. It was made in this browser, is sent nowhere, and is gone when you " +
            "leave this page: ",
          h("b", "save it now"),
          ".",
        ),
        copyable(pem),
        h(
          "p",
          button("Save", () => save(pem, `${owner}.pem`), { image: "save" }),
        ),
      ),
      section(
        "public",
        "Record",
        h(
          "p",
          "Publish as a TXT record at ",
          h("code", owner),
          " (where a form adds the domain itself: ",
          h("code", `${key}._domainkey`),
          ") this value, in one line:",
        ),
        copyable(value),
        h("p", "In a zone file:"),
        copyable(zone),
      ),
      section("checked", "Check", checked),
    );
    checked.append(
      await send("POST", "/lint", { body: { record: value, name: owner, type: "dkim" }, signal }).then(
        result,
        (error) => failure(prose(error.message)),
      ),
    );
    say("The key is made");
  }

  // The way back may bring a page as it was left: without the key.
  const forget = () => out.replaceChildren();
  addEventListener("pagehide", forget, { signal });
  signal.addEventListener("abort", forget);
  return {
    title: "Keygen",
    node: h(
      "div.prose",
      heading("Keygen"),
      h("p.meta", "A key to sign mail with DKIM, and the record that lets receivers verify it."),
      h(
        "form",
        { onsubmit: made },
        h("div.fields", domain_field, selector_field),
        kinds,
        h("p.faint", "2048 bits are what most domains have. Many receivers do not verify Ed25519 yet (RFC 8463)."),
        submit,
      ),
      out,
    ),
  };
}
