// The one place where a rule's error becomes an answer: status, headers and body in the surface's own form.
import { databaseFailure } from "#core/failure.ts";
import { type ErrorCode, type ErrorEntry, RegistryError, registryError } from "#oci/error.ts";
import { isRepositoryPath } from "#oci/name.ts";
import { formatUploadRange } from "#oci/range.ts";
import type { Answer } from "./answer.ts";
import type { AppContext, Surroundings } from "./environment.ts";
import { headOf, type RequestHead } from "./head.ts";
import { publicOrigin } from "./origin.ts";
import { SlowClientError } from "./rate.ts";

const statusOf: Record<ErrorCode, number> = {
  BLOB_UNKNOWN: 404,
  BLOB_UPLOAD_INVALID: 400,
  BLOB_UPLOAD_UNKNOWN: 404,
  DIGEST_INVALID: 400,
  MANIFEST_BLOB_UNKNOWN: 400,
  MANIFEST_INVALID: 400,
  MANIFEST_UNKNOWN: 404,
  MANIFEST_TOO_LARGE: 413,
  BODY_TOO_LARGE: 413,
  NAME_INVALID: 400,
  NAME_UNKNOWN: 404,
  SIZE_INVALID: 400,
  TAG_INVALID: 400,
  RANGE_INVALID: 416,
  PAGINATION_NUMBER_INVALID: 400,
  UNAUTHORIZED: 401,
  DENIED: 403,
  READ_ONLY: 403,
  UNSUPPORTED: 405,
  ROUTE_UNKNOWN: 404,
  TOOMANYREQUESTS: 429,
  UNAVAILABLE: 503,
  INSUFFICIENT_STORAGE: 507,
  CLIENT_TOO_SLOW: 408,
  UNKNOWN: 500,
  NOT_AUTHENTICATED: 401,
  NOT_AUTHORIZED: 403,
  NOT_ACCEPTABLE: 406,
  UNSUPPORTED_MEDIA_TYPE: 415,
  NOT_ALLOWED: 405,
  INTERNAL_ERROR: 500,
  INVALID_JSON: 400,
  INVALID_PARAMETERS: 400,
  INVALID_REPOSITORY_NAME: 400,
  INVALID_REPOSITORY_VISIBILITY: 400,
  ACCOUNT_EXISTS: 400,
  TEAM_EXISTS: 400,
  INVALID_ACCOUNT_NAME: 400,
  INVALID_TEAM_NAME: 409,
  INVALID_SETTINGS: 400,
  INVALID_USER_SETTINGS: 400,
  INVALID_PASSWORD: 400,
  PASSWORD_INCORRECT: 400,
  SECOND_FACTOR_REQUIRED: 401,
  SECOND_FACTOR_INCORRECT: 400,
  SECOND_FACTOR_EXISTS: 409,
  NO_SUCH_SECOND_FACTOR: 404,
  LAST_ADMIN: 409,
  LAST_OWNER: 409,
  NO_SUCH_API_TOKEN: 404,
  NO_SUCH_SESSION: 404,
  NO_SUCH_USER: 404,
  NO_SUCH_TEAM: 404,
  NO_SUCH_MEMBER: 404,
  NO_SUCH_SERVICE_ACCOUNT: 404,
  NO_SUCH_TRUST_RULE: 404,
  NO_SUCH_SERVICE_ACCOUNT_ACCESS: 404,
  NO_SUCH_REPOSITORY_TEAM_ACCESS: 404,
  NO_SUCH_REPOSITORY_USER_ACCESS: 404,
  NO_SUCH_PATTERN_ACCESS: 404,
  NO_SUCH_NAMESPACE_TEAM_ACCESS: 404,
  NO_SUCH_ACCOUNT: 404,
  NO_SUCH_REPOSITORY: 404,
  NO_SUCH_ALIAS: 404,
  NO_SUCH_TAG: 404,
  NO_SUCH_REF: 404,
  INVALID_DIGEST: 400,
  NO_SUCH_ROUTE: 404,
  REPOSITORY_EXISTS: 400,
};

/** Codes of ours that a surface's own table lacks go out under the nearest that it has. */
const wireCode: Partial<Record<ErrorCode, string>> = {
  MANIFEST_TOO_LARGE: "SIZE_INVALID",
  BODY_TOO_LARGE: "SIZE_INVALID",
  ROUTE_UNKNOWN: "UNSUPPORTED",
  RANGE_INVALID: "BLOB_UPLOAD_INVALID",
  TAG_INVALID: "MANIFEST_INVALID",
  INSUFFICIENT_STORAGE: "DENIED",
  CLIENT_TOO_SLOW: "BLOB_UPLOAD_INVALID",
  NO_SUCH_ROUTE: "NOT_ALLOWED",
};

/** Makes a RegistryError of anything that was thrown. What is no rule's word is not shown to the client. */
export function asRegistryError(error: unknown): RegistryError {
  if (error instanceof RegistryError) return error;
  if (error instanceof SlowClientError) return registryError("CLIENT_TOO_SLOW", error.message);
  const failure = databaseFailure(error);
  if (failure === "unreachable")
    return registryError("UNAVAILABLE", "the registry's database does not answer: try again", undefined, {
      retryAfterSeconds: 5,
    });
  if (failure === "slow")
    return registryError("UNAVAILABLE", "the registry's database is too slow: try again", undefined, {
      retryAfterSeconds: 5,
    });
  if (failure === "read-only") return registryError("READ_ONLY");
  return registryError("UNKNOWN", "an internal error occurred");
}

/** The answer to an error under /v2 and at the token endpoint. */
export function registryAnswer(c: AppContext, around: Surroundings, thrown: unknown): Response {
  const { status, headers, body } = errorAnswer(headOf(c, around), around, thrown);
  return new Response(body, { status, headers: merged(c, headers) });
}

/** An answer whose headers are all single. */
type Refusal = Answer & { headers: Record<string, string>; body: Uint8Array<ArrayBuffer> | null };

/** The same, decided and not yet sent. */
export function errorAnswer(head: RequestHead, around: Surroundings, thrown: unknown): Refusal {
  const error = asRegistryError(thrown);
  const status = statusOf[error.code];
  const headers = commonHeaders(error);
  if (status === 401) headers["WWW-Authenticate"] = challenge(head, around, error);
  const { upload, sizeBytes } = error.context;
  if (sizeBytes !== undefined) headers["Content-Range"] = `bytes */${sizeBytes}`;
  if (upload) {
    headers.Range = formatUploadRange(upload.offset);
    headers["Docker-Upload-UUID"] = upload.id;
  }
  // What stops docker at once, and lets it print the sentence.
  const entries = error.entries.map((entry) =>
    entry.code === "READ_ONLY" ? { ...entry, code: "DENIED" as const } : entry,
  );
  return decided(head.method, status, headers, entries);
}

/** The answer to an error of the management API: DTR's form, with its generic codes. */
export function apiAnswer(c: AppContext, thrown: unknown): Response {
  const error = asRegistryError(thrown);
  if (error.code === "UNKNOWN") return answer(c, 500, {}, registryError("INTERNAL_ERROR").entries);
  if (error.code === "UNAUTHORIZED")
    return answer(c, 401, {}, registryError("NOT_AUTHENTICATED", error.message).entries);
  return answer(c, statusOf[error.code], commonHeaders(error), error.entries);
}

function answer(
  c: AppContext,
  status: number,
  headers: Record<string, string>,
  entries: readonly ErrorEntry[],
): Response {
  const { headers: all, body } = decided(c.req.method, status, headers, entries);
  return new Response(body, { status, headers: merged(c, all) });
}

function decided(
  method: string,
  status: number,
  headers: Record<string, string>,
  entries: readonly ErrorEntry[],
): Refusal {
  const errors = entries.map((entry) => ({
    code: wireCode[entry.code] ?? entry.code,
    message: entry.message,
    detail: entry.detail ?? null,
  }));
  const body = new TextEncoder().encode(`${JSON.stringify({ errors })}\n`);
  const all = {
    ...headers,
    "Content-Type": "application/json; charset=utf-8",
    "Content-Length": String(body.byteLength),
  };
  // The bytes, not c.json: HEAD keeps the length of the body that GET would have.
  return { status, headers: all, body: method === "HEAD" ? null : body };
}

/** The headers that the request has gathered so far, and the error's own. */
function merged(c: AppContext, own: Record<string, string>): Headers {
  const headers = new Headers(c.res.headers);
  for (const [name, value] of Object.entries(own)) headers.set(name, value);
  return headers;
}

function commonHeaders(error: RegistryError): Record<string, string> {
  const { retryAfterSeconds } = error.context;
  return retryAfterSeconds === undefined ? {} : { "Retry-After": String(retryAfterSeconds) };
}

/** Where and for what a client may get a token. The scope is there on every repository's path: not every client asks /v2/ first. */
function challenge(head: RequestHead, around: Surroundings, error: RegistryError): string {
  const origin = publicOrigin(head, around);
  const { scope, challengeError } = error.context;
  const parts = [`realm="${origin}/auth/token"`, `service="${origin.replace(/^https?:\/\//, "")}"`];
  if (scope) parts.push(`scope="${scope}${mountScope(head)}"`);
  if (challengeError) parts.push(`error="${challengeError}"`);
  return `Bearer ${parts.join(",")}`;
}

/** A mount needs a pull from its source, too: a client that is told so gets a token for both. */
function mountScope(head: RequestHead): string {
  const from = head.search.has("mount") ? head.search.get("from") : null;
  return from?.includes("/") && isRepositoryPath(from) ? ` repository:${from}:pull` : "";
}
