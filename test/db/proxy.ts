// A proxy between a client and a database server that fails in all the ways a network does.
import { type AddressInfo, createConnection, createServer, type Socket } from "node:net";
import { afterEach } from "vitest";
import type { DatabaseTarget } from "#db/connect/server.ts";

/**
 * `pass`: all goes through. `hang`: connections are taken, and stay, but nothing goes through any more. `close`: connections are
 * taken and closed at once without an error. `refuse`: nobody listens.
 */
export type Mode = "pass" | "hang" | "close" | "refuse";

export interface DatabaseProxy {
  target: DatabaseTarget;
  /** How it treats what comes from now on; those that are there hang, too, when it hangs. */
  set(mode: Mode): Promise<void>;
  /** Breaks off every connection, as a server does that dies (`reset`), or a load balancer (`end`). */
  cut(how: "reset" | "end"): void;
  /** Connections that were made so far, and those that are there now. */
  count(): { made: number; open: number };
}

const started: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const proxy of started.splice(0)) await proxy.stop();
});

/** Stands before the server at `path` until the test ends. */
export async function startProxy({ path, username = "berth", database = "berth" }: Record<string, string>) {
  let mode: Mode = "pass";
  let made = 0;
  const pairs = new Set<{ near: Socket; far: Socket | null }>();
  const server = createServer((near) => {
    made++;
    const far = mode === "pass" ? createConnection({ path: path as string }) : null;
    const pair = { near, far };
    pairs.add(pair);
    const over = () => {
      pairs.delete(pair);
      near.destroy();
      far?.destroy();
    };
    for (const end of [near, far]) end?.on("error", () => {}).once("close", over);
    near.on("data", (data) => mode !== "hang" && far?.write(data));
    far?.on("data", (data) => mode !== "hang" && near.write(data));
    if (mode === "close") near.end();
  });
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const deafen = () => new Promise((resolve) => server.close(resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const cut = (how: "reset" | "end") => {
    for (const { near } of pairs) how === "reset" ? near.resetAndDestroy() : near.end();
  };
  const set = async (next: Mode) => {
    const was = mode;
    mode = next;
    if (next === "refuse") {
      const deaf = deafen();
      cut("reset");
      await deaf;
    } else if (was === "refuse") await listen(port);
  };
  const stop = async () => {
    for (const { near, far } of pairs) {
      near.destroy();
      far?.destroy();
    }
    if (server.listening) await deafen();
  };
  started.push({ stop });
  const target = { url: `postgres://${username}@127.0.0.1:${port}/${database}` };
  return { target, set, cut, count: () => ({ made, open: pairs.size }) } satisfies DatabaseProxy;
}
