// Every operation that may change something, with a session's cookie and without what only its own pages can show.
import { expect, it } from "vitest";
import { createApp } from "#http/app.ts";
import { startTarget } from "#test/setup/target.ts";
import { createBrowser } from "./browser.ts";

/** Every route of the management APIs that is no GET, from the application's own table. */
function writes(): [string, string][] {
  const app = createApp({ ctx: {} as never, around: {} as never });
  const all = app.routes.filter(({ method, path }) => !["GET", "ALL"].includes(method) && /^\/(api|enzi)\//.test(path));
  const known = new Set(all.map(({ method, path }) => `${method} ${path.replaceAll(/:\w+(\{[^}]*\})?/g, "admin")}`));
  return [...known].map((one) => one.split(" ") as [string, string]);
}

it("a cookie alone changes nothing, on any route, for a system admin either", async () => {
  const berth = await startTarget("fetch", { trustedProxies: ["127.0.0.1"] });
  const browser = createBrowser(berth);
  expect((await browser.logIn("admin", "correct horse battery staple")).status).toBe(200);
  const routes = writes();
  expect(routes.length).toBeGreaterThan(30);
  const passed: string[] = [];
  for (const [method, path] of routes) {
    for (const headers of [{}, { "x-csrf-token": "x" }]) {
      const answer = await browser.ask(method, path, { body: "{}", headers });
      const refused = answer.status === 403 && (await answer.text()).includes("X-Csrf-Token");
      if (!refused) passed.push(`${method} ${path}: ${answer.status}`);
    }
  }
  expect(passed).toEqual([]);
  expect((await browser.ask("GET", "/api/v0/session")).status).toBe(200);
  await berth.close();
});
