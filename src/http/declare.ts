// Declares an operation of the management API once: for the OpenAPI document, for the router, and for who may come that far.
import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { AccountRow, Caller } from "#core/access/caller.ts";
import { requireAccount } from "#core/accounts/find.ts";
import { changeErrorAnswers, errorAnswers, json } from "./api/forms.ts";
import { type FormRules, readJson } from "./api/request.ts";
import { authenticate } from "./authenticate.ts";
import { securityOf } from "./docs/document.ts";
import type { AppContext, AppEnv, Surface } from "./environment.ts";

/** What an operation is to the world. */
export interface Operation<F extends z.ZodType> extends FormRules {
  method: "get" | "post" | "put" | "patch" | "delete";
  /** Below the base, with parameters as OpenAPI writes them: `/accounts/{account}`. */
  path: string;
  summary: string;
  params?: z.ZodObject;
  query?: z.ZodObject;
  form?: F;
  /** The media type of a body that is no JSON: the operation reads it itself. */
  text?: string;
  /** Of success; without a schema there is no body. */
  status: 200 | 201 | 202 | 204;
  answer?: z.ZodType;
}

/** One request of somebody with an account. */
export interface Asked<F extends z.ZodType> {
  c: AppContext;
  caller: Caller & { account: AccountRow };
  /** A parameter of the path, decoded. */
  param(name: string): string;
  /** The body, read and checked when it is asked for: after the rights. */
  form(): Promise<z.infer<F>>;
}

/** Where operations are declared. */
export interface Declaring {
  surface: Surface;
  app: OpenAPIHono<AppEnv>;
  /** For the log and the metrics: `/api/v0`. */
  base: string;
  tag: string;
}

type Handle<F extends z.ZodType, C extends Caller> = (
  asked: Omit<Asked<F>, "caller"> & { caller: C },
) => Promise<unknown>;

/** @param handle gives the body of the answer, or a response where it is no JSON; it is asked only for callers with an account. */
export function declare<F extends z.ZodType>(
  to: Declaring,
  operation: Operation<F>,
  handle: (asked: Asked<F>) => Promise<unknown>,
): void {
  const withAccount: Handle<F, Caller> = (asked) =>
    handle({ ...asked, caller: { ...asked.caller, account: requireAccount(asked.caller) } });
  add(to, { ...operation, isOpen: false }, withAccount);
}

/** The same for an operation that anybody may ask, with credentials or without. */
export function declareOpen<F extends z.ZodType>(
  to: Declaring,
  operation: Operation<F>,
  handle: Handle<F, Caller>,
): void {
  add(to, { ...operation, isOpen: true }, handle);
}

function add<F extends z.ZodType>(
  { surface, app, base, tag }: Declaring,
  operation: Operation<F> & { isOpen: boolean },
  handle: Handle<F, Caller>,
): void {
  const { method, path, summary, params, query, form, text, status, answer, isOpen } = operation;
  const body = form ? json(form, summary) : text && { content: { [text]: { schema: z.string() } } };
  const request = { ...(params && { params }), ...(query && { query }), ...(body && { body }) };
  const success = answer ? json(answer, summary) : { description: summary };
  const responses = { [status]: success, ...(method === "get" ? errorAnswers : changeErrorAnswers) };
  const security = securityOf(method, isOpen);
  app.openAPIRegistry.registerPath({ method, path, summary, tags: [tag], security, request, responses });
  app.on(method.toUpperCase(), path.replaceAll(/\{(\w+)\}/g, ":$1"), async (c) => {
    c.set("route", `${base}${path}`);
    const caller = await authenticate(c, surface);
    const result = await handle({
      c,
      caller,
      param: (name) => c.req.param(name) as string,
      form: () => readJson(c, surface.around, form as F, operation),
    });
    if (result instanceof Response) return result;
    return status === 204 ? c.body(null, 204) : c.json(result ?? {}, status);
  });
}
