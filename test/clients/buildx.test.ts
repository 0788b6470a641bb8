// buildx on the newest engine: indexes with provenance, zstd layers, caches in the registry, several platforms.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, inject, it } from "vitest";
import { loginTests } from "./setup/access.ts";
import { user } from "./setup/berth.ts";
import { dockerOf, runImage, useDocker } from "./setup/docker.ts";
import { pullElsewhere } from "./setup/elsewhere.ts";
import { greeting, makeBuildContext, mediaTypes } from "./setup/image.ts";
import { describeBerths } from "./setup/matrix.ts";
import { getManifest, readWhole, request } from "./setup/registry.ts";

const engine = useDocker("new");

describeBerths("buildx", (stage) => {
  const docker = dockerOf(stage, engine);
  const build = "buildx build --network none --progress=plain";
  beforeAll(() => {
    const { program } = inject("run");
    makeBuildContext(join(stage.box.folder, "context"), program, 'RUN ["/hello"]\nCMD ["/hello"]');
    makeBuildContext(join(stage.box.folder, "static"), program);
  });

  loginTests(stage, { login: ({ host }) => `${engine.command} login -u ${user} --password-stdin ${host}` });

  it("pushes an index with an attestation", async () => {
    const { host } = stage;
    const said = await docker(`${build} --push -t ${host}/bx/app:1 context`);
    expect(said.all).toContain(greeting);
    const { content } = await pullElsewhere(stage, "bx/app:1");
    expect(content.mediaType).toBe(mediaTypes.index);
    expect(content.manifests?.map(({ platform }) => platform?.architecture)).toEqual(["amd64", "unknown"]);
  });

  it("pushes full provenance and zstd layers, and exports its cache", async () => {
    const { host, berth } = stage;
    const settings = "push=true,compression=zstd,force-compression=true,oci-mediatypes=true";
    const output = `--output type=image,name=${host}/bx/app:zstd,${settings}`;
    const cache = `--cache-to type=registry,ref=${host}/bx/cache:1,mode=max`;
    await docker(`${build} --provenance=mode=max ${output} ${cache} context`);
    const { content } = await pullElsewhere(stage, "bx/app:zstd");
    const [image, attestation] = content.manifests ?? [];
    const { layers } = (await getManifest(berth, "bx/app", image?.digest ?? "")).content;
    expect(layers?.map(({ mediaType }) => mediaType.split("+")[1])).toEqual(["zstd", "zstd", "zstd"]);
    const statement = (await getManifest(berth, "bx/app", attestation?.digest ?? "")).content.layers?.[0];
    const provenance = await (await request(berth, `/v2/bx/app/blobs/${statement?.digest}`)).text();
    expect(provenance).toContain("slsa.dev/provenance");
  });

  it("keeps its cache in the registry, whole", async () => {
    const { berth } = stage;
    const { content } = await readWhole(berth, "bx/cache", "1");
    expect(content.config?.mediaType).toBe("application/vnd.buildkit.cacheconfig.v0");
  });

  it("builds from the cache in the registry", async () => {
    const { host } = stage;
    await docker("builder prune -af");
    await docker("image prune -af");
    const said = await docker(`${build} --cache-from type=registry,ref=${host}/bx/cache:1 -t cached:1 context`);
    expect(said.all).toMatch(/COPY salt \/salt\n#\d+ CACHED/);
    expect(said.all, "the program is not run again").not.toContain(greeting);
  });

  it("pulls and runs an image of zstd layers", async () => {
    const { host } = stage;
    await docker("system prune -af");
    expect((await docker(`${runImage} ${host}/bx/app:zstd`)).stdout).toBe(`${greeting}\n`);
  });

  it("pushes an image for several platforms", async () => {
    const { host } = stage;
    const platforms = "--platform linux/amd64,linux/arm64 --provenance=false";
    await docker(`${build} ${platforms} --push -t ${host}/bx/multi:1 static`);
    const { content } = await pullElsewhere(stage, "bx/multi:1");
    expect(content.manifests?.map(({ platform }) => platform?.architecture)).toEqual(["amd64", "arm64"]);
  });

  it("makes an index of images that are there, in another repository", async () => {
    const { host } = stage;
    await docker(`buildx imagetools create -t ${host}/bx/made:1 ${host}/bx/app:1 ${host}/bx/multi:1`);
    const { content } = await pullElsewhere(stage, "bx/made:1");
    expect(content.manifests).toHaveLength(4);
  });

  it("inspects an index", async () => {
    const { host, berth } = stage;
    const { bytes, digest } = await getManifest(berth, "bx/made", "1");
    expect((await docker(`buildx imagetools inspect ${host}/bx/made:1`)).stdout).toContain(digest);
    const raw = await docker(`buildx imagetools inspect --raw ${host}/bx/made:1`);
    expect(raw.stdout.trim()).toBe(bytes.toString().trim());
  });

  it("is refused a private image without a login", async () => {
    const { host, box } = stage;
    rmSync(join(box.folder, "docker/config.json"));
    const command = `${engine.command} buildx imagetools inspect ${host}/bx/made:1`;
    expect(await box.fail(command)).toMatch(/unauthorized|401|denied/i);
  });
});
