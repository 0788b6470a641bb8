// What the OpenAPI documents say beside the routes: what each group of operations is for, how to say who one is, and what the
// parameters of paths stand for.
import type { OpenAPIHono } from "@hono/zod-openapi";
import { version } from "#core/version.ts";
import type { AppEnv } from "../environment.ts";

export interface DocumentWords {
  base: string;
  title: string;
  description: string;
  /** By tag, in the order in which they are shown. */
  tags: Record<string, string>;
}

/** Who may be asking: nobody in particular where an operation is open to anybody, and a session needs its token to change something. */
export function securityOf(method: string, isOpen: boolean): Record<string, string[]>[] {
  const session = method === "get" ? { session: [] } : { session: [], csrf: [] };
  return [...(isOpen ? [{}] : []), { basic: [] }, { bearer: [] }, session];
}

const schemes = {
  basic: {
    type: "http",
    scheme: "basic",
    description:
      "Name and password, or an access token in place of the password. With a second factor: an access token.",
  },
  bearer: { type: "http", scheme: "bearer", description: "An access token, or a token of /auth/token." },
  session: {
    type: "apiKey",
    in: "cookie",
    name: "__Host-berth",
    description:
      "What POST /login gives. On plain http, which works on the server's own machine alone, its name is berth-local.",
  },
  csrf: {
    type: "apiKey",
    in: "header",
    name: "X-Csrf-Token",
    description:
      "Beside the session's cookie, for whatever may change something: told by POST /login and GET /api/v0/session.",
  },
} as const;

/** Of parameters that mean the same wherever they stand. */
const parameterWords: Record<string, string> = {
  account: "A user or an organization: its name, or its id.",
  alias: "A former name; a slash is written %2F.",
  grantee: "The user's name.",
  hashedtoken: "The id of an access token: its hash, as lists show it.",
  id: "The id, as lists show it.",
  member: "The user's name, or id.",
  name: "The service account's name.",
  namespace: "A user or an organization.",
  orgname: "The organization's name.",
  reference: "A tag, or a digest such as sha256:….",
  reponame: "The repository's name within its namespace: one path segment, so a slash is written %2F.",
  rule: "The id of a trust rule.",
  session: "The id of a session.",
  team: "The team's name, or id.",
  teamname: "The team's name, or id; a slash is written %2F.",
  username: "The user's name.",
  count: "`true`: the header X-Resource-Count tells how many there are in all.",
  limit: "How many at most.",
  pageSize: "How many at most.",
  pageStart: "Where to go on: the header X-Next-Page-Start of the page before.",
  start: "Where to go on: the header X-Next-Page-Start of the page before.",
};

/** Adds the document to an application that has all its routes. */
export function serveDocument(app: OpenAPIHono<AppEnv>, { base, title, description, tags }: DocumentWords): void {
  for (const [name, scheme] of Object.entries(schemes))
    app.openAPIRegistry.registerComponent("securitySchemes", name, scheme);
  app.get("/openapi.json", (c) => {
    const document = app.getOpenAPI31Document({
      openapi: "3.1.0",
      info: { title, version, description, license: { name: "Apache-2.0" } },
      servers: [{ url: base }],
      tags: Object.entries(tags).map(([name, about]) => ({ name, description: about })),
    });
    return c.json(withWords(document));
  });
}

type Document = ReturnType<OpenAPIHono["getOpenAPI31Document"]>;

function withWords(document: Document): Document {
  for (const operations of Object.values(document.paths ?? {}))
    for (const operation of Object.values(operations as Record<string, { parameters?: Parameter[] }>))
      for (const parameter of operation.parameters ?? []) {
        const words = parameterWords[parameter.name];
        if (words !== undefined) parameter.description ??= words;
      }
  return document;
}

interface Parameter {
  name: string;
  description?: string;
}
