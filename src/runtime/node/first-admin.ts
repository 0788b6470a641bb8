// Makes the first admin at the start, and keeps a generated password where only the operator finds it.
import path from "node:path";
import { ensureFirstAdmin } from "#core/access/first-admin.ts";
import type { Context } from "#core/context.ts";
import type { Config } from "../config/parse.ts";
import { writePrivateFile } from "./secret-key.ts";

/** What the operator is told of the admin. */
export interface FirstAdmin {
  name: string;
  /** The password, when it was generated just now. */
  password: string | null;
  file: string;
}

export async function makeFirstAdmin(ctx: Context, config: Config): Promise<FirstAdmin> {
  const file = path.resolve(config.dataDir, "admin-password");
  let generated: string | null = null;
  const keepGenerated = async (password: string) => {
    writePrivateFile(file, `${password}\n`);
    generated = password;
  };
  const made = await ensureFirstAdmin(ctx, {
    name: config.adminUser,
    password: config.adminPassword ?? null,
    keepGenerated,
  });
  return { name: config.adminUser, password: made ? generated : null, file };
}
