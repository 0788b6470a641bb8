// Deno as the machine: its implementation of Node's server, with the application's own way of answering (by web streams).
//
// Deno.serve is not used: it closes no connection by itself. A client that sends half a head, or stops in the middle of a
// body, would keep its connection for ever (docs/decisions/0020).
import type { Machine } from "../machine.ts";
import { connectionOf, listen } from "../node/listener.ts";

declare const Deno: { version: { deno: string } };

export const denoMachine: Machine = {
  name: `Deno ${Deno.version.deno}`,
  lacks: [
    "after a kill -9 the embedded database's server goes on and must be ended by hand (kill -INT with the process id in postgres/postmaster.pid)",
    "that a blob's file was changed is noticed by its time to the second only: the scrub finds what was changed within one",
  ],
  listen: (fetch, options) => listen(fetch, options),
  connection: connectionOf,
};
