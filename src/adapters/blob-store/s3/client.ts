// Sends signed requests to the bucket and reads their answers: timeouts, retries and refusals are dealt with here, once.
import { AwsV4Signer } from "aws4fetch";
import { type S3Place, urlOf } from "./place.ts";
import { connectionProblem, isStale, readProblem, S3Problem } from "./problem.ts";
import { brisk, type Patience, retry } from "./retry.ts";

/** What requests are signed with. */
export interface S3Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string | null;
}

/** Carries one request. The default is `fetch`; a runtime may bring something faster. */
export type Transport = (
  url: string,
  init: {
    method: string;
    headers: Headers;
    /** As a whole, so that its length is known; it is not changed until the promise settles. */
    body: Uint8Array<ArrayBuffer> | null;
    signal: AbortSignal;
  },
) => Promise<Response>;

/** What a client works with. */
export interface ClientSettings {
  place: S3Place;
  /** @param stale credentials that were refused: others are wanted. */
  credentials: (stale?: S3Credentials) => Promise<S3Credentials>;
  transport: Transport | null;
}

export interface S3Request {
  /** A verb phrase that completes "the bucket cannot …". */
  what: string;
  method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  /** The object's name; empty for the bucket. */
  name: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: Uint8Array<ArrayBuffer>;
  /** Brisk when left out. */
  patience?: Patience;
  signal?: AbortSignal;
}

/** An answer that was read whole. */
export interface S3Answer {
  status: number;
  headers: Headers;
  text: string;
}

export interface S3Client {
  place: S3Place;
  /** Sends until there is an answer, and reads it whole. @param accept throws for an answer that is a refusal in disguise. @throws S3Problem */
  ask(request: S3Request, accept?: (answer: S3Answer) => void): Promise<S3Answer>;
  /** As ask, with the body left to the caller, who cancels it by the request's own signal. @throws S3Problem */
  open(request: S3Request): Promise<Response>;
}

const fetchTransport: Transport = (url, init) => fetch(url, { ...init, redirect: "manual" });

export function createS3Client(settings: ClientSettings): S3Client {
  const send = signedSender(settings);
  return {
    place: settings.place,
    ask: (request, accept) =>
      attempts(settings, request, async (credentials, signal) => {
        const response = await send(request, credentials, signal);
        const { status, headers } = response;
        const answer = { status, headers, text: await response.text() };
        if (!response.ok) throw readProblem(request.what, answer);
        accept?.(answer);
        return answer;
      }),
    open: (request) =>
      attempts(settings, request, async (credentials, late) => {
        // The attempt's time is for the head of the answer: a body may take as long as it moves.
        const head = new AbortController();
        const giveUp = () => head.abort(late.reason);
        late.addEventListener("abort", giveUp);
        try {
          const both = request.signal ? AbortSignal.any([request.signal, head.signal]) : head.signal;
          const response = await send(request, credentials, both);
          if (response.ok) return response;
          const { status, headers } = response;
          throw readProblem(request.what, { status, headers, text: await response.text() });
        } finally {
          late.removeEventListener("abort", giveUp);
        }
      }),
  };
}

/** Retries; credentials that ran out are exchanged once. */
function attempts<T>(
  settings: ClientSettings,
  request: S3Request,
  attempt: (credentials: S3Credentials, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return retry(request.patience ?? brisk, request.signal ?? null, async (signal) => {
    try {
      const credentials = await settings.credentials();
      try {
        return await attempt(credentials, signal);
      } catch (error) {
        if (!(error instanceof S3Problem) || !isStale(error)) throw error;
        return await attempt(await settings.credentials(credentials), signal);
      }
    } catch (error) {
      throw connectionProblem(request.what, error);
    }
  });
}

/** Bodies are signed where TLS does not protect them on their way. */
function signedSender({ place, transport }: ClientSettings) {
  const keys = new Map<string, ArrayBuffer>();
  const carry = transport ?? fetchTransport;
  return async (request: S3Request, credentials: S3Credentials, signal: AbortSignal): Promise<Response> => {
    const { method, name, query = {}, body = null } = request;
    const url = urlOf(place, name, query);
    const hash = url.protocol === "https:" ? "UNSIGNED-PAYLOAD" : await sha256(body ?? new Uint8Array());
    // Keys derived from credentials that are out of use need not stay in memory.
    if (keys.size > 20) keys.clear();
    const signed = await new AwsV4Signer({
      method,
      url: url.href,
      headers: { ...request.headers, "x-amz-content-sha256": hash },
      accessKeyId: credentials.accessKeyId,
      secretAccessKey: credentials.secretAccessKey,
      ...(credentials.sessionToken ? { sessionToken: credentials.sessionToken } : {}),
      service: "s3",
      region: place.region,
      cache: keys,
    }).sign();
    return carry(signed.url.href, { method, headers: signed.headers, body, signal });
  };
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
