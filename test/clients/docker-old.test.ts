// The docker engine of Debian (20.10, docker's own manifests), and what only it does.
import { expect, it } from "vitest";
import { dockerOf, dockerTests, runImage, useDocker } from "./setup/docker.ts";
import { pullElsewhere } from "./setup/elsewhere.ts";
import { greeting, mediaTypes } from "./setup/image.ts";
import { describeBerths } from "./setup/matrix.ts";
import { getManifest } from "./setup/registry.ts";

const engine = useDocker("old");

describeBerths("docker 20.10", (stage) => {
  const docker = dockerOf(stage, engine);
  dockerTests(stage, engine);

  it("pushes manifests in docker's format", async () => {
    const { content } = await getManifest(stage.berth, "doc/app", "1");
    expect(content.mediaType).toBe(mediaTypes.dockerManifest);
  });

  it("makes a manifest list, pushes it, and runs the image in it", async () => {
    const { host } = stage;
    const list = `${host}/doc/app:list`;
    await docker(`manifest create --insecure ${list} ${host}/doc/app:1 ${host}/doc/derived:1`);
    await docker(`manifest annotate --os linux --arch arm64 ${list} ${host}/doc/derived:1`);
    await docker(`manifest push --insecure ${list}`);
    const { content } = await pullElsewhere(stage, "doc/app:list");
    expect(content.mediaType).toBe(mediaTypes.dockerList);
    expect(content.manifests).toHaveLength(2);
    expect((await docker(`${runImage} ${list}`)).stdout).toBe(`${greeting}\n`);
  });

  it("is pushed to by buildx", async () => {
    const { host } = stage;
    await docker(`buildx build --progress=quiet --network none --push -t ${host}/doc/bx:1 context`);
    await pullElsewhere(stage, "doc/bx:1");
    expect((await docker(`${runImage} ${host}/doc/bx:1`)).stdout).toBe(`${greeting}\n`);
  });
});
