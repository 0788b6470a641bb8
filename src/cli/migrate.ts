// `berth migrate`: brings the database to this program's schema and stops; `start` does the same by itself.
import { Command } from "commander";
import { openDatabase } from "#runtime/node/database.ts";
import { createLog } from "#runtime/node/log.ts";
import { fail, requireConfig } from "./settings.ts";

export function migrateCommand(): Command {
  return new Command("migrate").action(async () => {
    try {
      const database = await openDatabase(requireConfig(), createLog("warn"));
      await database.stop();
      console.log("the database has this version's schema");
    } catch (error) {
      fail(error);
    }
  });
}
