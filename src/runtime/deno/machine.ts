// Deno as the machine: its implementation of Node's server, with the application's own way of answering (by web streams).
//
// Deno.serve is not used: it closes no connection by itself. A client that sends half a head, or stops in the middle of a
// body, would keep its connection for ever (docs/decisions/0020).
import type { Machine } from "../machine.ts";
import { connectionOf, listen } from "../node/listener.ts";

declare const Deno: { version: { deno: string } };

export const denoMachine: Machine = {
  name: `Deno ${Deno.version.deno}`,
  lacks: [],
  listen: (fetch, options) => listen(fetch, options),
  connection: connectionOf,
};
