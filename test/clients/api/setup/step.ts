// One request for an operation of the management API.

/** What was answered so far, by operation: the newest answer of each. */
export type Seen = Map<string, unknown>;

export interface Step {
  /** As our own OpenAPI document has it: `GET /api/v0/meta/settings`. */
  operation: string;
  path(seen: Seen): string;
  /** A text is CSV, anything else goes as JSON. */
  body?(seen: Seen): unknown;
  /** `Authorization`; without, the admin's password. */
  as?(seen: Seen): string;
}

/** @param body what is sent, or what makes it of the answers so far. */
export function step(
  operation: string,
  path: string | ((seen: Seen) => string),
  body?: unknown,
  as?: (seen: Seen) => string,
): Step {
  const pathOf = typeof path === "string" ? () => path : path;
  const bodyOf = typeof body === "function" ? (body as (seen: Seen) => unknown) : () => body;
  return { operation, path: pathOf, ...(body !== undefined && { body: bodyOf }), ...(as && { as }) };
}
