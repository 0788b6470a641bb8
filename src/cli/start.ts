// `berth start`: serves until it is told to stop.
import { Command } from "commander";
import { isReadOnly } from "#core/content/gate.ts";
import { banner } from "#runtime/node/banner.ts";
import { createLog } from "#runtime/node/log.ts";
import { serve } from "#runtime/node/serve.ts";
import { pickMachine } from "#runtime/pick-machine.ts";
import { fail, requireConfig } from "./settings.ts";

export function startCommand(): Command {
  return new Command("start").action(start);
}

async function start(): Promise<void> {
  const config = requireConfig();
  const log = createLog(config.logLevel);
  if (config.durability === "relaxed")
    log.warn({}, "BERTH_DURABILITY=relaxed: a power cut may cost pushes that were acknowledged");
  const machine = await pickMachine();
  const server = await serve(config, log, machine).catch(fail);
  for (const lack of machine.lacks) log.warn({ runtime: machine.name }, `not on this runtime: ${lack}`);
  const readOnly = await isReadOnly(server.ctx).catch(fail);
  if (readOnly) log.warn({}, "the registry is read-only (setting readOnlyRegistry): pulls go on, nothing is changed");
  console.log(banner({ config, machine, ...server, isReadOnly: readOnly, onTerminal: process.stdout.isTTY === true }));
  let stopping = false;
  const stop = async (signal: string) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal, seconds: config.drainSeconds }, "stopping: requests under way may end");
    await server.stop();
    log.info({}, "stopped");
    process.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void stop(signal));
  void server.failed.then(fail);
}
