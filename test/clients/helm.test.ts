// helm: charts pushed, pulled, shown and rendered.
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { loginTests } from "./setup/access.ts";
import { user } from "./setup/berth.ts";
import { pullElsewhere } from "./setup/elsewhere.ts";
import { sha256 } from "./setup/image.ts";
import { describeBerths, uploadsSince } from "./setup/matrix.ts";
import { getManifest, listTags, publish } from "./setup/registry.ts";

describeBerths("helm", (stage) => {
  beforeAll(async () => {
    const { box } = stage;
    await box.run("helm create boat");
    await box.run("helm package boat");
    await box.run("helm package boat --version 0.2.0");
    mkdirSync(join(box.folder, "out"));
  });

  const login = ({ host }: typeof stage) => `helm registry login --plain-http -u ${user} --password-stdin ${host}`;
  const pull = ({ host }: typeof stage) => `helm pull oci://${host}/team/boat --version 0.1.0 --plain-http -d out`;

  loginTests(stage, { login });

  it("pushes a chart that another client pulls", async () => {
    const { host, box } = stage;
    await box.run(`helm push boat-0.1.0.tgz oci://${host}/team --plain-http`);
    const { content } = await pullElsewhere(stage, "team/boat:0.1.0", "crane");
    expect(content.config?.mediaType).toBe("application/vnd.cncf.helm.config.v1+json");
    expect(content.layers?.[0]?.digest).toBe(sha256(readFileSync(join(box.folder, "boat-0.1.0.tgz"))));
  });

  it("pulls the chart byte for byte", async () => {
    const { box } = stage;
    await box.run(pull(stage));
    const [pulled, pushed] = ["out/boat-0.1.0.tgz", "boat-0.1.0.tgz"].map((name) =>
      readFileSync(join(box.folder, name)),
    );
    expect(pulled).toEqual(pushed);
  });

  it("pushes again without sending a blob", async () => {
    const { host, box, berth } = stage;
    const mark = await berth.mark();
    await box.run(`helm push boat-0.1.0.tgz oci://${host}/team --plain-http`);
    expect(await uploadsSince(stage, mark)).toEqual([]);
    const chart = sha256(readFileSync(join(box.folder, "boat-0.1.0.tgz")));
    expect((await getManifest(berth, "team/boat", "0.1.0")).content.layers?.[0]?.digest).toBe(chart);
  });

  it("finds the newest version", async () => {
    const { host, box, berth } = stage;
    await box.run(`helm push boat-0.2.0.tgz oci://${host}/team --plain-http`);
    expect(await listTags(berth, "team/boat")).toEqual(["0.1.0", "0.2.0"]);
    expect((await box.run(`helm show chart oci://${host}/team/boat --plain-http`)).stdout).toContain("version: 0.2.0");
  });

  it("renders a chart from the registry", async () => {
    const { host, box } = stage;
    const rendered = await box.run(`helm template mine oci://${host}/team/boat --version 0.1.0 --plain-http`);
    expect(rendered.stdout).toContain("kind: Deployment");
  });

  it("is refused a private chart without a login, and gets it when it is public", async () => {
    const { host, box, berth } = stage;
    await box.run(`helm registry logout ${host}`);
    expect(await box.fail(pull(stage))).toMatch(/unauthorized|401|denied/i);
    await publish(berth, "team/boat");
    await box.run(pull(stage));
  });
});
