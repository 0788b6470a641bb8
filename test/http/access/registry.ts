// What the tests of access share: content in repositories, tokens, and readers of answers.
import { createHash } from "node:crypto";
import { sql } from "drizzle-orm/sql";
import type { Target } from "#test/setup/target.ts";

type Headers = Record<string, string>;

/** `authorization` when there is one. */
export function as(authorization: string | null, more: Headers = {}): { headers: Headers } {
  return { headers: { ...more, ...(authorization === null ? {} : { authorization }) } };
}

export function digestOf(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

/** Pushes a blob in one request. @returns its digest. */
export async function pushBlob(berth: Target, who: string, repository: string, text: string): Promise<string> {
  const digest = digestOf(text);
  const answer = await berth.fetch(`/v2/${repository}/blobs/uploads/?digest=${digest}`, {
    method: "POST",
    body: text,
    ...as(who, { "content-type": "application/octet-stream" }),
  });
  if (answer.status !== 201) throw new Error(`the blob was answered ${answer.status}: ${await answer.text()}`);
  return digest;
}

/** Pushes a manifest without layers whose configuration is `text`. @returns its digest. */
export async function pushImage(berth: Target, who: string, repository: string, tag: string, text = "{}") {
  const config = await pushBlob(berth, who, repository, text);
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const descriptor = { mediaType: "application/vnd.oci.image.config.v1+json", digest: config, size: text.length };
  const body = JSON.stringify({ schemaVersion: 2, mediaType, config: descriptor, layers: [] });
  const answer = await berth.fetch(`/v2/${repository}/manifests/${tag}`, {
    method: "PUT",
    body,
    ...as(who, { "content-type": mediaType }),
  });
  if (answer.status !== 201) throw new Error(`the manifest was answered ${answer.status}: ${await answer.text()}`);
  return { config, manifest: digestOf(body) };
}

/** Creates a repository through the management API. */
export async function createRepository(berth: Target, who: string, path: string, visibility: "public" | "private") {
  const [namespace, ...rest] = path.split("/");
  const answer = await berth.fetch(`/api/v0/repositories/${namespace}`, {
    method: "POST",
    body: JSON.stringify({ name: rest.join("/"), visibility }),
    ...as(who, { "content-type": "application/json" }),
  });
  if (answer.status !== 201) throw new Error(`creating ${path} was answered ${answer.status}: ${await answer.text()}`);
}

export interface TokenAnswer {
  token: string;
  access_token: string;
  expires_in: number;
  issued_at: string;
  scope: string;
  refresh_token?: string;
}

/** Asks for a token as docker does. */
export async function getToken(berth: Target, who: string | null, ...scopes: string[]): Promise<TokenAnswer> {
  const query = new URLSearchParams([["service", "berth.test"], ...scopes.map((scope) => ["scope", scope])]);
  const answer = await berth.fetch(`/auth/token?${query}`, as(who));
  if (answer.status !== 200) throw new Error(`the token was answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as TokenAnswer;
}

/** A token as `Authorization`. */
export async function bearer(berth: Target, who: string | null, ...scopes: string[]): Promise<string> {
  return `Bearer ${(await getToken(berth, who, ...scopes)).token}`;
}

/** What a token says, unverified. */
export function readClaims(token: string): { header: Record<string, unknown>; payload: Record<string, unknown> } {
  const read = (part = "") => JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
  const [header, payload] = token.split(".", 2).map(read);
  return { header, payload };
}

/** The first error's code. */
export async function codeOf(answer: Response): Promise<string | undefined> {
  const body = (await answer.json()) as { errors?: { code: string }[] };
  return body.errors?.[0]?.code;
}

/** Changes an account behind the server's back, as another process would. */
export async function setActive(berth: Target, name: string, isActive: boolean): Promise<void> {
  await berth.ctx.db.execute(sql`update account set is_active = ${isActive} where name = ${name}`);
}
