// The client of the management API against the application: what it sends, what it makes of answers, and what it does not send.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BerthClient, type Credentials, createClient, dataOf } from "#client/client.ts";
import { ApiError } from "#client/error.ts";
import { listAll, take } from "#client/pages.ts";
import { findSession, logIn, logOut } from "#client/session.ts";
import { startTarget, type Target } from "#test/setup/target.ts";

const url = "http://localhost:5000";
const word = "correct horse battery staple";
const admin: Credentials = { kind: "basic", user: "admin", password: word };
const one = "/api/v0/repositories/{namespace}/{reponame}";

let berth: Target;
/** What was asked, as method and path with its query. */
const asked: string[] = [];
beforeAll(async () => {
  berth = await startTarget("fetch", { around: { publicUrl: url } });
  const { POST } = clientOf(admin);
  for (const name of ["a", "b", "deep/web", "d", "e"])
    await POST("/api/v0/repositories/{namespace}", { params: { path: { namespace: "admin" } }, body: { name } });
});
afterAll(() => berth.close());

const ask = async (request: Request) => {
  const { pathname, search } = new URL(request.url);
  asked.push(`${request.method} ${pathname}${search}`);
  const body = request.body === null ? {} : { body: await request.text() };
  return berth.fetch(`${pathname}${search}`, { method: request.method, headers: request.headers, ...body });
};
const clientOf = (credentials?: Credentials): BerthClient =>
  createClient({ url, fetch: ask, agent: "tests/1", ...(credentials && { credentials }) });
const refusal = (call: Promise<unknown>) =>
  call.then(
    () => null,
    (error: ApiError) => error,
  );
/** A client of a server that answers so. */
const answering = (...answers: Response[]) => {
  const requests: Request[] = [];
  const fetch = async (request: Request) => {
    requests.push(request);
    return answers[Math.min(requests.length, answers.length) - 1]?.clone() as Response;
  };
  return { client: createClient({ url, fetch, credentials: { kind: "token", token: "t" } }), requests };
};

describe("a call", () => {
  it("answers what the operation answers; a slash in a name is part of its segment", async () => {
    const path = { namespace: "admin", reponame: "deep/web" };
    const found = await dataOf(clientOf(admin).GET(one, { params: { path } }));
    expect([found.namespace, found.name]).toEqual(["admin", "deep/web"]);
    expect(asked.at(-1)).toBe("GET /api/v0/repositories/admin/deep%2Fweb");
  });

  it("that is refused throws status, code, message and detail", async () => {
    const path = { namespace: "admin", reponame: "nothing" };
    const error = await refusal(clientOf(admin).GET(one, { params: { path } }));
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 404, code: "NO_SUCH_REPOSITORY", detail: null });
    const body = { visibility: "public", tagLimit: -1 } as const;
    const wrong = await refusal(clientOf(admin).PATCH(one, { params: { path: { ...path, reponame: "a" } }, body }));
    expect(wrong).toMatchObject({ status: 400, code: "INVALID_PARAMETERS", detail: { field: "tagLimit" } });
    expect(await refusal(clientOf().GET("/api/v0/session"))).toMatchObject({ status: 401, code: "NOT_AUTHENTICATED" });
  });

  it("tells everything that is wrong, where the server tells more than one thing", async () => {
    const body = "user,password,role\nx,short,\ny,short,\n";
    const headers = { "Content-Type": "text/csv" };
    const error = await refusal(
      clientOf(admin).POST("/api/v0/accounts/import", { body, headers, bodySerializer: (text) => text }),
    );
    expect(error?.all.map(({ detail }) => detail)).toEqual([{ line: 2 }, { line: 3 }]);
  });

  it.each(["", ".", ".."])(
    "with %j for a name is not sent: its address would be another operation's",
    async (reference) => {
      const before = asked.length;
      const path = { namespace: "admin", reponame: "a", reference };
      const error = await refusal(clientOf(admin).DELETE(`${one}/tags/{reference}`, { params: { path } }));
      expect([error?.code, asked.length]).toEqual(["NOT_SENT", before]);
    },
  );

  it("says that nobody answers, and who answers as Berth does not", async () => {
    const fetch = async () => {
      throw new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED") });
    };
    const nobody = await refusal(createClient({ url, fetch }).GET("/api/v0/session"));
    expect(nobody).toMatchObject({ status: 0, code: "NO_ANSWER" });
    expect(nobody?.message).toBe("no server answers at http://localhost:5000 (connect ECONNREFUSED)");
    const page = new Response("<html>", { headers: { "content-type": "text/html" } });
    for (const answer of [page, new Response("<html>", { status: 404 })])
      expect(await refusal(answering(answer).client.GET("/api/v0/session"))).toMatchObject({
        code: "UNEXPECTED_ANSWER",
      });
  });

  it("is not led elsewhere with its credentials", async () => {
    const led = new Response(null, { status: 307, headers: { location: "https://elsewhere.example/" } });
    const { client, requests } = answering(led);
    const error = await refusal(client.GET("/api/v0/session"));
    expect([error?.code, requests.length, requests[0]?.redirect]).toEqual(["UNEXPECTED_ANSWER", 1, "manual"]);
    expect(error?.message).toContain("https://elsewhere.example/");
  });
});

describe("a busy server", () => {
  const busy = (seconds: string) =>
    Response.json(
      { errors: [{ code: "UNAVAILABLE", message: "try again" }] },
      { status: 503, headers: { "retry-after": seconds } },
    );
  const there = Response.json({ repositories: [] });

  it("is asked again for what is only read, a few times", async () => {
    const { client, requests } = answering(busy("0"), there);
    expect(await dataOf(client.GET("/api/v0/repositories"))).toEqual({ repositories: [] });
    expect(requests.length).toBe(2);
    const always = answering(busy("0"));
    expect(await refusal(always.client.GET("/api/v0/repositories"))).toMatchObject({ status: 503 });
    expect(always.requests.length).toBe(3);
  });

  it("is not asked again for a change, nor when it asks for a long wait", async () => {
    const { client, requests } = answering(busy("0"), there);
    expect(await refusal(client.POST("/api/v0/api_tokens", { body: {} }))).toMatchObject({ status: 503 });
    expect(requests.length).toBe(1);
    const long = answering(busy("11"), there);
    expect(await refusal(long.client.GET("/api/v0/repositories"))).toMatchObject({ status: 503 });
    expect(long.requests.length).toBe(1);
  });
});

describe("a list", () => {
  it("goes on to its end in the style of the management API", async () => {
    const before = asked.length;
    const query = { pageSize: "2" };
    const found = listAll(clientOf(admin), "/api/v0/repositories", { query }, ({ repositories }) => repositories);
    expect((await take(found)).map(({ name }) => name)).toEqual(["a", "b", "d", "deep/web", "e"]);
    expect(asked.length - before).toBe(3);
  });

  it("goes on to its end in the style of the accounts", async () => {
    for (const name of ["ahab", "moby", "orca"]) await berth.addUser(name);
    const before = asked.length;
    const query = { filter: "users", limit: "3" };
    const found = listAll(clientOf(admin), "/enzi/v0/accounts", { query }, ({ accounts }) => accounts);
    expect((await take(found)).map(({ name }) => name)).toEqual(["admin", "ahab", "moby", "orca"]);
    expect(asked.length - before).toBe(2);
  });

  it("is asked for no further than it is wanted", async () => {
    const before = asked.length;
    const query = { pageSize: "2" };
    const found = listAll(clientOf(admin), "/api/v0/repositories", { query }, ({ repositories }) => repositories);
    expect((await take(found, 2)).length).toBe(2);
    expect(asked.length - before).toBe(1);
  });

  it("that leads in a circle ends", async () => {
    const again = Response.json({ repositories: [] }, { headers: { "x-next-page-start": "same" } });
    const found = listAll(answering(again).client, "/api/v0/repositories", {}, ({ repositories }) => repositories);
    expect(await refusal(take(found))).toMatchObject({ code: "UNEXPECTED_ANSWER" });
  });
});

describe("credentials", () => {
  it("are a password with any letters, or an access token, which keeps the client's name", async () => {
    const made = await dataOf(clientOf(admin).POST("/api/v0/api_tokens", { body: { tokenLabel: "x" } }));
    expect(made.creatorUa).toBe("tests/1");
    const byToken = clientOf({ kind: "token", token: made.token });
    expect((await dataOf(byToken.GET("/api/v0/session"))).account.name).toBe("admin");
    const body = { name: "björn", password: "pässwörd-ünd-mehr" };
    await clientOf(admin).POST("/enzi/v0/accounts", { body: { ...body, name: "bjorn" } });
    const basic = clientOf({ kind: "basic", user: "bjorn", password: body.password });
    expect((await dataOf(basic.GET("/api/v0/session"))).account.name).toBe("bjorn");
  });

  it("are a session, whose changes carry its X-Csrf-Token, until it is logged out", async () => {
    const session = await logIn({ url, fetch: ask }, { user: "admin", password: word });
    const client = clientOf(session);
    expect((await dataOf(client.GET("/api/v0/session"))).credential).toBe("cookie");
    await client.POST("/api/v0/api_tokens", { body: { tokenLabel: "by session" } });
    // As a browser does it: the cookie comes with every request.
    const browser = (request: Request) => {
      request.headers.set("Cookie", session.cookie ?? "");
      return ask(request);
    };
    expect(await findSession({ url, fetch: browser })).toEqual({ kind: "session", csrfToken: session.csrfToken });
    expect(await findSession({ url, fetch: ask })).toBeNull();
    const forged = clientOf({ ...session, csrfToken: "wrong" });
    expect(await refusal(forged.POST("/api/v0/api_tokens", { body: {} }))).toMatchObject({ status: 403 });
    await logOut({ url, fetch: ask }, session);
    expect(await refusal(client.GET("/api/v0/session"))).toMatchObject({ status: 401 });
  });

  it("that are wrong are told", async () => {
    const wrong = refusal(logIn({ url, fetch: ask }, { user: "admin", password: "wrong" }));
    expect(await wrong).toMatchObject({ status: 401, message: "incorrect username or password" });
  });
});
