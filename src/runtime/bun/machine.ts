// Bun as the machine: its own server, with the application's own way of answering (by web streams).
import type { Machine } from "../machine.ts";
import { connectionOf, listen } from "./listener.ts";
import { bun } from "./server.ts";

export const bunMachine: Machine = {
  name: `Bun ${bun.version}`,
  lacks: [
    "a new certificate (BERTH_TLS_CERT) is used after the next start, not at once",
    "a path with a backslash is read as one with a slash, instead of being refused",
  ],
  listen: (fetch, options) => listen(fetch, options),
  connection: connectionOf,
};
