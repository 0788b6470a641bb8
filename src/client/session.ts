// Logging in and out with a session: what browsers do, and who has a second factor.
import { type Credentials, createClient, dataOf } from "./client.ts";
import { ApiError, readRefusal, unanswered } from "./error.ts";
import type { Fetch } from "./patience.ts";

type Session = Extract<Credentials, { kind: "session" }>;
interface Where {
  url: string;
  fetch?: Fetch;
}

/** @param code of the second factor, where the account has one. @throws ApiError */
export async function logIn(
  where: Where,
  { user, password, code }: { user: string; password: string; code?: string },
): Promise<Session> {
  const form = { username: user, password, ...(code !== undefined && { code }) };
  const answer = await post(where, "/login", { "Content-Type": "application/json" }, JSON.stringify(form));
  const { csrfToken } = (await answer.json()) as { csrfToken: string };
  // A browser keeps cookies to itself, and this list is empty there.
  const cookies = answer.headers.getSetCookie().map((cookie) => cookie.split(";", 1)[0]);
  return { kind: "session", csrfToken, ...(cookies.length > 0 && { cookie: cookies.join("; ") }) };
}

/** The session that a browser has already, for a page that was just opened; null without one. @throws ApiError */
export async function findSession(where: Where): Promise<Session | null> {
  try {
    const { csrfToken } = await dataOf(createClient(where).GET("/api/v0/session"));
    return csrfToken === null ? null : { kind: "session", csrfToken };
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}

/** @throws ApiError */
export async function logOut(where: Where, { csrfToken, cookie }: Session): Promise<void> {
  await post(where, "/logout", { "X-Csrf-Token": csrfToken, ...(cookie !== undefined && { Cookie: cookie }) });
}

async function post({ url, fetch = globalThis.fetch }: Where, path: string, headers: HeadersInit, body?: string) {
  const request = new Request(`${url.replace(/\/$/, "")}${path}`, {
    method: "POST",
    headers,
    redirect: "manual",
    ...(body !== undefined && { body }),
  });
  const answer = await fetch(request).catch((error: unknown) => {
    throw unanswered(request.url, error);
  });
  if (!answer.ok) throw await readRefusal(answer);
  return answer;
}
