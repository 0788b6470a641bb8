// What tests of workload identity do again and again: trust an issuer, and exchange a token.
import type { Target } from "#test/setup/target.ts";
import type { Issuer } from "./issuer.ts";
import type { People } from "./people.ts";

export const robots = "/api/v0/accounts/acme/serviceAccounts";
export const audience = "https://registry.example.com";
/** As GitHub Actions says it. */
export const build = {
  aud: audience,
  sub: "repo:octo-org/shop:ref:refs/heads/main",
  repository: "octo-org/shop",
  repository_owner: "octo-org",
  ref: "refs/heads/main",
  run_attempt: 1,
};

export interface Exchanged {
  status: number;
  error?: string;
  error_description?: string;
  access_token?: string;
  expires_in?: number;
  account?: string;
}

export async function exchange(berth: Target, token: string, more: Record<string, string> = {}): Promise<Exchanged> {
  const form = { grant_type: "urn:ietf:params:oauth:grant-type:token-exchange", subject_token: token, ...more };
  const answer = await berth.fetch("/auth/token", { method: "POST", body: new URLSearchParams(form) });
  return { status: answer.status, ...((await answer.json()) as object) };
}

/** A rule that holds for `build`, or as the change says. @returns its id. */
export async function trust(people: People, issuer: Issuer, name = "ci", change: object = {}): Promise<string> {
  const rule = { issuer: issuer.url, audience, claims: { repository_owner: "octo-org" }, ...change };
  const { status, body } = await people.ask("olga", "POST", `${robots}/${name}/trustRules`, rule);
  if (status !== 201) throw new Error(`the rule was answered ${status}: ${JSON.stringify(body)}`);
  return body.id as string;
}
