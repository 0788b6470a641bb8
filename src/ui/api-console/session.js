// Who this page asks as: the session of the browser's cookie, or an access token that is in this page's memory alone.

/**
 * @typedef {{ name: string, isAdmin: boolean, by: "session" | "token" }} Person
 * @typedef {{ person: Person | null, csrfToken: string | null, token: string | null }} State
 */

/** @type {State} */
const nobody = { person: null, csrfToken: null, token: null };
let state = nobody;
/** @type {Set<(person: Person | null) => void>} */
const listeners = new Set();

/** What went wrong, in the server's words. */
export class Refused extends Error {
  /**
   * @param {string} code
   * @param {string} message
   */
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/** The browser keeps a cookie in the clear to itself only on its own machine; so does the server. */
export const takesCookies =
  location.protocol === "https:" || /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(location.hostname);

/** @param {(person: Person | null) => void} listener is told at once, and at each change. */
export function onPerson(listener) {
  listeners.add(listener);
  listener(state.person);
}

/** @param {State} next */
function become(next) {
  const isSame = JSON.stringify(next.person) === JSON.stringify(state.person);
  state = next;
  // What is shown keeps the focus.
  if (isSame) return;
  for (const listener of listeners) listener(next.person);
}

/** Asks the server who the browser's cookie stands for: another page may have logged in or out. */
export async function lookAgain() {
  if (state.token !== null) return;
  // Scripts see the cookie beside that of the session, and so whether there is any.
  const hasSession = /(^|; )(__Host-berth|berth-local)-csrf=/.test(document.cookie);
  become((hasSession && (await present({}))) || nobody);
}

/**
 * @param {string} username
 * @param {string} password
 * @param {string} code
 */
export async function logIn(username, password, code) {
  const answer = await fetch("/login", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ username, password, ...(code !== "" && { code }) }),
  });
  if (!answer.ok) throw await refusal(answer);
  become(nobody);
  await lookAgain();
}

/** @param {string} token */
export async function useToken(token) {
  const found = await present({ Authorization: `Bearer ${token}` });
  if (!found) throw new Refused("UNAUTHORIZED", "The server does not know this token.");
  become({ ...found, csrfToken: null, token });
}

/** Ends the session, or forgets the token. */
export async function logOut() {
  if (state.token === null) {
    const answer = await fetch("/logout", { method: "POST", headers: csrfHeaders() });
    if (!answer.ok) throw await refusal(answer);
  }
  become(nobody);
}

/**
 * What a request of the page carries.
 * @param {string} method
 * @returns {{ headers: Record<string, string>, credentials: RequestCredentials }}
 */
export function credentialsFor(method) {
  if (state.token !== null) return { headers: { Authorization: `Bearer ${state.token}` }, credentials: "omit" };
  return { headers: /^(get|head)$/i.test(method) ? {} : csrfHeaders(), credentials: "same-origin" };
}

/** @returns {Record<string, string>} */
function csrfHeaders() {
  return state.csrfToken === null ? {} : { "X-Csrf-Token": state.csrfToken };
}

/**
 * @param {Record<string, string>} headers
 * @returns {Promise<State | null>} null: nobody, to the server.
 */
async function present(headers) {
  const credentials = "Authorization" in headers ? "omit" : "same-origin";
  const answer = await fetch("/api/v0/session", { headers, credentials });
  if (answer.status === 401) return null;
  if (!answer.ok) throw await refusal(answer);
  const { account, csrfToken } = await answer.json();
  const by = csrfToken === null ? "token" : "session";
  return { person: { name: account.name, isAdmin: account.isAdmin === true, by }, csrfToken, token: null };
}

/**
 * @param {Response} answer
 * @returns {Promise<Refused>}
 */
async function refusal(answer) {
  const body = await answer.json().catch(() => ({}));
  const { code = String(answer.status), message = `The server answers ${answer.status}.` } = body.errors?.[0] ?? {};
  return new Refused(code, message);
}
