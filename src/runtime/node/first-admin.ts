// Makes the first admin at the start, and keeps a generated password where only the operator finds it.
import fs from "node:fs";
import path from "node:path";
import { ensureFirstAdmin } from "#core/access/first-admin.ts";
import type { Context } from "#core/context.ts";
import type { Config } from "../config/parse.ts";
import { StartError } from "../start-error.ts";
import { writePrivateFile } from "./secret-key.ts";

/** What the operator is told of the admin. */
export interface FirstAdmin {
  name: string;
  /** The password, when it was generated just now. */
  password: string | null;
  file: string;
}

/**
 * Makes the admin if there is none. The password waits in a file of its own until the account is made: of two replicas that
 * start at once only the one that made the account gives the file its name.
 */
export async function makeFirstAdmin(ctx: Context, config: Config): Promise<FirstAdmin> {
  const file = path.resolve(config.dataDir, "admin-password");
  const waiting = `${file}.${crypto.randomUUID()}`;
  let generated: string | null = null;
  const keepGenerated = async (password: string) => {
    writePrivateFile(waiting, `${password}\n`);
    generated = password;
  };
  const admin = { name: config.adminUser, password: config.adminPassword ?? null, keepGenerated };
  const made = await ensureFirstAdmin(ctx, admin).catch((error) => {
    throw new StartError(`BERTH_ADMIN_USER: ${(error as Error).message}`);
  });
  if (generated !== null && made) fs.renameSync(waiting, file);
  else fs.rmSync(waiting, { force: true });
  return { name: config.adminUser, password: made ? generated : null, file };
}
