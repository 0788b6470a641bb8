// Remembers tokens whose signature was right, so that each is verified once. What they grant is asked again on every request.
import type { Clock } from "#ports/clock.ts";
import { createKept } from "../cache/kept.ts";
import type { Grant } from "./caller.ts";

const maxBytes = 8 * 1024 * 1024;
/** What an entry takes for each letter of its token, about: its grants say the same in other words. And beside it. */
const perLetter = 3;
const entryBytes = 500;
/** A token is found by its last letters, those of its signature: a name of 700 letters takes a microsecond to look up. */
const keyLetters = 64;

/** What a token said. */
export interface VerifiedToken {
  /** Null for the anonymous caller's. */
  accountId: string | null;
  grants: Grant[];
  /** The access token behind it, by its hash in hex. */
  via: string | null;
  /** When it is valid, in milliseconds since 1970. */
  fromMs: number;
  untilMs: number;
}

export interface TokenMemory {
  /** What a valid token said, if it was seen before. */
  recall(token: string): VerifiedToken | null;
  remember(token: string, verified: VerifiedToken): void;
}

export function createTokenMemory(clock: Clock): TokenMemory {
  const kept = createKept<{ token: string; verified: VerifiedToken }>(maxBytes);
  return {
    recall(token) {
      const key = token.slice(-keyLetters);
      const known = kept.get(key);
      if (known?.token !== token) return null;
      const { verified } = known;
      const now = clock.now().getTime();
      if (now >= verified.fromMs && now < verified.untilMs) return verified;
      kept.delete(key);
      return null;
    },
    remember: (token, verified) =>
      kept.set(token.slice(-keyLetters), { token, verified }, token.length * perLetter + entryBytes),
  };
}
