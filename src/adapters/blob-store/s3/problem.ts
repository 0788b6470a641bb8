// What S3 says when it refuses, and what that means to the rules.
import { BlobStoreError, type BlobStoreProblem } from "#ports/blob-store.ts";
import { readXml, textOf } from "./xml.ts";

/** A refusal, or no answer at all (status 0). It never holds the request: keys and signatures must not reach a log. */
export class S3Problem extends BlobStoreError {
  readonly status: number;
  /** S3's own word, such as `NoSuchUpload`; for a failed connection the system's, such as `ECONNREFUSED`. */
  readonly code: string;
  /** The bucket's region, when the answer names it. */
  readonly region: string | null;
  /** How often the request was sent in all: after the first time, an earlier one may have had its effect. */
  attempts = 1;
  constructor(what: string, answer: { status: number; code: string; region?: string | null }, options?: ErrorOptions) {
    const said = answer.status === 0 ? answer.code : `${answer.status} ${answer.code}`.trim();
    super(problemOf(answer.code, answer.status), `the bucket cannot ${what}: ${said}`, options);
    this.status = answer.status;
    this.code = answer.code;
    this.region = answer.region ?? null;
  }
}

const full = new Set(["QuotaExceeded", "XMinioStorageFull", "StorageFull", "InsufficientCapacity"]);
const lost = new Set(["NoSuchUpload", "InvalidPart", "InvalidPartOrder", "NoSuchKey", "PreconditionFailed"]);
/** Refusals that pass by themselves, beside what the status says. */
const passing = new Set([
  "SlowDown",
  "RequestTimeout",
  "InternalError",
  "ServiceUnavailable",
  "OperationAborted",
  "ConditionalRequestConflict",
]);
const nobody = new Set(["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "ENOTFOUND", "EAI_AGAIN"]);
const stale = new Set(["ExpiredToken", "ExpiredTokenException", "InvalidToken", "TokenRefreshRequired"]);

function problemOf(code: string, status: number): BlobStoreProblem {
  if (full.has(code) || status === 507) return "full";
  return lost.has(code) ? "lost" : "unavailable";
}

/** Whether the same request may succeed a little later. */
export function isPassing({ status, code }: S3Problem): boolean {
  if (full.has(code) || isUntrusted(code)) return false;
  return passing.has(code) || status === 0 || status === 408 || status === 429 || (status >= 500 && status !== 501);
}

/** Whether the server's certificate was refused. */
export function isUntrusted(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/.test(code);
}

/** Whether there was nobody to take the connection. */
export function isNobody({ status, code }: S3Problem): boolean {
  return status === 0 && nobody.has(code);
}

/** Whether other credentials may help: those of a role run out. */
export function isStale({ code }: S3Problem): boolean {
  return stale.has(code);
}

/** Reads a refusal. A HEAD has no body: then the status is all there is. */
export function readProblem(what: string, answer: { status: number; headers: Headers; text: string }): S3Problem {
  const document = readXml(answer.text);
  const error = document?.name === "Error" ? document : null;
  const region = answer.headers.get("x-amz-bucket-region") ?? (error ? textOf(error, "Region") || null : null);
  const code = error ? textOf(error, "Code").slice(0, 60) : "";
  return new S3Problem(what, { status: answer.status, code, region });
}

/** A connection that failed or an answer that broke off. */
export function connectionProblem(what: string, error: unknown): S3Problem {
  if (error instanceof S3Problem) return error;
  const { name, code, cause } = error as { name?: string; code?: unknown; cause?: { code?: unknown } };
  const word = [cause?.code, code, name].find((said) => typeof said === "string" && said !== "") ?? "no answer";
  return new S3Problem(what, { status: 0, code: word as string }, { cause: error });
}
