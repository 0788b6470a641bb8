// A browser as far as tests of sessions need one: it keeps cookies, and its pages show what they read in one of them.
import { expect } from "vitest";
import type { Target } from "#test/setup/target.ts";
import { word } from "../accounts/people.ts";

/** Where the server believes to be: on this machine, whatever the way in. */
export const here = { "x-forwarded-host": "localhost", "x-forwarded-proto": "http" };
export const encrypted = { "x-forwarded-host": "berth.test", "x-forwarded-proto": "https" };

export interface Browser {
  cookies: Map<string, string>;
  /** Attributes of the cookies of the last answer that set some, by name. */
  attributes: Map<string, string>;
  ask(method: string, path: string, init?: { body?: string; headers?: Record<string, string> }): Promise<Response>;
  /** The same as one of our own pages does it. */
  page(method: string, path: string, body?: unknown): Promise<Response>;
  logIn(username: string, password: string, more?: Record<string, string>): Promise<Response>;
}

export function createBrowser(berth: Target, origin: Record<string, string> = here): Browser {
  const cookies = new Map<string, string>();
  const attributes = new Map<string, string>();
  const browser: Browser = {
    cookies,
    attributes,
    async ask(method, path, { body, headers = {} } = {}) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const all = { ...origin, ...(cookie && { cookie }), ...headers };
      const answer = await berth.fetch(path, { method, headers: all, ...(body !== undefined && { body }) });
      for (const line of answer.headers.getSetCookie()) {
        const [, name = "", value = "", rest = ""] = /^([^=]+)=([^;]*)(.*)$/.exec(line) ?? [];
        attributes.set(name, rest);
        if (/max-age=0/i.test(rest)) cookies.delete(name);
        else cookies.set(name, value);
      }
      return answer;
    },
    page(method, path, body) {
      const csrf = [...cookies].find(([name]) => name.endsWith("-csrf"))?.[1];
      const headers = { "content-type": "application/json", ...(csrf !== undefined && { "x-csrf-token": csrf }) };
      return browser.ask(method, path, { headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
    },
    logIn: (username, password, more = {}) =>
      browser.ask("POST", "/login", {
        body: new URLSearchParams({ username, password, ...more }).toString(),
        headers: { "content-type": "application/x-www-form-urlencoded" },
      }),
  };
  return browser;
}

/** The browser of somebody who has logged in. */
export async function logInAs(berth: Target, name: string): Promise<Browser> {
  const browser = createBrowser(berth);
  expect((await browser.logIn(name, word)).status).toBe(200);
  return browser;
}

/** The status with which the server answers who a browser's session is. */
export async function present(browser: Browser): Promise<number> {
  return (await browser.ask("GET", "/api/v0/session")).status;
}
