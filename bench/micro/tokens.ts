// What an access token costs: made, verified, and recognised.
import { generateKeyPair } from "jose";
import { anonymous } from "#core/access/caller.ts";
import { createTokenMemory } from "#core/access/token-memory.ts";
import { issueToken, readToken } from "#core/access/tokens.ts";
import { time } from "./timing.ts";

type TokenContext = Parameters<typeof readToken>[0];

export async function timeTokens() {
  const ctx = await makeContext();
  const scopes = [{ type: "registry", name: "catalog", actions: ["*"] }] as const;
  const issue = () => issueToken(ctx, anonymous, scopes as never);
  const { token } = await issue();
  const forgetful = { ...ctx, tokens: { recall: () => null, remember: () => undefined } };
  return [
    await time({ name: "token made", call: issue }),
    await time({ name: "token verified", call: () => readToken(forgetful, token, "") }),
    await time({ name: "token recognised", call: () => readToken(ctx, token, "") }),
  ];
}

/** All that the anonymous caller's tokens need; they ask no database. */
async function makeContext(): Promise<TokenContext> {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const clock = { now: () => new Date() };
  const keys = {
    signing: async () => ({ kid: "bench", key: privateKey }),
    verifying: async () => publicKey,
  };
  const limits = { tokenSeconds: 3600 };
  return { clock, keys, limits, installationId: "bench", tokens: createTokenMemory(clock) } as unknown as TokenContext;
}
