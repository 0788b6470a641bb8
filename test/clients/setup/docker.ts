// What both docker engines have in common: the same verbs, tried in the same order, on the engine of the file.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { accessTests } from "./access.ts";
import { user } from "./berth.ts";
import { pullElsewhere } from "./elsewhere.ts";
import { type Engine, type Generation, startDocker } from "./engines.ts";
import { greeting, makeBuildContext } from "./image.ts";
import { mountsInto, type Stage } from "./matrix.ts";
import { listTags } from "./registry.ts";
import type { RunOptions } from "./run.ts";

/** Starts an engine for the file; its fields are there when the first test runs. */
export function useDocker(generation: Generation): Engine {
  const engine = {} as Engine;
  beforeAll(async () => {
    Object.assign(engine, await startDocker(generation));
  });
  afterAll(() => engine.stop?.());
  return engine;
}

/** Runs `docker` with the words of `line`, as whoever logged in in the stage's box. */
export function dockerOf(stage: Stage, engine: Engine) {
  return (line: string, options?: RunOptions) => stage.box.run(`${engine.command} ${line}`, options);
}

export const runImage = "run --rm --network none";
export const classic = { env: { DOCKER_BUILDKIT: "0" } };
export const buildKit = { env: { DOCKER_BUILDKIT: "1" } };

export function dockerTests(stage: Stage, engine: Engine): void {
  const docker = dockerOf(stage, engine);
  beforeAll(() => makeBuildContext(join(stage.box.folder, "context"), inject("run").program));

  accessTests(stage, {
    login: ({ host }) => `${engine.command} login -u ${user} --password-stdin ${host}`,
    pull: (_, reference) => `${engine.command} pull ${reference}`,
  });

  it("pulls an image that another client pushed, and runs it", async () => {
    const { host, seed } = stage;
    expect((await docker(`pull ${host}/seed/app:1`)).stdout).toContain(`Digest: ${seed.digest}`);
    expect((await docker(`${runImage} ${host}/seed/app:1`)).stdout).toBe(`${greeting}\n`);
  });

  it("pulls its platform of an index, and runs it", async () => {
    const { host, index } = stage;
    expect((await docker(`pull ${host}/seed/app:multi`)).stdout).toContain(`Digest: ${index}`);
    expect((await docker(`${runImage} ${host}/seed/app:multi`)).stdout).toBe(`${greeting}\n`);
  });

  it("builds with the classic builder and pushes for others", async () => {
    const { host } = stage;
    await docker(`build -q --network none -t ${host}/doc/app:1 context`, classic);
    const said = (await docker(`push ${host}/doc/app:1`)).stdout;
    const { digest } = await pullElsewhere(stage, "doc/app:1");
    expect(said).toContain(digest);
  });

  it("pushes again without sending a blob", async () => {
    const { host, berth } = stage;
    const mark = await berth.mark();
    const said = (await docker(`push ${host}/doc/app:1`)).stdout;
    expect(said).toMatch(/already exists/i);
    const sent = (await berth.requestsSince(mark)).filter(({ path }) => path.includes("/blobs/uploads"));
    expect(sent.reduce((sum, { bytesIn }) => sum + bytesIn, 0)).toBe(0);
  });

  it("pushes into another repository by mounting", async () => {
    const { host, berth } = stage;
    await docker(`tag ${host}/doc/app:1 ${host}/doc/other:1`);
    const mark = await berth.mark();
    const said = (await docker(`push ${host}/doc/other:1`)).stdout;
    expect(said).toMatch(/mounted from doc\/app/i);
    expect(await mountsInto(stage, "doc/other", mark)).toBeGreaterThanOrEqual(2);
    await pullElsewhere(stage, "doc/other:1", "crane");
  });

  it("pushes all tags of a repository", async () => {
    const { host, berth } = stage;
    await docker(`tag ${host}/doc/app:1 ${host}/doc/app:2`);
    await docker(`tag ${host}/doc/app:1 ${host}/doc/app:3`);
    await docker(`push -a ${host}/doc/app`);
    expect(await listTags(berth, "doc/app")).toEqual(["1", "2", "3"]);
  });

  it("builds with its BuildKit on a private image, pushes, and runs the image pulled anew", async () => {
    const { host, box } = stage;
    const folder = join(box.folder, "derived");
    mkdirSync(folder);
    writeFileSync(join(folder, "Dockerfile"), `FROM ${host}/seed/app:1\nRUN ["/hello"]\nLABEL a=b\n`);
    await docker(`build -q --pull --network none -t ${host}/doc/derived:1 derived`, buildKit);
    await docker(`push ${host}/doc/derived:1`);
    await pullElsewhere(stage, "doc/derived:1", "crane");
    await docker("system prune -af");
    expect((await docker(`${runImage} ${host}/doc/derived:1`)).stdout).toBe(`${greeting}\n`);
  });
}
