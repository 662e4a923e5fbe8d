// The API of the receiver, as docs/web.md and /api/v1/openapi.json have it.

const BASE = "/api/v1";
let token = document.querySelector("meta[name=envelint-token]").content;

/** An error with its HTTP status (0: no answer) and what the API says of it. */
function fault(status, error) {
  return Object.assign(new Error(error.message), { ...error, status });
}

function url(path, parameters = {}) {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== "");
  const query = new URLSearchParams(given).toString();
  return BASE + path + (query && `?${query}`);
}

async function failure(response) {
  const document = await response.json().catch(() => ({}));
  return fault(response.status, document.error ?? { message: `the server says ${response.status}` });
}

async function ask(path, parameters, options) {
  let response;
  try {
    response = await fetch(url(path, parameters), options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw fault(0, { message: "envelint does not answer" });
  }
  if (!response.ok) throw await failure(response);
  return response;
}

export async function get(path, parameters, signal) {
  return (await ask(path, parameters, { signal })).json();
}

export async function getText(path, signal) {
  return (await ask(path, {}, { signal })).text();
}

export async function getOctets(path, parameters, signal) {
  return new Uint8Array(await (await ask(path, parameters, { signal })).arrayBuffer());
}

/** A server that was started anew has another token. */
async function renewToken() {
  const page = await (await fetch("/")).text();
  const before = token;
  token = /name="envelint-token" content="([^"]+)"/.exec(page)?.[1];
  return token !== before;
}

/** Whatever is not only read needs the token of the page, which other sites cannot know. */
export async function send(method, path, { parameters, body, signal } = {}) {
  const headers = { "X-Envelint-Token": token };
  if (body) headers["Content-Type"] = "application/json";
  try {
    const response = await ask(path, parameters, { method, headers, body: body && JSON.stringify(body), signal });
    const text = await response.text();
    return text ? JSON.parse(text) : {};
  } catch (error) {
    if (error.status !== 403 || !(await renewToken())) throw error;
    return send(method, path, { parameters, body, signal });
  }
}

export const address = url;
