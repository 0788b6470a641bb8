// The client of the management API, for browsers and programs: typed by the API's own OpenAPI documents.
import createFetchClient, { type Client, type Middleware } from "openapi-fetch";
import { ApiError, clientError, readRefusal, unanswered, unexpected } from "./error.ts";
import { type Fetch, patient } from "./patience.ts";
import type { components, paths } from "./schema.ts";

export type BerthClient = Client<paths>;
/** The shapes of bodies, by the names that the documents give them. */
export type Schemas = components["schemas"];

export type Credentials =
  | { kind: "none" }
  | { kind: "basic"; user: string; password: string }
  /** An access token. */
  | { kind: "token"; token: string }
  /** After `logIn`. A browser sends the cookie by itself; elsewhere it is given here. */
  | { kind: "session"; csrfToken: string; cookie?: string };

export interface ClientOptions {
  /** Where the server is: `https://registry.example`; in a browser the page's own origin. */
  url: string;
  credentials?: Credentials;
  /** `User-Agent`, which the server keeps with an access token. A browser has its own. */
  agent?: string;
  fetch?: Fetch;
}

/**
 * A client whose calls name an operation as the documents do: `client.GET("/api/v0/repositories", …)`.
 * @throws ApiError by every call that is no success, so that `dataOf` its result is there.
 */
export function createClient({ url, credentials = { kind: "none" }, agent, fetch }: ClientOptions): BerthClient {
  const client = createFetchClient<paths>({
    baseUrl: url,
    // By hand: credentials are for this address alone, and a POST that is led elsewhere would become a GET.
    redirect: "manual",
    pathSerializer: writePath,
    fetch: patient(fetch ?? ((request) => globalThis.fetch(request))),
    headers: { Accept: "application/json", ...(agent !== undefined && { "User-Agent": agent }) },
  });
  client.use(withCredentials(credentials), withErrors);
  return client;
}

/** What an operation answers. @throws ApiError */
export async function dataOf<T>(call: Promise<{ data?: T; response: Response }>): Promise<Exclude<T, undefined>> {
  return (await call).data as Exclude<T, undefined>;
}

function withCredentials(credentials: Credentials): Middleware {
  const headers = headersOf(credentials);
  return {
    onRequest({ request }) {
      for (const [name, value] of Object.entries(headers)) request.headers.set(name, value);
      if (credentials.kind === "session" && request.method !== "GET")
        request.headers.set("X-Csrf-Token", credentials.csrfToken);
      return request;
    },
  };
}

function headersOf(credentials: Credentials): Record<string, string> {
  if (credentials.kind === "token") return { Authorization: `Bearer ${credentials.token}` };
  if (credentials.kind === "session") return credentials.cookie === undefined ? {} : { Cookie: credentials.cookie };
  if (credentials.kind === "none") return {};
  const bytes = new TextEncoder().encode(`${credentials.user}:${credentials.password}`);
  return { Authorization: `Basic ${btoa(String.fromCharCode(...bytes))}` };
}

const withErrors: Middleware = {
  async onResponse({ response, options }) {
    if (!response.ok) throw await readRefusal(response);
    const isEmpty = response.status === 204 || response.headers.get("content-length") === "0";
    const isJson = /^application\/json\b/i.test(response.headers.get("content-type") ?? "");
    if (options.parseAs === "json" && !isEmpty && !isJson) throw unexpected(response);
  },
  onError({ error, request }) {
    return error instanceof ApiError ? error : unanswered(request.url, error);
  },
};

/**
 * A path with its parameters, each one segment: a slash is `%2F`. What a URL would drop or climb by (`""`, `.`, `..`) is refused:
 * to delete the tag `..` would be to delete the repository.
 */
function writePath(path: string, given: Record<string, unknown>): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(given[name] ?? "");
    if (/^\.{0,2}$/.test(value))
      throw clientError(
        0,
        "NOT_SENT",
        `${JSON.stringify(value)} is no name (${name}): it would lead to something else`,
      );
    return encodeURIComponent(value);
  });
}
