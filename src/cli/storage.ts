// `berth storage check`: compares the store with the database, beside a running server or without one.
import { Command } from "commander";
import { createSystemClock } from "#adapters/clock/system.ts";
import { createPoolHasher } from "#adapters/compute/hasher.ts";
import { createPool } from "#adapters/compute/pool.ts";
import { createFacts } from "#core/cache/facts.ts";
import { createView } from "#core/cache/view.ts";
import { checkStorage } from "#core/integrity/check.ts";
import { ensureInstallation } from "#db/queries/installation.ts";
import { formatDigest } from "#oci/digest.ts";
import { openBlobStore } from "#runtime/node/context.ts";
import { openForCommand } from "#runtime/node/database.ts";
import { createLog } from "#runtime/node/log.ts";
import { requireStoreOf } from "#runtime/store-identity.ts";
import { fail, requireConfig } from "./settings.ts";

export function storageCommand(): Command {
  const check = new Command("check")
    .description("compare the store with the database; ends with status 1 when a blob is damaged or cannot be read")
    .option("--rehash", "hash the bytes of every blob, not only of those whose object has changed")
    .action(checkCommand);
  return new Command("storage").addCommand(check);
}

async function checkCommand(options: { rehash?: boolean }): Promise<void> {
  const config = requireConfig();
  try {
    if (config.storage.kind === "memory") throw new Error("what is kept in memory only the server itself can look at");
    const log = createLog("warn");
    const database = await openForCommand(config, log);
    const pool = createPool(config.poolThreads);
    try {
      const blobs = await openBlobStore(config);
      await requireStoreOf(await ensureInstallation(database.db, crypto.randomUUID(), new Date()), blobs, database.db);
      const context = { db: database.db, blobs, hasher: createPoolHasher(pool), clock: createSystemClock() };
      const bad = await report(context, options.rehash === true);
      await blobs.close();
      if (bad > 0) process.exitCode = 1;
    } finally {
      await pool.destroy();
      await database.stop();
    }
  } catch (error) {
    fail(error);
  }
}

type StoreContext = Omit<Parameters<typeof checkStorage>[0], "facts" | "report">;

/** @returns how many blobs are damaged or unreadable. */
async function report(context: StoreContext, rehash: boolean): Promise<number> {
  const counts = { damaged: 0, healed: 0, unreadable: 0, stray: 0 };
  const say = (count: keyof typeof counts, line: string) => {
    counts[count]++;
    console.log(line);
  };
  // Nothing is remembered here, and what the check does is said below.
  const ctx = { ...context, facts: createFacts(createView(0)), report: () => {} };
  const { blobs, objects } = await checkStorage(ctx, {
    rehash,
    onMarked: (blob) =>
      say(
        "damaged",
        `damaged\t${formatDigest(blob)}\t${blob.reason}, since ${blob.markedAt.toISOString()}\t${blob.key}\tin ${blob.repositories.join(", ") || "no repository"}`,
      ),
    onHealed: (blob) => say("healed", `healed\t${formatDigest(blob)}\tits bytes are right again`),
    onUnreadable: (blob, error) =>
      say("unreadable", `unreadable\t${formatDigest(blob)}\t${error.message}\t${blob.key}`),
    onStray: (key) => say("stray", `stray\t${key}\tno row names this object`),
  });
  const { damaged, healed, unreadable, stray } = counts;
  console.log(
    `${blobs} blobs: ${damaged} damaged, ${healed} healed, ${unreadable} unreadable; ${objects} objects: ${stray} stray`,
  );
  return damaged + unreadable;
}
