// The cookies of a session: what they are called, and where they go.
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { word } from "../accounts/people.ts";
import { createBrowser, encrypted, here } from "./browser.ts";

describeMatrix(
  "where cookies travel",
  (kind) => {
    let berth: Target;
    beforeAll(async () => {
      berth = await startTarget(kind, { trustedProxies: ["127.0.0.1"] });
      await berth.addUser("tom");
    });
    afterAll(() => berth.close());

    it("over https they have a name that no other host can set, and are secure", async () => {
      const browser = createBrowser(berth, encrypted);
      expect((await browser.logIn("tom", word)).status).toBe(200);
      expect([...browser.cookies.keys()].sort()).toEqual(["__Host-berth", "__Host-berth-csrf"]);
      expect((browser.attributes.get("__Host-berth") ?? "").split("; ").slice(1).sort()).toEqual([
        "HttpOnly",
        "Path=/",
        "SameSite=Strict",
        "Secure",
      ]);
      expect((await browser.page("GET", "/api/v0/session")).status).toBe(200);
      // The same word under another name, or over another way, is nobody's.
      const token = browser.cookies.get("__Host-berth") as string;
      for (const [origin, name] of [
        [encrypted, "berth-local"],
        [encrypted, "berth"],
        [here, "__Host-berth"],
        [{ ...encrypted, "x-forwarded-proto": "http" }, "__Host-berth"],
        [{ ...encrypted, "x-forwarded-proto": "http" }, "berth-local"],
      ] as const) {
        const other = createBrowser(berth, origin);
        other.cookies.set(name, token);
        expect([name, (await other.ask("GET", "/api/v0/session")).status]).toEqual([name, 401]);
      }
    });

    it.each(["berth.test", "192.0.2.7:5000", "localhost.evil.test", "127.0.0.1.evil.test", "[2001:db8::1]"])(
      "over plain http to %s nobody logs in, whatever the password",
      async (host) => {
        const browser = createBrowser(berth, { "x-forwarded-host": host, "x-forwarded-proto": "http" });
        for (const password of [word, "wrong"]) {
          const answer = await browser.logIn("tom", password);
          expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining("https")]);
        }
        expect(browser.cookies.size).toBe(0);
      },
    );
  },
  "the application's memory",
);
