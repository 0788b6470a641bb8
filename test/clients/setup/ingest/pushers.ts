// How each client pushes an image with a layer that is larger than the limit, by its usual command.

import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import { password, user } from "../berth.ts";
import type { Box } from "../box.ts";
import { buildah, podman, skopeo } from "../containers.ts";
import { classic } from "../docker.ts";
import { type Engine, pathOf, startContainerd, startDocker } from "../engines.ts";
import { makeBuildContext, makeImage, writeLayout } from "../image.ts";
import type { CommandLine, RunOptions } from "../run.ts";

/** What goes where: a layer of random bytes, to a repository that nothing was pushed to. */
export interface Destination {
  host: string;
  repository: string;
  layerBytes: number;
}

/** A command, and what it needs. */
interface Push {
  command: CommandLine;
  options?: RunOptions;
}

export interface Pusher {
  /** The command that pushes, ready to be run: whoever has to log in has done so. */
  prepare(box: Box, destination: Destination): Promise<Push>;
  /** Under which name and tag the image is then found; absent: the repository's, and 1. */
  names?(repository: string): { name: string; tag: string };
  stop?(): Promise<unknown>;
}

type StartPusher = () => Promise<Pusher>;

async function makeLayout(box: Box, { layerBytes }: Destination): Promise<void> {
  const image = await makeImage(box.folder, inject("run").program, "amd64", layerBytes);
  writeLayout(join(box.folder, "layout"), image, "1");
}

const stdin = { stdin: password };

function docker(generation: "old" | "new"): StartPusher {
  return async () => {
    const engine: Engine = await startDocker(generation);
    const run = (words: string) => `${engine.command} ${words}`;
    return {
      async prepare(box, { host, repository, layerBytes }) {
        const reference = `${host}/${repository}:1`;
        makeBuildContext(join(box.folder, "context"), inject("run").program, 'COPY large /large\nCMD ["/hello"]');
        writeFileSync(join(box.folder, "context/large"), randomBytes(layerBytes));
        await box.run(run(`login -u ${user} --password-stdin ${host}`), stdin);
        await box.run(run(`build -q --network none -t ${reference} context`), classic);
        return { command: run(`push ${reference}`) };
      },
      stop: () => engine.stop(),
    };
  };
}

function containerd(generation: "old" | "new"): StartPusher {
  return async () => {
    const engine = await startContainerd(generation);
    const options = { env: { PATH: pathOf(generation) } };
    return {
      async prepare(box, destination) {
        const { host, repository } = destination;
        const reference = `${host}/${repository}:1`;
        await makeLayout(box, destination);
        await box.run("tar -C layout -cf layout.tar .");
        const importing = `${engine.command} images import --base-name local/large layout.tar`;
        // While it unpacks, containerd's own collector may take away the snapshot that it unpacks on: then it is asked once more.
        const imported = await box.run(importing, options).catch(() => box.run(importing, options));
        const name = /local\/large[:@]\S+/.exec(imported.all)?.[0].replace(/\.+$/, "");
        const login = `--plain-http --user ${user}:${password}`;
        return { command: `${engine.command} images push ${login} ${reference} ${name}`, options };
      },
      stop: () => engine.stop(),
    };
  };
}

/** Clients without a daemon: a login, then a push of the layout. */
function alone(
  login: (box: Box, host: string) => CommandLine,
  push: (box: Box, reference: string) => CommandLine,
): StartPusher {
  return async () => ({
    async prepare(box, destination) {
      const { host, repository } = destination;
      await makeLayout(box, destination);
      await box.run(login(box, host), stdin);
      return { command: push(box, `${host}/${repository}:1`) };
    },
  });
}

/** podman and buildah have an image in their own storage before they push it. */
function fromStorage(tool: (box: Box, line: string) => string[]): StartPusher {
  return async () => ({
    async prepare(box, destination) {
      const { host, repository } = destination;
      await makeLayout(box, destination);
      await box.run(tool(box, `login --tls-verify=false -u ${user} --password-stdin ${host}`), stdin);
      const pulled = await box.run(tool(box, "pull -q oci:layout:1"));
      const id = pulled.stdout.trim().split("\n").at(-1);
      return { command: tool(box, `push --tls-verify=false ${id} docker://${host}/${repository}:1`) };
    },
  });
}

const helm: StartPusher = async () => ({
  async prepare(box, { host, repository, layerBytes }) {
    const [namespace, name] = repository.split("/") as [string, string];
    await box.run(`helm create ${name}`);
    // helm takes no file above 5 MiB into a chart.
    const pieces = Math.ceil(layerBytes / 2 ** 21);
    const pieceBytes = layerBytes / pieces;
    mkdirSync(join(box.folder, name, "files"));
    for (let i = 0; i < pieces; i++) writeFileSync(join(box.folder, name, `files/${i}`), randomBytes(pieceBytes));
    await box.run(`helm package ${name} --version 1.0.0`);
    await box.run(`helm registry login --plain-http -u ${user} --password-stdin ${host}`, stdin);
    return { command: `helm push ${name}-1.0.0.tgz oci://${host}/${namespace} --plain-http` };
  },
  names: (repository) => ({ name: repository, tag: "1.0.0" }),
});

const regctl = (more: string) =>
  alone(
    (_, host) => [
      "sh",
      "-c",
      `regctl registry set --tls disabled ${more} ${host} && regctl registry login --pass-stdin -u ${user} ${host}`,
    ],
    (_, reference) => `regctl image copy ocidir://layout:1 ${reference}`,
  );

/** A chunk that the limit lets through. */
const chunkBytes = 2 ** 20;

export const pushers: Record<string, StartPusher> = {
  "docker 20.10": docker("old"),
  "docker (moby 2, containerd's store)": docker("new"),
  "containerd 1.6 (ctr)": containerd("old"),
  "containerd 2.4 (ctr)": containerd("new"),
  "podman 4.3": fromStorage(podman),
  "buildah 1.28": fromStorage(buildah),
  "skopeo 1.9": alone(
    (box, host) => skopeo(box, `login --tls-verify=false -u ${user} --password-stdin ${host}`),
    (box, reference) => skopeo(box, `copy --dest-tls-verify=false oci:layout:1 docker://${reference}`),
  ),
  "crane 0.21": alone(
    (_, host) => `crane auth login -u ${user} --password-stdin ${host}`,
    (_, reference) => `crane push layout ${reference}`,
  ),
  "oras 1.3": alone(
    (_, host) => `oras login --plain-http -u ${user} --password-stdin ${host}`,
    (_, reference) => `oras cp --from-oci-layout --to-plain-http layout:1 ${reference}`,
  ),
  "helm 4.2": helm,
  "regctl 0.11": regctl(""),
  "regctl 0.11 with --blob-chunk and --blob-max": regctl(`--blob-chunk ${chunkBytes} --blob-max ${chunkBytes}`),
};
