// `berth audit verify` and `berth audit export`: whether the sealed events are as they were, and all of them as lines of JSON; beside a
// running server or without one.
import { once } from "node:events";
import { Command } from "commander";
import { createSystemClock } from "#adapters/clock/system.ts";
import { createKeyring } from "#core/access/keyring.ts";
import { exportPage } from "#core/audit/export.ts";
import { type Verified, verifyEvents } from "#core/audit/verify.ts";
import { openForCommand } from "#runtime/node/database.ts";
import { createLog } from "#runtime/node/log.ts";
import { readSecretKey } from "#runtime/node/secret-key.ts";
import { fail, requireConfig } from "./settings.ts";

export function auditCommand(): Command {
  const verify = new Command("verify")
    .description("verify that no sealed event was changed, removed or added; ends with status 1 when one was")
    .option("--checkpoint <id:hash>", "a checkpoint as an earlier run told it, which has to be there still")
    .action(verifyCommand);
  const all = new Command("export")
    .description("write everything that happened as lines of JSON")
    .option("--after <position>", "only what follows an event: the position in its line")
    .action(exportCommand);
  return new Command("audit").addCommand(verify).addCommand(all);
}

const exportedAtOnce = 1000;

async function exportCommand(options: { after?: string }): Promise<void> {
  try {
    const { db, stop } = await openForCommand(requireConfig(), createLog("warn"));
    try {
      let after = options.after ?? "";
      for (;;) {
        const { lines, count, last } = await exportPage({ db }, { after, limit: exportedAtOnce });
        if (!process.stdout.write(lines)) await once(process.stdout, "drain");
        if (count < exportedAtOnce) break;
        after = last;
      }
    } finally {
      await stop();
    }
  } catch (error) {
    fail(error);
  }
}

async function verifyCommand(options: { checkpoint?: string }): Promise<void> {
  try {
    const kept = readCheckpoint(options.checkpoint);
    const config = requireConfig();
    const { db, stop } = await openForCommand(config, createLog("warn"));
    try {
      const secretKey = readSecretKey(config.dataDir, config.secretKey);
      const keys = createKeyring({ db, clock: createSystemClock(), secretKey });
      const verified = await verifyEvents({ db, keys }, kept);
      console.log(describe(verified).join("\n"));
      if (verified.broken) process.exitCode = 1;
    } finally {
      await stop();
    }
  } catch (error) {
    fail(error);
  }
}

function readCheckpoint(text: string | undefined): { id: number; hash: string } | null {
  if (text === undefined) return null;
  const [, id, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (!id || !hash) throw new Error("--checkpoint takes an id and a hash as a run tells them, such as 12:9f86d0…");
  return { id: Number(id), hash };
}

function describe({ checkpoints, events, dropped, last, broken, unsealed }: Verified): string[] {
  const old = dropped > 0 ? `; the events of the first ${dropped} were dropped because they were old` : "";
  const tail = unsealed.oldest ? `, since ${unsealed.oldest.toISOString()}` : "";
  const open = `${unsealed.count} events are not sealed yet${tail}`;
  if (broken) {
    const event = broken.event === null ? "" : `, event ${broken.event}`;
    const right = `${checkpoints} checkpoints before it are right`;
    return [`broken\tcheckpoint ${broken.checkpoint}${event}\t${broken.problem}`, `${right}; ${open}`];
  }
  const end = last ? [`last checkpoint\t${last.id}:${last.hash}`] : [];
  return [`${events} events in ${checkpoints} checkpoints are as they were sealed${old}; ${open}`, ...end];
}
