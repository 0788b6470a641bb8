// Gets what a registry asks of its callers: a bearer token by its challenge, Basic credentials, or nothing.
import { fail } from "k6";
import encoding from "k6/encoding";
import http from "k6/http";
import { password, registry, repository, user } from "./settings.js";

const renewBeforeMs = 20_000;

/** One for each virtual user. */
let known = null;

/** The headers of a request to the repository. A token is asked for again shortly before it ends. */
export function authorization() {
  if (known === null || Date.now() > known.until) known = logIn();
  return known.headers;
}

function logIn() {
  const challenge = http.get(`${registry}/v2/`, { tags: { name: "ping" }, responseCallback: null });
  if (challenge.status === 200) return { headers: {}, until: Number.POSITIVE_INFINITY };
  const asked = challenge.headers["Www-Authenticate"] || "";
  if (/^basic/i.test(asked)) return { headers: { Authorization: basic() }, until: Number.POSITIVE_INFINITY };
  const answer = requestToken(asked);
  const { token, access_token: accessToken, expires_in: seconds = 60 } = answer.json();
  const until = Date.now() + Math.max(seconds * 1000 - renewBeforeMs, 1_000);
  return { headers: { Authorization: `Bearer ${token || accessToken}` }, until };
}

/** Asks for a token as the challenge says. */
export function requestToken(challenge) {
  const field = (name) => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1];
  if (field("realm") === undefined) fail(`the registry asks for something else: ${challenge}`);
  const query = [`scope=${encodeURIComponent(`repository:${repository}:pull,push`)}`];
  if (field("service") !== undefined) query.push(`service=${encodeURIComponent(field("service"))}`);
  const headers = user === "" ? {} : { Authorization: basic() };
  const answer = http.get(`${field("realm")}?${query.join("&")}`, { headers, tags: { name: "token" } });
  if (answer.status !== 200) fail(`no token: ${answer.status} ${answer.body}`);
  return answer;
}

/** The challenge of a registry that gives tokens. */
export function challengeOf() {
  const answer = http.get(`${registry}/v2/`, { tags: { name: "ping" }, responseCallback: null });
  return answer.headers["Www-Authenticate"] || "";
}

function basic() {
  return `Basic ${encoding.b64encode(`${user}:${password}`)}`;
}
