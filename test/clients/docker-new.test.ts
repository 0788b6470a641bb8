// The newest docker engine, with containerd's image store: it pushes and pulls by containerd's client.
import { expect, it } from "vitest";
import { dockerOf, dockerTests, useDocker } from "./setup/docker.ts";
import { describeBerths } from "./setup/matrix.ts";
import { readWhole } from "./setup/registry.ts";

const engine = useDocker("new");

describeBerths("docker with containerd", (stage) => {
  const docker = dockerOf(stage, engine);
  dockerTests(stage, engine);

  it("pushes a pulled image into another repository as it is", async () => {
    const { host, berth, seed } = stage;
    await docker(`pull -q ${host}/seed/app:1`);
    await docker(`tag ${host}/seed/app:1 ${host}/doc/same:1`);
    await docker(`push ${host}/doc/same:1`);
    expect((await readWhole(berth, "doc/same", "1")).digest).toBe(seed.digest);
  });
});
