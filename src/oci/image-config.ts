// The configuration of an image (image-spec config.md) as far as a registry tells of it. It is read from strangers: every field may be
// anything, and one that is not what it should be is left out.
import { parseBoundedJson } from "./bounded-json.ts";
import { isObject } from "./descriptor.ts";

const imageConfigTypes = new Set([
  "application/vnd.oci.image.config.v1+json",
  "application/vnd.docker.container.image.v1+json",
]);
const maxValues = 100_000;
const maxHistory = 1000;
const shortText = 255;
const longText = 32 * 1024;

/** What a platform is named by. */
export interface Platform {
  os: string | null;
  osVersion: string | null;
  architecture: string | null;
  variant: string | null;
}

export interface ImageConfig extends Platform {
  author: string | null;
  /** As it is written. */
  created: string | null;
  history: HistoryEntry[];
}

/** A step of the build; an empty one made no layer. */
export interface HistoryEntry {
  createdBy: string;
  isEmpty: boolean;
}

/** Whether a configuration of this media type is an image's. */
export function isImageConfig(mediaType: string | null): boolean {
  return mediaType !== null && imageConfigTypes.has(mediaType);
}

/** Reads a configuration's bytes. @returns null when they are no JSON object, or nest too deep or hold too much. */
export function readImageConfig(bytes: Uint8Array, { maxDepth }: { maxDepth: number }): ImageConfig | null {
  const value = parseBoundedJson(bytes, { maxDepth, maxValues });
  if (!isObject(value)) return null;
  return {
    ...readPlatform(value),
    author: text(value.author),
    created: moment(value.created),
    history: Array.isArray(value.history) ? value.history.slice(0, maxHistory).map(historyEntry) : [],
  };
}

/** The platform in a configuration, or in what an index says of a manifest. */
export function readPlatform(value: unknown): Platform {
  const fields = isObject(value) ? value : {};
  return {
    os: text(fields.os),
    osVersion: text(fields["os.version"]),
    architecture: text(fields.architecture),
    variant: text(fields.variant),
  };
}

function historyEntry(value: unknown): HistoryEntry {
  const fields = isObject(value) ? value : {};
  return { createdBy: text(fields.created_by, longText) ?? "", isEmpty: fields.empty_layer === true };
}

/** A text that a database takes, and not more of it than `most` characters; null for none. */
export function text(value: unknown, most = shortText): string | null {
  if (typeof value !== "string" || value === "") return null;
  const whole = value.length <= most;
  return `${whole ? value : value.slice(0, most - 1)}${whole ? "" : "…"}`.replaceAll("\0", "").toWellFormed() || null;
}

/** RFC 3339, which image-spec asks for. */
function moment(value: unknown): string | null {
  const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;
  return typeof value === "string" && form.test(value) && !Number.isNaN(Date.parse(value)) ? value : null;
}
