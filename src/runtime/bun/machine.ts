// Bun as the machine: its implementation of Node's server, with the application's own way of answering (by web streams).
//
// Bun.serve is not used: it sends a stream without the length that was announced for it (docs/decisions/0020).
import type { Machine } from "../machine.ts";
import { connectionOf, listen } from "../node/listener.ts";

declare const Bun: { version: string };

export const bunMachine: Machine = {
  name: `Bun ${Bun.version}`,
  lacks: ["a new certificate (BERTH_TLS_CERT) is used after the next start, not at once"],
  listen: (fetch, options) => listen(fetch, options),
  connection: connectionOf,
};
