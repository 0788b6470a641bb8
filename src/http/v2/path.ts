// Reads the paths under /v2. Names may hold any of the words that the routes are made of, so the rightmost keyword wins.

import { remembered } from "#core/cache/remembered.ts";
import { registryError } from "#oci/error.ts";

/** What a path asks for. */
export type V2Path =
  | { kind: "ping" }
  | { kind: "catalog" }
  | { kind: "blob"; name: string; digest: string }
  | { kind: "uploads"; name: string }
  | { kind: "upload"; name: string; id: string }
  | { kind: "manifest"; name: string; reference: string }
  | { kind: "tags"; name: string }
  | { kind: "referrers"; name: string; digest: string };

/**
 * Reads the path of a URL, undecoded.
 * @returns null when nothing is there.
 * @throws NAME_INVALID for paths that two readers could read differently: empty segments, backslashes, encoded slashes.
 */
export function parseV2Path(pathname: string): Readonly<V2Path> | null {
  // Nobody asks for a session again that is over.
  return pathname.includes("/blobs/uploads/") ? readPath(pathname) : knownPath(pathname);
}

const knownPath = remembered(readPath);

function readPath(pathname: string): V2Path | null {
  if (pathname === "/v2/" || pathname === "/v2") return { kind: "ping" };
  if (/%2f|%5c|%00|\\/i.test(pathname)) throw ambiguous("an encoded slash or a backslash");
  const text = pathname.slice("/v2/".length).replace(/\/$/, "");
  if (text.includes("//") || text.startsWith("/") || text.endsWith("/")) throw ambiguous("an empty segment");
  const segments = text.split("/").map(decode);
  if (segments.length === 1) return segments[0] === "_catalog" ? { kind: "catalog" } : null;
  return parseSegments(segments);
}

function parseSegments(segments: string[]): V2Path | null {
  const last = segments.at(-1) as string;
  const before = segments.at(-2) as string;
  const name = segments.slice(0, -2).join("/");
  if (before === "tags" && last === "list") return { kind: "tags", name };
  if (before === "manifests") return { kind: "manifest", name, reference: last };
  if (before === "referrers") return { kind: "referrers", name, digest: last };
  if (before === "blobs") return last === "uploads" ? { kind: "uploads", name } : { kind: "blob", name, digest: last };
  if (before === "uploads" && segments.at(-3) === "blobs")
    return { kind: "upload", name: segments.slice(0, -3).join("/"), id: last };
  return null;
}

function decode(segment: string): string {
  if (!segment.includes("%")) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    throw ambiguous("a malformed escape");
  }
}

function ambiguous(what: string) {
  return registryError("NAME_INVALID", `the path has ${what}`);
}
