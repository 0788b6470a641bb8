// One request for an operation of the management API.

/** What was answered so far, by operation: the newest answer of each. */
export type Seen = Map<string, unknown>;

export interface Step {
  /** As our own OpenAPI document has it: `GET /api/v0/meta/settings`. */
  operation: string;
  path(seen: Seen): string;
  /** A text is CSV, anything else goes as JSON. */
  body?: unknown;
  /** The status, where the system admin cannot have success: it takes more than one request, which is tested elsewhere. */
  fails?: number;
}

export function step(operation: string, path: string | ((seen: Seen) => string), body?: unknown): Step {
  const pathOf = typeof path === "string" ? () => path : path;
  return { operation, path: pathOf, ...(body !== undefined && { body }) };
}
