// What a Worker reads of its bindings, variables and secrets, and what it says when something is wrong with them.
import { describe, expect, it } from "vitest";
import { type Env, readEnv } from "#runtime/cloudflare/env.ts";
import { settingsForEdge } from "#runtime/cloudflare/settings.ts";

const key = "ab".repeat(32);
const bindings = { BLOBS: { createMultipartUpload: () => {} }, HYPERDRIVE: { connectionString: "postgres://x:y@h/d" } };
const read = (more: Record<string, unknown>) =>
  readEnv({ ...bindings, BERTH_SECRET_KEY: key, ...more } as unknown as Env);
const problems = (more: Record<string, unknown>) => (read(more) as { problems?: string[] }).problems ?? [];

describe("the settings of a Worker", () => {
  it("are the server's, with less in memory", () => {
    const config = read({ BERTH_TOKEN_SECONDS: "60", BERTH_R2_PART_BYTES: "8MiB" });
    expect(config).toMatchObject({
      tokenSeconds: 60,
      r2PartBytes: 8 * 2 ** 20,
      memoryBytes: 16 * 2 ** 20,
      adminUser: "admin",
    });
    expect(read({ BERTH_MEMORY_BYTES: "1MiB" })).toMatchObject({ memoryBytes: 2 ** 20 });
  });

  it.each([
    [{ BERTH_SECRET_KEY: undefined }, /BERTH_SECRET_KEY is not set.*wrangler secret put BERTH_SECRET_KEY/],
    [{ BERTH_SECRET_KEY: "short" }, /BERTH_SECRET_KEY: the value is not allowed, it must be 32 bytes/],
    [{ BLOBS: undefined }, /BLOBS is not an R2 bucket/],
    [{ BLOBS: "text" }, /BLOBS is not an R2 bucket/],
    [{ HYPERDRIVE: undefined }, /HYPERDRIVE is no Hyperdrive configuration/],
    [{ BERTH_R2_PART_BYTES: "4MiB" }, /BERTH_R2_PART_BYTES: "4MiB" is not allowed/],
    [{ BERTH_TLS_CERT: "a", BERTH_TLS_KEY: "b" }, /BERTH_TLS_CERT means nothing to a Worker/],
    [{ BERTH_TOKENS: "1" }, /BERTH_TOKENS is not a variable of Berth/],
    [{ BERTH_STORAGE: "file:/data" }, /BERTH_STORAGE: a Worker keeps blobs in the R2 bucket/],
    [{ BERTH_STORAGE: "s3://blobs/x?region=eu-central-1" }, /BERTH_S3_ACCESS_KEY and BERTH_S3_SECRET_KEY are not set/],
  ])("%j are wrong, and what is wrong is said", (more, said) => {
    expect(problems(more).join("\n")).toMatch(said);
  });

  it("may name a bucket instead of the binding, with its keys", () => {
    const bucket = {
      BERTH_STORAGE: "s3://blobs/x?region=eu-central-1",
      BERTH_S3_ACCESS_KEY: "a",
      BERTH_S3_SECRET_KEY: "b",
    };
    expect(problems({ ...bucket, BLOBS: undefined })).toEqual([]);
  });

  it("tell all that is wrong at once, and no secret", () => {
    const told = problems({ HYPERDRIVE: undefined, BERTH_LISTEN: ":1", BERTH_SECRET_KEY: "not-to-be-told" });
    expect(told.length).toBe(3);
    expect(told.join()).not.toContain("not-to-be-told");
  });

  it("are picked from a server's environment, which may hold more", () => {
    const environment = { BERTH_TOKEN_SECONDS: "60", BERTH_LISTEN: ":1", BERTH_ADMIN_PASSWORD: "", PATH: "/bin" };
    expect(settingsForEdge(environment)).toEqual({ BERTH_TOKEN_SECONDS: "60" });
  });
});
