// A rolling upgrade: the previous commit's server, already running, goes on serving after this commit has migrated its database.
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { type Berth, type Home, makeHome, startBerth } from "./setup/berth.ts";
import { type Image, makeImage } from "./setup/image.ts";
import { getManifest, pushImage, statusOf } from "./setup/registry.ts";
import { mustRun } from "./setup/run.ts";

const here = join(import.meta.dirname, "../..");

describe("a server of the previous commit, on the schema of this one", () => {
  let home: Home;
  let old: Berth;
  let image: Image;
  let checkout: string;

  beforeAll(async () => {
    const { folder, program } = inject("run");
    checkout = join(folder, "previous");
    await mustRun(["git", "-C", here, "worktree", "add", "--detach", checkout, "HEAD^"]);
    symlinkSync(join(here, "node_modules"), join(checkout, "node_modules"));
    image = await makeImage(folder, program);
    home = await makeHome("server");
    old = await startBerth(home, checkout);
    await pushImage(old, "team/before", { image, tag: "1" });
    await mustRun([join(here, "node_modules/.bin/node"), join(here, "src/cli/berth.ts"), "migrate"], { env: home.env });
  });

  afterAll(async () => {
    await old?.stop();
    await mustRun(["git", "-C", here, "worktree", "remove", "--force", checkout]);
  });

  it("goes on serving what was pushed before", async () => {
    expect((await getManifest(old, "team/before", "1")).digest).toBe(image.digest);
  });

  it("takes a push, and this commit's server beside it serves that", async () => {
    await pushImage(old, "team/after", { image, tag: "1" });
    const present = await startBerth(home);
    expect((await getManifest(present, "team/after", "1")).digest).toBe(image.digest);
    await pushImage(present, "team/present", { image, tag: "1" });
    await present.stop();
    expect(await statusOf(old, "team/present", "1")).toBe(200);
  });
});
