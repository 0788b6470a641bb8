// Berth on Bun and on Deno: real docker engines push and pull a layer of 1 GiB, and its memory does not grow with it.
import { randomBytes } from "node:crypto";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Berth, commandOf, makeHome, password, startBerth, user } from "./setup/berth.ts";
import { type Box, makeBox } from "./setup/box.ts";
import { type Engine, startDocker } from "./setup/engines.ts";
import { idleMiB, peakDuring } from "./setup/memory.ts";
import { getManifest } from "./setup/registry.ts";

const generations = ["old", "new"] as const;
const mebibyte = 1024 * 1024;
const layerBytes = 1024 * mebibyte;
/** What a push and a pull may take above what the program holds when nothing is asked of it. */
const mostMiB = 200;
const timeoutSeconds = 300;
const timeout = 3 * timeoutSeconds * 1000;

/** An engine with one image: of the large layer, under one name at a time. */
interface Docker {
  engine: Engine;
  image: string;
  run(line: string, stdin?: string): Promise<string>;
}
const dockers = {} as Record<(typeof generations)[number], Docker>;

beforeAll(async () => {
  const box = makeBox();
  // Before the disk is busy.
  for (const generation of generations) dockers[generation] = await startEngine(box, generation);
  await makeLayer(join(box.folder, "layer"));
  await box.run("tar -cf layer.tar layer", { timeoutSeconds });
  for (const docker of Object.values(dockers)) await docker.run("import layer.tar large:1");
  for (const file of ["layer", "layer.tar"]) await rm(join(box.folder, file));
}, timeout);
afterAll(() => Promise.all(Object.values(dockers).map(({ engine }) => engine.stop())));

describe.each(["bun", "deno"])("on %s", (runtime) => {
  let berth: Berth;
  beforeAll(async () => {
    const home = await makeHome("server");
    berth = await startBerth({ ...home, command: commandOf(`start:${runtime}`) });
  });
  afterAll(() => berth?.stop());

  it("says on what it runs, and what is not as on Node", () => {
    expect(berth.output()).toMatch(/On (Bun|Deno) [\d.]+, without:\n {4}- /);
    expect(berth.output().toLowerCase()).toContain(`on ${runtime} `);
  });

  it.each(generations)(
    "the %s docker engine pushes a layer of 1 GiB, and pulls it again",
    { timeout },
    async (name) => {
      const docker = dockers[name];
      const idle = await idleMiB(berth.pid);
      const image = `${berth.host}/large/${name}:1`;
      await docker.run(`login -u ${user} --password-stdin ${berth.host}`, password);
      await docker.run(`tag ${docker.image} ${image}`);
      await docker.run(`rmi ${docker.image}`);
      docker.image = image;
      const id = await docker.run(`inspect -f {{.Id}} ${image}`);
      const pushing = await peakDuring(berth.pid, async () => void (await docker.run(`push ${image}`)));
      const { content } = await getManifest(berth, `large/${name}`, "1");
      expect(content.layers?.[0]?.size).toBeGreaterThan(layerBytes);
      await docker.run(`rmi ${image}`);
      const pulling = await peakDuring(berth.pid, async () => void (await docker.run(`pull ${image}`)));
      // The engine has compared every digest: of the layer as it came, and of what it unpacked.
      expect(await docker.run(`inspect -f {{.Id}} ${image}`)).toBe(id);
      const [a, b, c] = [idle, pushing, pulling].map(Math.round);
      console.log(
        `memory of Berth on ${runtime} (docker, ${name}): idle ${a} MiB, at most ${b} pushing and ${c} pulling`,
      );
      expect(Math.max(pushing, pulling)).toBeLessThan(idle + mostMiB);
    },
  );
});

async function startEngine(box: Box, generation: (typeof generations)[number]): Promise<Docker> {
  const engine = await startDocker(generation);
  const run: Docker["run"] = async (line, stdin) =>
    (await box.run(`${engine.command} ${line}`, { timeoutSeconds, ...(stdin === undefined ? {} : { stdin }) })).stdout;
  return { engine, image: "large:1", run };
}

/** Bytes that no compression makes fewer. */
async function makeLayer(file: string): Promise<void> {
  const handle = await open(file, "w");
  for (let at = 0; at < layerBytes; at += mebibyte) await handle.write(randomBytes(mebibyte));
  await handle.close();
}
