// A home whose data folder, embedded database included, lies at a place of the test's choice.
import { join } from "node:path";
import { inject } from "vitest";
import { type Home, password } from "#test/clients/setup/berth.ts";

/** A Berth that is started there again goes on with what it finds; a copy of the folder is another home. */
export function makeHomeAt(dataDir: string, settings: Record<string, string> = {}): Home {
  const { folder } = inject("run");
  const env = {
    PATH: process.env.PATH,
    BERTH_DATA_DIR: dataDir,
    BERTH_LISTEN: "127.0.0.1:0",
    BERTH_ADMIN_PASSWORD: password,
    BERTH_FREE_SPACE_RESERVE: "0",
    ...settings,
  };
  return { dataDir, log: join(folder, `${dataDir.split("/").at(-1)}.log`), env };
}
