// Runs the same tests against a Berth on each database and as a Worker, each with images in it that Berth's own client pushed.
import { afterAll, beforeAll, describe, inject } from "vitest";
import { type Berth, type LoggedRequest, makeHome, type StageName, stages, startBerth } from "./berth.ts";
import { type Box, makeBox } from "./box.ts";
import { type Image, makeImage, makeIndex, sha256 } from "./image.ts";
import { publish, pushImage, pushManifest } from "./registry.ts";

/** What a test finds: filled before the first one. */
export interface Stage {
  berth: Berth;
  /** `127.0.0.1:port`, for references. */
  host: string;
  /** Where the client under test works. */
  box: Box;
  /** The image `seed/app:1`; `seed/open:1`, which everyone may read, is the same. */
  seed: Image;
  /** Digest of `seed/app:multi`, an index over the image and one for arm64. */
  index: string;
}

export function describeBerths(name: string, tests: (stage: Stage) => void): void {
  // All start at once, so that the next is ready when the tests of one are over.
  let starting: Record<StageName, Promise<Stage>>;
  beforeAll(() => {
    starting = { embedded: prepare("embedded"), server: prepare("server"), edge: prepare("edge") };
    for (const start of Object.values(starting)) start.catch(() => {}); // Its own tests await it.
  });
  afterAll(async () => {
    for (const start of await Promise.allSettled(Object.values(starting)))
      if (start.status === "fulfilled") await start.value.berth.stop();
  });
  describe.each(stages)(`${name}, on: %s`, (name) => {
    const stage = {} as Stage;
    beforeAll(async () => {
      Object.assign(stage, await starting[name]);
    });
    tests(stage);
  });
}

async function prepare(name: StageName): Promise<Stage> {
  const berth = await startBerth(await makeHome(name));
  const box = makeBox();
  return { berth, host: berth.host, box, ...(await seed(berth, box)) };
}

/** Blobs that a repository got by mounting: their POST is answered at once and brought no bytes. */
export async function mountsInto(stage: Stage, repository: string, mark: number): Promise<number> {
  const uploads = `/v2/${repository}/blobs/uploads`;
  const requests = await stage.berth.requestsSince(mark);
  const isMount = ({ method, path, status, bytesIn }: LoggedRequest) =>
    method === "POST" && path === uploads && status === 201 && bytesIn === 0;
  return requests.filter(isMount).length;
}

/** Blob uploads, begun or finished, since a mark: none when a client knows that everything is there. */
export async function uploadsSince(stage: Stage, mark: number): Promise<string[]> {
  const requests = await stage.berth.requestsSince(mark);
  return requests.filter(({ path }) => path.includes("/blobs/uploads")).map(({ method, path }) => `${method} ${path}`);
}

async function seed(berth: Berth, box: Box): Promise<Pick<Stage, "seed" | "index">> {
  const { program } = inject("run");
  const amd64 = await makeImage(box.folder, program);
  const arm64 = await makeImage(box.folder, program, "arm64");
  const index = makeIndex({ amd64, arm64 });
  await pushImage(berth, "seed/app", { image: arm64 });
  await pushImage(berth, "seed/app", { image: amd64, tag: "1" });
  await pushManifest(berth, "seed/app", { reference: "multi", bytes: index });
  await pushImage(berth, "seed/open", { image: amd64, tag: "1" });
  await publish(berth, "seed/open");
  return { seed: amd64, index: sha256(index) };
}
