// Reads bodies and pages of the management API, with errors in DTR's form.
import { z } from "@hono/zod-openapi";
import { type ErrorCode, registryError } from "#oci/error.ts";
import { readBody } from "../body.ts";
import type { AppContext, Surroundings } from "../environment.ts";
import { headOf } from "../head.ts";
import { bodyOf } from "../rate.ts";

const maxBodyBytes = 1024 * 1024;
const mostPerPage = 1000;
/** As JSON writes it. No text that PostgreSQL stores can hold it. */
const zeroCharacter = /(?<!\\)(?:\\\\)*\\u0000/;

/** How a body is read beside its schema. */
export interface FormRules {
  /** What a wrong field is called; else INVALID_PARAMETERS. */
  invalid?: ErrorCode | undefined;
  /** Fields of other versions of DTR to which nothing corresponds here: taken without a word. */
  alsoKnown?: readonly string[] | undefined;
}

/**
 * Reads and checks a JSON body. What a form of DTR's has not is ignored, and the answer says so in a `Warning` header. Forms of paths
 * that DTR has not are strict objects, which refuse it.
 * @throws UNSUPPORTED_MEDIA_TYPE, INVALID_JSON, INVALID_REPOSITORY_VISIBILITY, INVALID_PARAMETERS or `rules.invalid`.
 */
export async function readJson<T extends z.ZodType>(
  c: AppContext,
  around: Surroundings,
  schema: T,
  { invalid = "INVALID_PARAMETERS", alsoKnown = [] }: FormRules = {},
): Promise<z.infer<T>> {
  const type = c.req.header("content-type") ?? "";
  // curl -d says it is a form; DTR's clients were forgiven for that.
  if (type && !/json|x-www-form-urlencoded|text\/plain/i.test(type)) throw registryError("UNSUPPORTED_MEDIA_TYPE");
  const value = parseJson(await readText(c, around, maxBodyBytes));
  const unknown = unknownFields(schema, value, alsoKnown);
  if (unknown.length > 0) c.header("Warning", `299 - "unknown fields are ignored: ${unknown.join(", ")}"`);
  return checkForm(value, schema, invalid);
}

/** @throws INVALID_PARAMETERS when it is longer. */
export async function readText(c: AppContext, around: Surroundings, maxBytes: number): Promise<string> {
  const tooLarge = () => registryError("INVALID_PARAMETERS", "the body is too large");
  return new TextDecoder().decode(await readBody(headOf(c, around), bodyOf(c, around), { maxBytes, tooLarge }));
}

/** @throws INVALID_JSON, INVALID_PARAMETERS. */
export function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw registryError("INVALID_JSON");
  }
  if (zeroCharacter.test(text)) throw registryError("INVALID_PARAMETERS", "a text must not hold the character U+0000");
  return value;
}

/** @throws INVALID_REPOSITORY_VISIBILITY, INVALID_PARAMETERS or what a wrong field is called. */
export function checkForm<T extends z.ZodType>(
  value: unknown,
  schema: T,
  invalid: ErrorCode = "INVALID_PARAMETERS",
): z.infer<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const unrecognized = issue?.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : [];
  const field = [...(issue?.path ?? []), ...unrecognized].join(".");
  if (field === "visibility") throw registryError("INVALID_REPOSITORY_VISIBILITY");
  throw registryError(invalid, `${field ? `${field}: ` : ""}${issue?.message ?? "wrong input"}`, {
    field,
  });
}

/** Some of them, in the letters that a header may hold: the names are the client's. */
function unknownFields(schema: z.ZodType, value: unknown, alsoKnown: readonly string[]): string[] {
  if (!(schema instanceof z.ZodObject) || typeof value !== "object" || value === null || Array.isArray(value))
    return [];
  // With a catchall the form itself says what becomes of them.
  if (schema.def.catchall) return [];
  const names = Object.keys(value).filter((name) => !Object.hasOwn(schema.shape, name) && !alsoKnown.includes(name));
  const most = 10;
  const named = names.slice(0, most).map((name) => name.slice(0, 50).replaceAll(/[^\w.$-]/g, "?"));
  return names.length > most ? [...named, "..."] : named;
}

/** Reads DTR's page parameters. A size of 0 asks for as much as there may be in one answer. @throws INVALID_PARAMETERS. */
export function readPage(c: AppContext): { after: string; limit: number; count: boolean } {
  const text = c.req.query("pageSize") ?? c.req.query("limit") ?? "10";
  if (!/^\d{1,10}$/.test(text)) throw registryError("INVALID_PARAMETERS", "pageSize must be a whole number from 0 on");
  const size = Number(text);
  return {
    after: c.req.query("pageStart") ?? c.req.query("start") ?? "",
    limit: size === 0 ? mostPerPage : Math.min(size, mostPerPage),
    count: c.req.query("count") === "true",
  };
}

/** The page parameters of lists that are in the order of a name. */
export const pageQuery = z.object({ pageStart: z.string().optional(), pageSize: z.string().optional() });

/** Reads them. @throws INVALID_PARAMETERS. */
export function pageOfNames(c: AppContext): { from: string; limit: number } {
  const { after, limit } = readPage(c);
  return { from: after, limit };
}

/** A form without what was not said. */
export function definite<T extends object>(form: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(form).filter(([, value]) => value !== undefined)) as never;
}
