// k6: access tokens are fetched, as every client does before its first request.
import { check } from "k6";
import { challengeOf, requestToken } from "./login.js";
import { closedLoop } from "./settings.js";

export const options = closedLoop;

export function setup() {
  return challengeOf();
}

export default function fetchToken(challenge) {
  check(requestToken(challenge), { "token given": (answer) => answer.status === 200 });
}
