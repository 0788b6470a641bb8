// Toxiproxy between Berth and a server: refuses, hangs, cuts and slows connections on demand.
import { join } from "node:path";
import { inject } from "vitest";
import { startDaemon, waitForDaemon } from "#test/clients/setup/daemon.ts";
import { findFreePort } from "#test/clients/setup/port.ts";
import { toolsBin } from "#test/clients/setup/tools.ts";

/** What toxiproxy can do to a stream of bytes, and how much of it. */
export interface Toxic {
  type: "timeout" | "reset_peer" | "bandwidth" | "latency" | "limit_data";
  attributes: Record<string, number>;
  /** From the server to Berth unless said otherwise. */
  stream?: "upstream" | "downstream";
}

/** One proxied server. */
export interface ProxiedServer {
  port: number;
  /** Nobody listens; what was connected is broken off. */
  refuse(): Promise<unknown>;
  add(...toxics: Toxic[]): Promise<void>;
  /** Sends connections to another port of this machine. */
  point(port: number): Promise<unknown>;
  /** All is well again. */
  heal(): Promise<void>;
}

export interface Toxiproxy {
  proxy(port: number): Promise<ProxiedServer>;
  stop(): Promise<void>;
}

let started = 0;

export async function startToxiproxy(): Promise<Toxiproxy> {
  const folder = inject("run").folder;
  const port = await findFreePort();
  const command = [join(toolsBin, "toxiproxy"), "-host", "127.0.0.1", "-port", String(port)];
  const log = join(folder, `toxiproxy-${process.pid}-${started++}.log`);
  const daemon = startDaemon({ command, env: { PATH: process.env.PATH }, log, cwd: folder });
  const tell = async (path: string, body?: unknown, method = body === undefined ? "GET" : "POST") => {
    const init = { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, init);
    if (!answer.ok) throw new Error(`toxiproxy: ${answer.status} ${await answer.text()}`);
    return answer;
  };
  const isUp = () =>
    fetch(`http://127.0.0.1:${port}/version`).then(
      ({ ok }) => ok,
      () => false,
    );
  await waitForDaemon(daemon, isUp);
  return {
    proxy: async (upstream) => {
      const near = await findFreePort();
      const name = String(near);
      const server = { upstream: `127.0.0.1:${upstream}`, enabled: true };
      await tell("/proxies", { ...server, name, listen: `127.0.0.1:${near}` });
      return {
        port: near,
        refuse: () => tell(`/proxies/${name}`, { enabled: false }),
        point: (to) => tell(`/proxies/${name}`, { upstream: `127.0.0.1:${to}` }),
        async add(...toxics) {
          for (const [index, toxic] of toxics.entries())
            await tell(`/proxies/${name}/toxics`, { name: `${toxic.type}-${index}`, toxicity: 1, ...toxic });
        },
        async heal() {
          const toxics = (await (await tell(`/proxies/${name}/toxics`)).json()) as { name: string }[];
          for (const toxic of toxics) await tell(`/proxies/${name}/toxics/${toxic.name}`, undefined, "DELETE");
          await tell(`/proxies/${name}`, server);
        },
      };
    },
    stop: () => daemon.stop(),
  };
}
