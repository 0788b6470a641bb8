// `berth admin reset-password`: helps, on the host, who lost the password. Works while the server runs and while it does not.
import { Command } from "commander";
import { createPool, createPoolCompute, forPasswords } from "#adapters/compute/pool.ts";
import { resetPassword } from "#core/access/first-admin.ts";
import { openForCommand } from "#runtime/node/database.ts";
import { createLog } from "#runtime/node/log.ts";
import { fail, requireConfig } from "./settings.ts";

export function adminCommand(): Command {
  const reset = new Command("reset-password")
    .description(
      "give an account a new password and make it a system admin; its logins elsewhere and its second factor end",
    )
    .argument("[user]", "the account, by default the first admin's name")
    .option("--password-stdin", "read the new password from standard input instead of generating one")
    .action(resetCommand);
  return new Command("admin").addCommand(reset);
}

async function resetCommand(user: string | undefined, options: { passwordStdin?: boolean }): Promise<void> {
  try {
    const config = requireConfig();
    const name = user ?? config.adminUser;
    const given = options.passwordStdin ? await readLine() : null;
    const database = await openForCommand(config, createLog("warn"));
    const compute = createPoolCompute(createPool(1, forPasswords));
    try {
      const password = await resetPassword({ db: database.db, compute, clock: { now: () => new Date() } }, name, given);
      if (password === null) throw new Error(`there is no user ${name}`);
      console.log(given === null ? `the new password of ${name} is ${password}` : `the password of ${name} is changed`);
    } finally {
      await compute.close();
      await database.stop();
    }
  } catch (error) {
    fail(error);
  }
}

async function readLine(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  const password = Buffer.concat(chunks)
    .toString("utf8")
    .replace(/\r?\n$/, "");
  if (password.length < 8) throw new Error("the password must have 8 characters at least");
  return password;
}
