// containerd 1.6 and 2.4 by ctr: pulls, runs and pushes with their own registry clients.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { strangerTests } from "./setup/access.ts";
import { password, user } from "./setup/berth.ts";
import { pullElsewhere } from "./setup/elsewhere.ts";
import { type Engine, type Generation, pathOf, startContainerd } from "./setup/engines.ts";
import { greeting } from "./setup/image.ts";
import { describeBerths, mountsInto, uploadsSince } from "./setup/matrix.ts";

const versions = [
  { version: "1.6", generation: "old", snapshots: "--snapshotter native" },
  { version: "2.4", generation: "new", snapshots: "" },
] as const;

describe.each(versions)("containerd $version", ({ generation, snapshots }) => {
  const engine = {} as Engine;
  beforeAll(async () => {
    Object.assign(engine, await startContainerd(generation as Generation));
  });
  afterAll(() => engine.stop?.());

  describeBerths("ctr", (stage) => {
    const env = { PATH: pathOf(generation) };
    const ctr = (line: string) => `${engine.command} ${line}`;
    const run = (line: string) => stage.box.run(ctr(line), { env });
    const as = (word: string) => `--plain-http --user ${user}:${word}`;
    let containers = 0;
    const runImage = (reference: string) =>
      run(`run --rm ${snapshots} ${reference} c${stage.berth.pid}-${containers++}`);

    strangerTests(stage, {
      pull: (_, reference) => ctr(`images pull --plain-http ${snapshots} ${reference}`),
    });

    it("refuses a wrong password and says so", async () => {
      const command = ctr(`images pull ${as("wrong-password")} ${snapshots} ${stage.host}/seed/app:1`);
      expect(await stage.box.fail(command, { env })).toMatch(/unauthorized|401/i);
    });

    it("pulls and runs an image that another client pushed", async () => {
      const { host, seed } = stage;
      await run(`images pull ${as(password)} ${snapshots} ${host}/seed/app:1`);
      expect((await run("images ls")).stdout).toContain(seed.digest);
      expect((await runImage(`${host}/seed/app:1`)).stdout).toBe(`${greeting}\n`);
    });

    it("pulls all platforms of an index, and runs its own", async () => {
      const { host, index } = stage;
      await run(`images pull --all-platforms ${as(password)} ${snapshots} ${host}/seed/app:multi`);
      expect((await run("images ls")).stdout).toContain(index);
      expect((await runImage(`${host}/seed/app:multi`)).stdout).toBe(`${greeting}\n`);
    });

    it("pushes into another repository", async () => {
      const { host, berth, seed } = stage;
      await run(`images tag ${host}/seed/app:1 ${host}/ctr/app:1`);
      const mark = await berth.mark();
      await run(`images push ${as(password)} ${host}/ctr/app:1`);
      expect(await mountsInto(stage, "ctr/app", mark)).toBeGreaterThanOrEqual(2);
      expect((await pullElsewhere(stage, "ctr/app:1")).digest).toBe(seed.digest);
    });

    it("pushes again without sending a blob", async () => {
      const { host, berth } = stage;
      await run(`images tag ${host}/ctr/app:1 ${host}/ctr/app:again`);
      const mark = await berth.mark();
      await run(`images push ${as(password)} ${host}/ctr/app:again`);
      expect(await uploadsSince(stage, mark)).toEqual([]);
    });

    it("pushes an index", async () => {
      const { host, index } = stage;
      await run(`images push ${as(password)} ${host}/ctr/app:multi ${host}/seed/app:multi`);
      expect((await pullElsewhere(stage, "ctr/app:multi", "crane")).digest).toBe(index);
    });
  });
});
