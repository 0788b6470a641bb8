import { afterAll, beforeAll, expect, it } from "vitest";
import { type BerthProcess, makeFolder, runBerth, startBerth } from "#test/runtime/berth-process.ts";

let berth: BerthProcess;
beforeAll(async () => {
  berth = await startBerth(makeFolder(), { BERTH_ADMIN_PASSWORD: "the password of admin" });
});
afterAll(() => berth.stop());

const repo = (args: string[], more: Record<string, string> = {}) =>
  runBerth(["repo", ...args], berth.dataDir, {
    BERTH_LISTEN: `127.0.0.1:${berth.port}`,
    BERTH_ADMIN_PASSWORD: "the password of admin",
    ...more,
  });

it("creates, lists, publishes, renames and deletes repositories of a server that runs", async () => {
  expect(await repo(["create", "admin/deep/app"])).toMatchObject({
    code: 0,
    out: "created admin/deep/app (private)\n",
  });
  expect(await repo(["list"])).toMatchObject({ code: 0, out: "admin/deep/app\tprivate\t\n" });
  expect(await repo(["publish", "admin/deep/app"])).toMatchObject({ code: 0, out: "admin/deep/app is public now\n" });
  expect((await fetch(`${berth.url}/api/v0/repositories/admin/deep%2Fapp`)).status).toBe(200);
  expect(await repo(["rename", "admin/deep/app", "admin/flat"])).toMatchObject({
    code: 0,
    out: "admin/deep/app is admin/flat now\n",
  });
  expect(await repo(["list"])).toMatchObject({ code: 0, out: "admin/flat\tpublic\t\n" });
  expect((await fetch(`${berth.url}/api/v0/repositories/admin/deep%2Fapp`)).status).toBe(200);
  expect(await repo(["delete", "admin/deep/app"])).toMatchObject({ code: 0, out: "deleted admin/deep/app\n" });
  expect((await fetch(`${berth.url}/api/v0/repositories/admin/deep%2Fapp`)).status).toBe(401);
});

it.each([
  [["create", "nobody/app"], {}, /^berth: An account with the given name does not exist\.\n$/],
  [["create", "app"], {}, /^berth: write the repository as namespace\/name, not "app"\n$/],
  [["list"], { BERTH_PASSWORD: "wrong" }, /^berth: incorrect username or password\n$/],
  [["list", "--url", "http://127.0.0.1:1"], {}, /^berth: no server answers at http:\/\/127\.0\.0\.1:1 [^\n]*\n$/],
] as const)("%j that cannot be done ends with one line and code 1", async (args, variables, line) => {
  const { code, out, err } = await repo([...args], variables);
  expect({ code, out }).toEqual({ code: 1, out: "" });
  expect(err).toMatch(line);
});
