// Reads bodies and pages of the management API, with errors in DTR's form.
import { z } from "@hono/zod-openapi";
import { registryError } from "#oci/error.ts";
import { readBody } from "../body.ts";
import type { AppContext, Surroundings } from "../environment.ts";
import { headOf } from "../head.ts";
import { bodyOf } from "../rate.ts";

const maxBodyBytes = 1024 * 1024;
const mostPerPage = 1000;
/** As JSON writes it. No text that PostgreSQL stores can hold it. */
const zeroCharacter = /(?<!\\)(?:\\\\)*\\u0000/;

/** Reads and checks a JSON body. @throws UNSUPPORTED_MEDIA_TYPE, INVALID_JSON, INVALID_REPOSITORY_VISIBILITY, INVALID_PARAMETERS. */
export async function readJson<T extends z.ZodType>(
  c: AppContext,
  around: Surroundings,
  schema: T,
): Promise<z.infer<T>> {
  const type = c.req.header("content-type") ?? "";
  // curl -d says it is a form; DTR's clients were forgiven for that.
  if (type && !/json|x-www-form-urlencoded|text\/plain/i.test(type)) throw registryError("UNSUPPORTED_MEDIA_TYPE");
  return checkForm(parseJson(await readText(c, around, maxBodyBytes)), schema);
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

/** @throws INVALID_REPOSITORY_VISIBILITY, INVALID_PARAMETERS. */
export function checkForm<T extends z.ZodType>(value: unknown, schema: T): z.infer<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join(".") ?? "";
  if (field === "visibility") throw registryError("INVALID_REPOSITORY_VISIBILITY");
  throw registryError("INVALID_PARAMETERS", `${field ? `${field}: ` : ""}${issue?.message ?? "wrong input"}`, {
    field,
  });
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
