// Signs requests to the bucket (AWS Signature Version 4), in their headers or, for others to use, in the address.

import { AwsV4Signer } from "aws4fetch";
import { hexOf } from "#oci/digest.ts";
import { type S3Place, urlOf } from "./place.ts";

/** What requests are signed with. */
export interface S3Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string | null;
}

/** What is signed of a request. */
export interface Unsigned {
  method: string;
  /** The object's name; empty for the bucket. */
  name: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: Uint8Array<ArrayBuffer>;
  /** SHA-256 of the body in hex, where it is known. */
  bodyHash?: string | null;
}

export interface Signer {
  /** Whether bodies are part of the signature: where TLS does not protect them on their way. */
  signsBodies: boolean;
  sign(request: Unsigned, credentials: S3Credentials): Promise<{ url: string; headers: Headers }>;
  /** The address of a GET of one object, valid for so many seconds. It names the access key, and holds no secret. */
  presign(object: { name: string; seconds: number }, credentials: S3Credentials): Promise<string>;
}

/** Keys derived from credentials that are out of use need not stay in memory. */
const mostDerived = 20;

export function createSigner(place: S3Place): Signer {
  const cache = new Map<string, ArrayBuffer>();
  const signsBodies = urlOf(place, "", {}).protocol === "http:";
  const signed = (
    { accessKeyId, secretAccessKey, sessionToken }: S3Credentials,
    request: { method: string; url: string; headers?: Record<string, string>; signQuery?: boolean },
  ) => {
    if (cache.size > mostDerived) cache.clear();
    const keys = { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
    return new AwsV4Signer({ ...request, ...keys, service: "s3", region: place.region, cache }).sign();
  };
  return {
    signsBodies,
    async sign({ method, name, query = {}, headers = {}, body, bodyHash }, credentials) {
      const hash = signsBodies ? (bodyHash ?? (await sha256(body ?? new Uint8Array()))) : "UNSIGNED-PAYLOAD";
      const { url, headers: all } = await signed(credentials, {
        method,
        url: urlOf(place, name, query).href,
        headers: { ...headers, "x-amz-content-sha256": hash },
      });
      return { url: url.href, headers: all };
    },
    async presign({ name, seconds }, credentials) {
      const url = urlOf(place, name, { "X-Amz-Expires": String(seconds) }).href;
      return (await signed(credentials, { method: "GET", url, signQuery: true })).url.href;
    },
  };
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return hexOf(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}
