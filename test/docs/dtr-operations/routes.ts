// The routes of the management API as the application has them, and what it answers where it has none.
import { apiRoutes } from "#http/api/routes.ts";
import type { Surface } from "#http/environment.ts";
import { enziRoutes } from "#http/enzi/routes.ts";

export interface Route {
  method: string;
  /** With parameters as OpenAPI writes them. */
  path: string;
}

/** What one of our OpenAPI documents says of an operation. */
export interface Described extends Route {
  summary: string;
  /** The schema of its form, if it has one. */
  form?: { additionalProperties?: boolean };
}

const surface = { ctx: {}, around: {} } as Surface;
const bases = { "/api/v0": apiRoutes, "/enzi/v0": enziRoutes };

/** The OpenAPI documents, by the base of their paths, as they are made of the routes. */
export async function readDocuments(): Promise<[base: string, document: unknown][]> {
  const all = Object.entries(bases).map(async ([base, routes]): Promise<[string, unknown]> => {
    const answer = await routes(surface).request("/openapi.json");
    return [base, await answer.json()];
  });
  return Promise.all(all);
}

/** Every operation, from the documents. */
export async function describeRoutes(): Promise<Described[]> {
  return (await readDocuments()).flatMap(([base, read]) => {
    const document = read as Document;
    return Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { summary = "", requestBody }]) => {
        const form = requestBody?.content["application/json"]?.schema;
        const name = form?.$ref?.replace("#/components/schemas/", "");
        const schema = name === undefined ? form : document.components.schemas[name];
        const route = { method: method.toUpperCase(), path: `${base}${path}`, summary };
        return schema ? { ...route, form: schema } : route;
      }),
    );
  });
}

interface Schema {
  $ref?: string;
  additionalProperties?: boolean;
}
interface Document {
  paths: Record<
    string,
    Record<string, { summary?: string; requestBody?: { content: Record<string, { schema: Schema } | undefined> } }>
  >;
  components: { schemas: Record<string, Schema> };
}

/** Parameters have no names here: routes that differ in nothing else are one. */
export function shapeOf({ method, path }: Route): string {
  return `${method} ${path.replaceAll(/\{\w+\}/g, "{}")}`;
}

/** A path that a client would ask for, with a word for each parameter. */
export function concrete(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, "some-$1");
}

/** What a request meets that no route was made for: the status and the code. */
export function answerWithout(routes: readonly Route[], path: string): string {
  const asked = concrete(path);
  const fits = (route: Route) =>
    new RegExp(`^${route.path.replaceAll(".", "\\.").replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(asked);
  return routes.some(fits) ? "405 NOT_ALLOWED" : "404 NOT_ALLOWED";
}
