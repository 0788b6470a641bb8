// The API console in a real browser: it shows what the server can do, and tries it as whoever is logged in.
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { password as adminPassword, type Berth, makeHome, startBerth } from "#test/clients/setup/berth.ts";
import { request } from "#test/clients/setup/registry.ts";
import { codeAt } from "#test/http/credentials/authenticator.ts";
import { execute, kept, logIn, openOperation, seesWho } from "./setup/api-console.ts";
import { accessFaults, elsewhere, openPage, startChromium, type Watched } from "./setup/chromium.ts";

const password = "correct horse battery staple";
const one = "/api/v0/repositories/{namespace}/{reponame}";

describe("the API console", () => {
  let berth: Berth;
  let browser: Browser;
  let opened: Watched[] = [];
  beforeAll(async () => {
    berth = await startBerth(await makeHome("embedded"));
    browser = await startChromium();
    for (const name of ["ahab", "moby", "orca"]) await ask("POST", "/enzi/v0/accounts", { name, password });
    await ask("POST", "/api/v0/repositories/ahab", { name: "log", visibility: "private" });
    await ask("POST", "/api/v0/repositories/ahab", { name: "chart", visibility: "public" });
  });
  afterEach(async () => {
    const faults = opened.flatMap((watched) => watched.faults());
    for (const { page } of opened) await page.context().close();
    opened = [];
    expect(faults).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await berth?.stop();
  });

  async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const init = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await request(berth, path, {
      method,
      ...init,
      headers: { "content-type": "application/json", ...headers },
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.status === 204 ? null : answer.json();
  }

  async function open(options: BrowserContextOptions = {}, host = berth.host): Promise<Page> {
    const watched = await openPage(browser, `http://${host}`, options);
    opened.push(watched);
    await watched.page.goto(`http://${host}/docs/api`);
    await watched.page.locator(".opblock").first().waitFor();
    return watched.page;
  }

  it("shows every operation of both documents, each with its summary", async () => {
    const page = await open();
    const documents = (await Promise.all(
      ["/api/v0", "/enzi/v0"].map((base) => ask("GET", `${base}/openapi.json`)),
    )) as {
      servers: { url: string }[];
      paths: Record<string, Record<string, { summary: string }>>;
    }[];
    const expected = documents.flatMap(({ servers, paths }) =>
      Object.entries(paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, { summary }]) =>
          `${method.toUpperCase()} ${servers[0]?.url}${path} ${summary}`.toLowerCase(),
        ),
      ),
    );
    const shown = await page.locator(".opblock").evaluateAll((blocks) =>
      blocks.map((block) => {
        const text = (name: string) => block.querySelector(name)?.textContent ?? "";
        const path = block.querySelector("[data-path]")?.getAttribute("data-path");
        return `${text(".opblock-summary-method")} ${path} ${text(".opblock-summary-description")}`.toLowerCase();
      }),
    );
    expect(shown.sort()).toEqual(expected.sort());
    expect(await page.locator("#found").textContent()).toBe(`${expected.length} operations`);
  });

  it("logs in, and tries a read as its user", async () => {
    const page = await open();
    await logIn(page, "ahab", password);
    await seesWho(page, "ahab");
    const answer = await execute(await openOperation(page, "GET", "/api/v0/repositories"));
    expect(answer.status).toBe("200");
    expect(answer.body).toContain('"log"');
    await page.reload();
    await seesWho(page, "ahab");
  });

  it("tries a write with the session's X-Csrf-Token, which it does not show", async () => {
    const page = await open();
    await logIn(page, "ahab", password);
    await seesWho(page, "ahab");
    const operation = await openOperation(page, "POST", "/api/v0/repositories/{namespace}");
    await operation.getByLabel("namespace", { exact: true }).fill("ahab");
    await operation.getByLabel("Request body").fill('{"name":"whale/white"}');
    const sent = page.waitForRequest((request) => request.method() === "POST");
    expect((await execute(operation)).status).toBe("201");
    const token = (await (await sent).allHeaders())["x-csrf-token"] as string;
    expect(token.length).toBeGreaterThan(20);
    expect(await page.content()).not.toContain(token);
    expect(await ask("GET", "/api/v0/repositories/ahab/whale%2Fwhite")).toMatchObject({ name: "whale/white" });
  });

  it("writes a slash in a name as %2F", async () => {
    await ask("POST", "/api/v0/repositories/moby", { name: "a/b", visibility: "public" });
    const page = await open();
    const operation = await openOperation(page, "GET", one);
    await operation.getByLabel("namespace", { exact: true }).fill("moby");
    await operation.getByLabel("reponame", { exact: true }).fill("a/b");
    const answer = await execute(operation);
    expect(answer.status).toBe("200");
    expect(answer.body).toContain('"a/b"');
  });

  it("shows a refusal as it came: 401 to nobody, 403 to a user who may not", async () => {
    const page = await open();
    const asNobody = await execute(await openOperation(page, "GET", "/api/v0/meta/settings"));
    expect(asNobody.status).toContain("401");
    expect(asNobody.body).toContain('"NOT_AUTHENTICATED"');
    await logIn(page, "moby", password);
    await seesWho(page, "moby");
    const operation = await openOperation(page, "PATCH", one);
    await operation.getByLabel("namespace", { exact: true }).fill("ahab");
    await operation.getByLabel("reponame", { exact: true }).fill("chart");
    await operation.getByLabel("Request body").fill('{"shortDescription":"mine"}');
    const asMoby = await execute(operation);
    expect(asMoby.status).toContain("403");
    expect(asMoby.body).toContain('"NOT_AUTHORIZED"');
  });

  it("logs out, and asks as nobody from then on", async () => {
    const page = await open();
    await logIn(page, "ahab", password);
    await seesWho(page, "ahab");
    await page.getByRole("button", { name: "Log out" }).click();
    await seesWho(page, null);
    expect((await execute(await openOperation(page, "GET", "/api/v0/session"))).status).toContain("401");
    expect((await page.context().cookies()).map(({ name }) => name)).toEqual([]);
  });

  it("notices that the session was ended elsewhere", async () => {
    const page = await open();
    await logIn(page, "moby", password);
    await seesWho(page, "moby");
    await ask("DELETE", "/api/v0/accounts/moby/sessions");
    expect((await execute(await openOperation(page, "GET", "/api/v0/session"))).status).toContain("401");
    await seesWho(page, null);
  });

  it("says what is wrong with a login, and asks for the code of a second factor", async () => {
    const mine = { authorization: `Basic ${btoa(`orca:${password}`)}` };
    const path = "/api/v0/accounts/orca/secondFactor";
    const { secret } = (await ask("POST", path, { password }, mine)) as { secret: string };
    await ask("POST", `${path}/confirm`, { code: await codeAt(secret, new Date()) }, mine);
    const page = await open();
    await logIn(page, "orca", "wrong");
    const dialog = page.getByRole("dialog");
    await expect.poll(() => dialog.getByRole("alert").textContent()).toMatch(/\w/);
    expect(await dialog.getByLabel("Code of your second factor").isVisible()).toBe(false);
    await dialog.getByLabel("Password").fill(password);
    await page.keyboard.press("Enter");
    await dialog.getByLabel("Code of your second factor").fill(await codeAt(secret, new Date(), 1));
    await page.keyboard.press("Enter");
    await seesWho(page, "orca");
  });

  it("over plain http from another machine says why there is no login, and takes an access token that it keeps to itself", async () => {
    const mine = { authorization: `Basic ${btoa(`ahab:${password}`)}` };
    const { token } = (await ask("POST", "/api/v0/api_tokens", { tokenLabel: "console" }, mine)) as { token: string };
    const page = await open({}, `${elsewhere}:${berth.host.split(":")[1]}`);
    await page.getByRole("button", { name: "Log in" }).click();
    const dialog = page.getByRole("dialog");
    expect(await dialog.getByLabel("Password").isVisible()).toBe(false);
    expect(await dialog.getByText("over https alone").isVisible()).toBe(true);
    await dialog.getByLabel("Access token").fill("berth_nonsense");
    await page.keyboard.press("Enter");
    await expect.poll(() => dialog.getByRole("alert").textContent()).toMatch(/\w/);
    await dialog.getByLabel("Access token").fill(token);
    await page.keyboard.press("Enter");
    await seesWho(page, "ahab");
    const operation = await openOperation(page, "POST", "/api/v0/repositories/{namespace}");
    await operation.getByLabel("namespace", { exact: true }).fill("ahab");
    await operation.getByLabel("Request body").fill('{"name":"by-token"}');
    expect((await execute(operation)).status).toBe("201");
    expect(await page.content()).not.toContain(token);
    expect(await kept(page)).not.toContain(token);
    await page.reload();
    await seesWho(page, null);
  });

  it("keeps nothing of a login but the cookie", async () => {
    const page = await open();
    await logIn(page, "ahab", password);
    await seesWho(page, "ahab");
    const operation = await openOperation(page, "GET", "/api/v0/session");
    await execute(operation);
    expect(await kept(page)).toBe('{"databases":[]}');
    expect((await page.content()).includes(password)).toBe(false);
  });

  it("finds operations by words, and says when there is none", async () => {
    const page = await open();
    await page.getByRole("searchbox").fill("delete tag");
    await expect.poll(() => page.locator("#found").textContent()).toMatch(/^\d+ operations? with “delete tag”$/);
    const count = Number.parseInt((await page.locator("#found").textContent()) ?? "", 10);
    expect(await page.locator(".opblock").count()).toBe(count);
    expect(await page.locator(".opblock:not(.opblock-delete)").count()).toBe(0);
    await page.getByRole("searchbox").fill("kraken");
    await expect.poll(() => page.locator("#found").textContent()).toContain("No operation has “kraken”");
    expect(await page.locator(".opblock").count()).toBe(0);
    await page.keyboard.press("Escape");
    await page.locator(".opblock").first().waitFor();
  });

  it("is used by the keyboard alone", async () => {
    const page = await open();
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Skip to the operations");
    await page.keyboard.press("/");
    await page.keyboard.type("get /api/v0/repositories caller");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    const operation = page.locator(".opblock.is-open");
    await operation.getByRole("button", { name: "Execute" }).waitFor();
    const focused = () => page.evaluate("document.activeElement.textContent.trim()");
    for (let presses = 0; (await focused()) !== "Execute"; presses++) {
      expect(presses).toBeLessThan(20);
      await page.keyboard.press("Tab");
    }
    await page.keyboard.press("Enter");
    await operation.locator(".live-responses-table").waitFor();
    await page.getByRole("banner").getByRole("button", { name: "Log in" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    expect(await page.getByRole("dialog").isVisible()).toBe(false);
  });

  it.each(["light", "dark"] as const)("is read by screen readers and weak eyes: %s", async (colorScheme) => {
    const page = await open({ colorScheme });
    const darkness = () => page.evaluate("document.documentElement.classList.contains('dark-mode')");
    expect(await darkness()).toBe(colorScheme === "dark");
    expect(await accessFaults(page)).toEqual([]);
    await page.getByRole("button", { name: "Log in" }).click();
    expect(await accessFaults(page)).toEqual([]);
    await page.keyboard.press("Escape");
    const operation = await openOperation(page, "GET", "/api/v0/repositories");
    await execute(operation);
    expect(await accessFaults(page)).toEqual([]);
  });

  it("remembers dark or light once it was chosen", async () => {
    const page = await open({ colorScheme: "light" });
    const button = page.getByRole("button", { name: "Dark" });
    expect(await button.getAttribute("aria-pressed")).toBe("false");
    const ground = () => page.evaluate("getComputedStyle(document.body).backgroundColor");
    const light = await ground();
    await button.click();
    const dark = await ground();
    expect(dark).not.toBe(light);
    await page.reload();
    expect(await button.getAttribute("aria-pressed")).toBe("true");
    expect(await ground()).toBe(dark);
  });

  it("fits a narrow screen", async () => {
    const page = await open({ viewport: { width: 375, height: 700 } });
    await execute(await openOperation(page, "GET", "/api/v0/repositories"));
    expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBeLessThanOrEqual(375);
  });

  it("says that the server's documents cannot be read, and tries again", async () => {
    const watched = await openPage(browser, `http://${berth.host}`);
    opened.push(watched);
    const { page } = watched;
    await page.route("**/enzi/v0/openapi.json", (route) => route.fulfill({ status: 503, body: "" }));
    await page.goto(`http://${berth.host}/docs/api`);
    await expect
      .poll(() => page.locator("#found").textContent())
      .toContain("/enzi/v0/openapi.json is answered with 503");
    await page.unroute("**/enzi/v0/openapi.json");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.locator(".opblock").first().waitFor();
  });

  it("is served by the Worker as well", async () => {
    const edge = await startBerth(await makeHome("edge"));
    try {
      const page = await open({}, edge.host);
      await logIn(page, "admin", adminPassword);
      await seesWho(page, "admin");
      expect((await execute(await openOperation(page, "GET", "/api/v0/admin/version"))).status).toBe("200");
    } finally {
      await edge.stop();
    }
  });
});
