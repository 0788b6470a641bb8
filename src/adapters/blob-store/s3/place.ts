// Where the store lies, and the names of everything in it.
//
// Layout, below the prefix:
//   berth-store.json          the id of the installation that the bucket belongs to
//   <two hex digits>/<uuid>   one object per blob, written under its final name
//   <key>.tail, <key>.tail2   bytes of an unfinished upload that are short of a part; two names, so that writing the next
//                             tail never destroys the one that the database still names
//   <key>.stash-<writer>-<n>  bytes of an upload that is under way, short of a part while others need the memory
//   <key>.upload-<writer>     the id of an unfinished multipart upload, where a binding could not list it
//   berth-probe-<uuid>        written, read and deleted again at every start
import type { BlobKey } from "#ports/blob-store.ts";

/** A bucket as the configuration names it. */
export interface S3Place {
  bucket: string;
  /** Without slashes at its ends; empty for the bucket's root. */
  prefix: string;
  region: string;
  /** `https://host` without a path; null is Amazon's own endpoint of the region. */
  endpoint: string | null;
  /** Whether the bucket is the first part of the path or of the host name. */
  style: "path" | "virtual";
  /** What is asked for every object that is written; null leaves it to the bucket. */
  encryption: "AES256" | "aws:kms" | null;
  kmsKey: string | null;
  storageClass: string | null;
}

const keyForm = /^[0-9a-f]{2}\/[0-9a-f-]{36}$/;

/** The names of the two tails of a key. */
export const tailEndings = [".tail", ".tail2"] as const;

/** What begins the names of everything that lies beside an object: its tails, and what its writers kept. */
export function besideName(name: string): string {
  return `${name}.`;
}

/** The name of a piece that a writer keeps beside its object. @param name of the object. @param writer eight hex digits. */
export function stashName(name: string, writer: string, index: number): string {
  return `${name}.stash-${writer}-${index}`;
}

/** The name of the note that tells of an unfinished upload. @param writer eight hex digits; without them what all such names begin with. */
export function uploadName(name: string, writer: string): string {
  return `${name}.upload-${writer}`;
}

/** Where in the bucket the store lies. */
type Prefixed = Pick<S3Place, "prefix">;

/** The object's name of a key. @throws for what is no key, so that nothing outside the store can be named. */
export function nameOf(place: Prefixed, key: BlobKey): string {
  if (!keyForm.test(key)) throw new Error(`not a blob key: ${key}`);
  return inPlace(place, key);
}

/** The name of something in the store that is no blob. */
export function inPlace(place: Prefixed, name: string): string {
  return place.prefix === "" ? name : `${place.prefix}/${name}`;
}

/** The key that an object's name belongs to, be it the blob or something beside it; null for other objects. */
export function keyOf(place: Prefixed, name: string): BlobKey | null {
  const start = inPlace(place, "");
  if (!name.startsWith(start)) return null;
  const key = name.slice(start.length).replace(/\.(tail2?|stash-[0-9a-f]{8}-\d+|upload-[0-9a-f]{8})$/, "");
  return keyForm.test(key) ? key : null;
}

/** The address of an object, or of the bucket when the name is empty. */
export function urlOf(place: S3Place, name: string, query: Readonly<Record<string, string>>): URL {
  const url = new URL(place.endpoint ?? `https://s3.${place.region}.amazonaws.com`);
  if (place.style === "virtual") url.host = `${place.bucket}.${url.host}`;
  url.pathname = place.style === "virtual" ? `/${name}` : `/${place.bucket}/${name}`;
  for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
  return url;
}

/** The headers with which a blob begins: encryption and storage class. */
export function blobHeaders(place: S3Place): Record<string, string> {
  return { ...objectHeaders(place), ...(place.storageClass ? { "x-amz-storage-class": place.storageClass } : {}) };
}

/** The headers of everything that is written. A storage class is for blobs: what is soon read again and removed costs more in most. */
export function objectHeaders(place: S3Place): Record<string, string> {
  return {
    ...(place.encryption ? { "x-amz-server-side-encryption": place.encryption } : {}),
    ...(place.kmsKey ? { "x-amz-server-side-encryption-aws-kms-key-id": place.kmsKey } : {}),
  };
}
