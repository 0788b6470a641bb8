// What one docker engine pushed, another with an empty data root pulls and runs.
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { password, user } from "./setup/berth.ts";
import { classic, dockerOf, runImage } from "./setup/docker.ts";
import { type Engine, startDocker } from "./setup/engines.ts";
import { greeting, makeBuildContext } from "./setup/image.ts";
import { describeBerths } from "./setup/matrix.ts";

const pairs = [
  { first: "old", second: "old" },
  { first: "old", second: "new" },
  { first: "new", second: "old" },
  { first: "new", second: "new" },
] as const;
const firsts = {} as Record<"old" | "new", Engine>;

beforeAll(async () => {
  [firsts.old, firsts.new] = await Promise.all([startDocker("old"), startDocker("new")]);
});
afterAll(() => Promise.all(Object.values(firsts).map((engine) => engine.stop())));

describeBerths("a second engine", (stage) => {
  it.each(pairs)("($second, empty) pulls and runs what the $first one pushed", async ({ first, second }) => {
    const { host, box } = stage;
    const reference = `${host}/two/${first}-${second}:1`;
    makeBuildContext(join(box.folder, `${first}-${second}`), inject("run").program);
    const push = dockerOf(stage, firsts[first]);
    await push(`login -u ${user} --password-stdin ${host}`, { stdin: password });
    await push(`build -q --network none -t ${reference} ${first}-${second}`, classic);
    const pushed = /digest: (sha256:\w+)/.exec((await push(`push ${reference}`)).stdout)?.[1];
    const other = await startDocker(second);
    try {
      const pull = dockerOf(stage, other);
      expect((await pull("images -q")).stdout).toBe("");
      expect((await pull(`pull ${reference}`)).stdout).toContain(`Digest: ${pushed}`);
      expect((await pull(`${runImage} ${reference}`)).stdout).toBe(`${greeting}\n`);
    } finally {
      await other.stop();
    }
  });
});
