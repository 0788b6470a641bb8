// Starts the engines: docker old (Debian's) and new (moby with the containerd image store), containerd 1.6 and 2.4.
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import { pause, startDaemon, waitForDaemon } from "./daemon.ts";
import { run } from "./run.ts";
import { clientPath, toolsBin } from "./tools.ts";

export type Generation = "old" | "new";

export interface Engine {
  /** The client's command with which this engine is spoken to, without a verb. */
  command: string;
  stop(): Promise<void>;
}

/** A docker engine with an empty data root. */
export async function startDocker(generation: Generation): Promise<Engine> {
  const folder = makeFolder();
  const socket = `unix://${join(folder, "d.sock")}`;
  const roots = ["--data-root", join(folder, "data"), "--exec-root", join(folder, "exec")];
  const network = ["--iptables=false", "--ip6tables=false", "--bridge=none"];
  const old = ["--storage-driver=overlay2", "--insecure-registry", "127.0.0.0/8"];
  const program = generation === "old" ? "/usr/sbin/dockerd" : join(toolsBin, "moby/dockerd");
  const more = generation === "old" ? old : [];
  const command = [program, ...roots, "-H", socket, "-p", join(folder, "d.pid"), ...network, ...more];
  return start(`/usr/bin/docker -H ${socket}`, { command, folder, path: pathOf(generation) });
}

/** A containerd with an empty root. */
export async function startContainerd(generation: Generation): Promise<Engine> {
  const folder = makeFolder();
  const socket = join(folder, "c.sock");
  const cri = ["grpc.v1.cri", ...(generation === "old" ? [] : ["cri.v1.runtime", "cri.v1.images"])];
  const disabled = cri.map((name) => `"io.containerd.${name}"`);
  const config = [
    `version = ${generation === "old" ? 2 : 3}`,
    `root = "${join(folder, "data")}"`,
    `state = "${join(folder, "exec")}"`,
    `disabled_plugins = [${disabled.join(", ")}]`,
    `[grpc]\naddress = "${socket}"\n`,
  ];
  writeFileSync(join(folder, "config.toml"), config.join("\n"));
  const bin = generation === "old" ? "/usr/bin" : join(toolsBin, "containerd2");
  const command = [join(bin, "containerd"), "-c", join(folder, "config.toml")];
  return start(`${join(bin, "ctr")} -a ${socket}`, { command, folder, path: pathOf(generation) });
}

/** The new engines find their own runc and shim first. */
export function pathOf(generation: Generation): string {
  if (generation === "old") return clientPath();
  return clientPath(join(toolsBin, "moby"), join(toolsBin, "containerd2"));
}

async function start(client: string, how: { command: string[]; folder: string; path: string }): Promise<Engine> {
  const { command, folder, path } = how;
  const env = { PATH: path, HOME: folder, TMPDIR: folder };
  const daemon = startDaemon({ command, env, log: join(folder, "log") });
  await waitForDaemon(daemon, async () => (await run(`${client} version`, { env })).code === 0);
  return {
    command: client,
    async stop() {
      await daemon.stop();
      await pause(50); // Its own containerd ends just after it.
    },
  };
}

function makeFolder(): string {
  const folder = join(inject("run").folder, `e${randomBytes(3).toString("hex")}`);
  mkdirSync(folder);
  return folder;
}
