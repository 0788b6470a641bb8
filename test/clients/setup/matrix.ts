// Runs the same tests against a Berth on each database, each with images in it that Berth's own client pushed.
import { afterAll, beforeAll, describe, inject } from "vitest";
import { type Berth, databases, makeHome, startBerth } from "./berth.ts";
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
  describe.each(databases)(`${name}, database: %s`, (database) => {
    const stage = {} as Stage;
    beforeAll(async () => {
      const berth = await startBerth(await makeHome(database));
      const box = makeBox();
      Object.assign(stage, { berth, host: berth.host, box, ...(await seed(berth, box)) });
    });
    afterAll(() => stage.berth?.stop());
    tests(stage);
  });
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
