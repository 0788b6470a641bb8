import { afterAll, beforeAll, expect, it } from "vitest";
import { basic, describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { as, codeOf } from "../access/registry.ts";

describeMatrix("POST /api/v0/repositories/{namespace}", (kind) => {
  let berth: Target;
  let alice: string;
  beforeAll(async () => {
    berth = await startTarget(kind);
    alice = await berth.addUser("alice");
    await berth.addUser("bob");
  });
  afterAll(() => berth.close());

  const post = (body: unknown, namespace = "alice", more: Record<string, string> = {}, who: string | null = alice) =>
    berth.fetch(`/api/v0/repositories/${namespace}`, {
      method: "POST",
      body: typeof body === "string" ? body : JSON.stringify(body),
      ...as(who, { "content-type": "application/json", ...more }),
    });

  it("creates with a name only, public as DTR does, and tells the whole repository", async () => {
    const answer = await post({ name: "bare" });
    expect(answer.status).toBe(201);
    const made = (await answer.json()) as Record<string, unknown>;
    expect(made).toMatchObject({ namespace: "alice", name: "bare", visibility: "public", longDescription: "" });
    const shown = await berth.fetch("/api/v0/repositories/alice/bare", as(alice));
    expect(await shown.json()).toEqual(made);
  });

  it("keeps every field that it takes", async () => {
    const form = {
      name: "deep/er",
      visibility: "private",
      shortDescription: "short äöü 🚢",
      longDescription: "# long",
      immutableTags: true,
      sparse: true,
    };
    expect(await (await post(form)).json()).toMatchObject(form);
    const shown = await berth.fetch("/api/v0/repositories/alice/deep%2Fer", as(alice));
    expect(await shown.json()).toMatchObject(form);
  });

  it("takes fields that are off, and fields that it does not know", async () => {
    const off = { scanOnPush: false, enableManifestLists: false, tagLimit: 0 };
    expect((await post({ name: "off", ...off, whatever: [1] })).status).toBe(201);
  });

  it("creates once, however many ask at the same time", async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => post({ name: "raced" })));
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 400, 400, 400, 400]);
    for (const answer of answers) if (answer.status === 400) expect(await codeOf(answer)).toBe("REPOSITORY_EXISTS");
  });

  const refused: [string, unknown, string, number, string][] = [
    ["no name", {}, "alice", 400, "INVALID_PARAMETERS"],
    ["an empty name", { name: "" }, "alice", 400, "INVALID_PARAMETERS"],
    ["a name that is a number", { name: 7 }, "alice", 400, "INVALID_PARAMETERS"],
    ["upper case", { name: "Upper" }, "alice", 400, "INVALID_REPOSITORY_NAME"],
    ["an empty segment", { name: "a//b" }, "alice", 400, "INVALID_REPOSITORY_NAME"],
    ["a way out", { name: "../bob/x" }, "alice", 400, "INVALID_REPOSITORY_NAME"],
    ["a name too long", { name: "x".repeat(250) }, "alice", 400, "INVALID_REPOSITORY_NAME"],
    ["a name with a zero character", { name: "a\0b" }, "alice", 400, "INVALID_PARAMETERS"],
    [
      "a description with a zero character",
      { name: "zero", shortDescription: "\0" },
      "alice",
      400,
      "INVALID_PARAMETERS",
    ],
    [
      "a description too long",
      { name: "long", shortDescription: "x".repeat(1001) },
      "alice",
      400,
      "INVALID_PARAMETERS",
    ],
    ["an unknown visibility", { name: "x", visibility: "secret" }, "alice", 400, "INVALID_REPOSITORY_VISIBILITY"],
    ["a visibility that is no word", { name: "x", visibility: null }, "alice", 400, "INVALID_REPOSITORY_VISIBILITY"],
    ["scanning", { name: "x", scanOnPush: true }, "alice", 400, "INVALID_PARAMETERS"],
    ["manifest lists", { name: "x", enableManifestLists: true }, "alice", 400, "INVALID_PARAMETERS"],
    ["a limit of immutable tags", { name: "x", tagLimit: 5, immutableTags: true }, "alice", 400, "INVALID_PARAMETERS"],
    ["a negative limit of tags", { name: "x", tagLimit: -5 }, "alice", 400, "INVALID_PARAMETERS"],
    ["half a tag", { name: "x", tagLimit: 1.5 }, "alice", 400, "INVALID_PARAMETERS"],
    ["too many tags", { name: "x", tagLimit: 1_000_001 }, "alice", 400, "INVALID_PARAMETERS"],
    ["a list", [], "alice", 400, "INVALID_PARAMETERS"],
    ["nothing", "", "alice", 400, "INVALID_JSON"],
    ["half an object", '{"name":', "alice", 400, "INVALID_JSON"],
    [
      "more than 1 MiB",
      `{"name":"x","longDescription":"${"x".repeat(1_100_000)}"}`,
      "alice",
      400,
      "INVALID_PARAMETERS",
    ],
    ["another's namespace", { name: "x" }, "bob", 403, "NOT_AUTHORIZED"],
    ["a namespace that is not there", { name: "x" }, "nobody", 404, "NO_SUCH_ACCOUNT"],
    ["a reserved namespace", { name: "x" }, "api", 404, "NO_SUCH_ACCOUNT"],
    ["a namespace with a zero byte", { name: "x" }, "%00", 404, "NO_SUCH_ACCOUNT"],
  ];
  it.each(refused)("refuses %s", async (_what, body, namespace, status, code) => {
    const answer = await post(body, namespace);
    expect(answer.status).toBe(status);
    const { errors } = (await answer.json()) as { errors: { code: string; message: string; detail: unknown }[] };
    expect(errors.length).toBe(1);
    expect(errors[0]?.code).toBe(code);
    expect((errors[0]?.message ?? "").length > 0).toBe(true);
    expect(Object.keys(errors[0] ?? {}).sort()).toEqual(["code", "detail", "message"]);
  });

  it("refuses an admin a namespace that is not there, too: it is no push", async () => {
    expect((await post({ name: "x" }, "nobody", {}, berth.admin)).status).toBe(404);
    expect((await post({ name: "x" }, "api", {}, berth.admin)).status).toBe(404);
  });

  it.each(["application/xml", "multipart/form-data; boundary=x", "image/png"])(
    "refuses a body of type %s with 415",
    async (type) => {
      const answer = await post({ name: "typed" }, "alice", { "content-type": type });
      expect(answer.status).toBe(415);
      expect(await codeOf(answer)).toBe("UNSUPPORTED_MEDIA_TYPE");
    },
  );

  it.each(["application/json; charset=utf-8", "application/x-www-form-urlencoded", "application/vnd.api+json"])(
    "reads JSON of type %s, as DTR did for curl",
    async (type) => {
      expect((await post({ name: `typed-${type.length}` }, "alice", { "content-type": type })).status).toBe(201);
    },
  );

  it.each([
    ["no credentials", null],
    ["a wrong password", basic("alice", "wrong")],
    ["a broken token", "Bearer x.y.z"],
    ["an unknown scheme", "Digest x"],
  ])("answers NOT_AUTHENTICATED to %s before it reads the body", async (_what, who) => {
    const answer = await post("{", "alice", {}, who);
    expect(answer.status).toBe(401);
    expect(await codeOf(answer)).toBe("NOT_AUTHENTICATED");
  });
});
