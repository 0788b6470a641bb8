// Makes the first system admin, and gives a new password to one who lost his.
import { hasAdmin, insertAccount, resetAdminPassword } from "#db/queries/accounts/accounts.ts";
import { insertEvent } from "#db/queries/events.ts";
import { accountNameProblem } from "#oci/name.ts";
import { onTheHost } from "../audit/who.ts";
import type { Needs } from "../context.ts";
import { randomWord } from "./oslo.ts";

type AdminNeeds = Needs<"db" | "compute" | "clock">;

/**
 * Makes the admin if there is none yet.
 * @param password the one that was set, or null for a generated one.
 * @returns whether the account was made. @throws when the name cannot be an account's.
 */
export async function ensureFirstAdmin(
  ctx: AdminNeeds,
  input: { name: string; password: string | null; keepGenerated: (password: string) => Promise<void> },
): Promise<boolean> {
  if (await hasAdmin(ctx.db)) return false;
  const problem = accountNameProblem(input.name);
  if (problem) throw new Error(`${JSON.stringify(input.name)} cannot be the first account: ${problem}`);
  const password = input.password ?? generatePassword();
  // Kept before the account exists: a crash between the two leaves a password without an account, never the reverse.
  if (input.password === null) await input.keepGenerated(password);
  const passwordHash = await ctx.compute.run("hashPassword", { password });
  const row = { id: crypto.randomUUID(), name: input.name, kind: "user", isAdmin: true } as const;
  const now = ctx.clock.now();
  return ctx.db.transaction(async (tx) => {
    if (!(await insertAccount(tx, { ...row, passwordHash, now }))) return false;
    const event = { at: now, type: "account.create", repositoryId: null, object: row.name, detail: row } as const;
    await insertEvent(tx, { ...onTheHost, ...event });
    return true;
  });
}

/** Sets a new password for a user, makes him system admin and active, and ends his refresh tokens. Null when there is no such user. */
export async function resetPassword(ctx: AdminNeeds, name: string, password: string | null): Promise<string | null> {
  if (accountNameProblem(name)) return null;
  const next = password ?? generatePassword();
  const passwordHash = await ctx.compute.run("hashPassword", { password: next });
  return (await resetAdminPassword(ctx.db, name, passwordHash, ctx.clock.now())) ? next : null;
}

function generatePassword(): string {
  return randomWord(18);
}
