// Sends signed requests to the bucket and reads their answers: timeouts, retries and refusals are dealt with here, once.
import type { S3Place } from "./place.ts";
import { connectionProblem, isStale, readProblem, S3Problem } from "./problem.ts";
import { brisk, createRetry, type Patience, type Retry } from "./retry.ts";
import { createSigner, type S3Credentials } from "./sign.ts";

/** Carries one request. The default is `fetch`; a runtime may bring something faster. */
export type Transport = (
  url: string,
  init: {
    method: string;
    headers: Headers;
    /** As a whole, so that its length is known; it is not changed until the promise settles and the answer was read. */
    body: Uint8Array<ArrayBuffer> | null;
    signal: AbortSignal;
  },
) => Promise<Response>;

/** A running SHA-256. */
export interface BodyHash {
  update(bytes: Uint8Array): void;
  /** In hex. */
  digest(): string;
}

/** What a client works with. */
export interface ClientSettings {
  place: S3Place;
  /** @param stale credentials that were refused: others are wanted. */
  credentials: (stale?: S3Credentials) => Promise<S3Credentials>;
  transport: Transport | null;
  /** Hashes bodies while they are collected, which costs less than hashing them whole afterwards; null: the latter is done. */
  startHash: (() => BodyHash) | null;
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
  /** SHA-256 of the body in hex, where it is known and needed; computed otherwise. */
  bodyHash?: string | null;
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
  /** Begins the hash of a body that will be sent; null when none is needed, or none can be computed ahead. */
  startHash: (() => BodyHash) | null;
  /** Sends until there is an answer, and reads it whole. @param accept throws for an answer that is a refusal in disguise. @throws S3Problem */
  ask(request: S3Request, accept?: (answer: S3Answer) => void): Promise<S3Answer>;
  /** As ask, with the body left to the caller, who cancels it by the request's own signal. @throws S3Problem */
  open(request: S3Request): Promise<Response>;
  /** The address of a GET of one object that is signed already, and valid for so many seconds. @throws S3Problem when there are no keys. */
  presign(name: string, seconds: number): Promise<string>;
}

const fetchTransport: Transport = (url, init) => fetch(url, { ...init, redirect: "manual" });

export function createS3Client(settings: ClientSettings): S3Client {
  const signer = createSigner(settings.place);
  const carry = settings.transport ?? fetchTransport;
  const needs = { credentials: settings.credentials, retry: createRetry() };
  const send = async (request: S3Request, credentials: S3Credentials, signal: AbortSignal): Promise<Response> => {
    const { url, headers } = await signer.sign(request, credentials);
    return carry(url, { method: request.method, headers, body: request.body ?? null, signal });
  };
  return {
    place: settings.place,
    startHash: signer.signsBodies ? settings.startHash : null,
    ask: (request, accept) =>
      attempts(needs, request, async (credentials, signal) => {
        const response = await send(request, credentials, signal);
        const { status, headers } = response;
        const answer = { status, headers, text: await response.text() };
        if (!response.ok) throw readProblem(request.what, answer);
        accept?.(answer);
        return answer;
      }),
    open: (request) =>
      attempts(needs, request, async (credentials, late) => {
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
    async presign(name, seconds) {
      try {
        return await signer.presign({ name, seconds }, await settings.credentials());
      } catch (error) {
        throw connectionProblem("be read by others", error);
      }
    },
  };
}

/** Retries; credentials that ran out are exchanged once. */
function attempts<T>(
  { credentials: ask, retry }: Pick<ClientSettings, "credentials"> & { retry: Retry },
  request: S3Request,
  attempt: (credentials: S3Credentials, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return retry(request.patience ?? brisk, request.signal ?? null, async (signal) => {
    try {
      const credentials = await ask();
      try {
        return await attempt(credentials, signal);
      } catch (error) {
        if (!(error instanceof S3Problem) || !isStale(error)) throw error;
        return await attempt(await ask(credentials), signal);
      }
    } catch (error) {
      throw connectionProblem(request.what, error);
    }
  });
}
