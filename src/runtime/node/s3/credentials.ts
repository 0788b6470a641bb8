// Finds the keys that requests to a bucket are signed with: settings, AWS's own variables, a web identity, a container's
// endpoint, or the role of the machine; keys that run out are fetched again before they do.
import fs from "node:fs/promises";
import type { S3Credentials } from "#adapters/blob-store/s3/sign.ts";
import { readXml, textOf, type XmlElement } from "#adapters/blob-store/s3/xml.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Keys that are valid until a moment. */
interface Lent extends S3Credentials {
  expiresAt: number;
}

const answerMs = 5_000;
/** Lent keys are exchanged so long before they run out. */
const earlyMs = 5 * 60_000;
/** Keys whose exchange failed are used on; it is tried again after this. */
const againMs = 30_000;
const machineEndpoint = "http://169.254.169.254";

/** No keys, told in words that complete "the bucket cannot …:". */
class CredentialsError extends Error {
  readonly code: string;
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = message;
  }
}

/**
 * @param own from the settings, which win over the environment.
 * @returns gives the keys in force; told which ones were refused, it fetches others where it can.
 */
export function createCredentials(
  own: S3Credentials | null,
  env: Environment,
  region: string,
): (stale?: S3Credentials) => Promise<S3Credentials> {
  const fixed = own ?? fromEnvironment(env);
  if (fixed) return async () => fixed;
  const fetchKeys = sourceOf(env, region);
  let lent: Lent | null = null;
  let fetching: Promise<Lent> | null = null;
  const renew = () => {
    fetching ??= fetchKeys().finally(() => {
      fetching = null;
    });
    return fetching;
  };
  return async (stale) => {
    const now = Date.now();
    if (lent && lent.accessKeyId !== stale?.accessKeyId && now < lent.expiresAt - earlyMs) return lent;
    try {
      lent = await renew();
    } catch (error) {
      if (!lent || lent.accessKeyId === stale?.accessKeyId || now >= lent.expiresAt) throw error;
      // Still valid: the next attempt may wait a little.
      lent = { ...lent, expiresAt: Math.max(lent.expiresAt, now + earlyMs + againMs) };
    }
    return lent;
  };
}

function fromEnvironment(env: Environment): S3Credentials | null {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN } = env;
  return accessKeyId && secretAccessKey
    ? { accessKeyId, secretAccessKey, sessionToken: AWS_SESSION_TOKEN || null }
    : null;
}

function sourceOf(env: Environment, region: string): () => Promise<Lent> {
  const { AWS_ROLE_ARN, AWS_WEB_IDENTITY_TOKEN_FILE } = env;
  if (AWS_ROLE_ARN && AWS_WEB_IDENTITY_TOKEN_FILE) return () => fromWebIdentity(env, region);
  const container = containerEndpoint(env);
  return container ? () => fromContainer(container, env) : () => fromMachine(env);
}

/** A pod or task whose platform vouches for it. */
async function fromWebIdentity(env: Environment, region: string): Promise<Lent> {
  const token = await fs.readFile(env.AWS_WEB_IDENTITY_TOKEN_FILE as string, "utf8");
  const url = env.AWS_ENDPOINT_URL_STS || `https://sts.${region}.amazonaws.com`;
  const form = new URLSearchParams({
    Action: "AssumeRoleWithWebIdentity",
    Version: "2011-06-15",
    RoleArn: env.AWS_ROLE_ARN as string,
    RoleSessionName: env.AWS_ROLE_SESSION_NAME || "berth",
    WebIdentityToken: token.trim(),
  });
  const root = readXml((await ask("the token service", url, { method: "POST", body: form })).trim());
  const find = (element: XmlElement | null): XmlElement | null =>
    element === null || element.name === "Credentials"
      ? element
      : (element.children.map(find).find((found) => found !== null) ?? null);
  const keys = find(root);
  const text = (name: string) => (keys ? textOf(keys, name) : "");
  return lentKeys("the token service", {
    AccessKeyId: text("AccessKeyId"),
    SecretAccessKey: text("SecretAccessKey"),
    Token: text("SessionToken"),
    Expiration: text("Expiration"),
  });
}

function containerEndpoint(env: Environment): string | null {
  if (env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI)
    return `http://169.254.170.2${env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI}`;
  return env.AWS_CONTAINER_CREDENTIALS_FULL_URI || null;
}

async function fromContainer(url: string, env: Environment): Promise<Lent> {
  const file = env.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE;
  const token = file ? (await fs.readFile(file, "utf8")).trim() : env.AWS_CONTAINER_AUTHORIZATION_TOKEN;
  const headers = token ? { authorization: token } : {};
  return lentKeys("the container's endpoint", JSON.parse(await ask("the container's endpoint", url, { headers })));
}

/** The machine's role, by the second version of its protocol only: the first can be tricked into telling others. */
async function fromMachine(env: Environment): Promise<Lent> {
  const what = "the machine's role";
  const base = env.AWS_EC2_METADATA_SERVICE_ENDPOINT || machineEndpoint;
  const get = (path: string, init: RequestInit) => ask(what, new URL(path, base).href, init);
  const asking = { "x-aws-ec2-metadata-token-ttl-seconds": "300" };
  const token = await get("/latest/api/token", { method: "PUT", headers: asking });
  const headers = { "x-aws-ec2-metadata-token": token };
  const roles = "/latest/meta-data/iam/security-credentials/";
  const role = (await get(roles, { headers })).trim().split("\n")[0] ?? "";
  return lentKeys(what, JSON.parse(await get(roles + encodeURIComponent(role), { headers })));
}

async function ask(what: string, url: string, init: RequestInit): Promise<string> {
  try {
    const answer = await fetch(url, { ...init, redirect: "error", signal: AbortSignal.timeout(answerMs) });
    const text = await answer.text();
    if (answer.ok) return text;
    throw new Error(`status ${answer.status}`);
  } catch (error) {
    const word = (error as Error).message.split("\n", 1)[0];
    throw new CredentialsError(
      `there are no keys: neither BERTH_S3_ACCESS_KEY nor AWS_ACCESS_KEY_ID is set, and ${what} gave none (${word})`,
    );
  }
}

function lentKeys(what: string, answer: Record<string, unknown>): Lent {
  const { AccessKeyId, SecretAccessKey, Token, Expiration } = answer;
  const expiresAt = Date.parse(String(Expiration));
  if (typeof AccessKeyId !== "string" || typeof SecretAccessKey !== "string" || AccessKeyId === "")
    throw new CredentialsError(`there are no keys: the answer of ${what} holds none`);
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: typeof Token === "string" && Token !== "" ? Token : null,
    expiresAt: Number.isNaN(expiresAt) ? Number.POSITIVE_INFINITY : expiresAt,
  };
}
