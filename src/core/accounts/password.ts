// Which passwords may be set.
import { registryError } from "#oci/error.ts";
import type { Needs } from "../context.ts";
import { getSettings } from "../settings.ts";
import { isCommonPassword } from "./common-passwords/known.ts";

const most = 1024;

/** Why a password cannot be set, with what to do; null: it can. @param least how many characters it has at least. */
export async function passwordProblem(name: string, password: string, least: number): Promise<string | null> {
  if (password.length < least) return `a password has ${least} characters at least`;
  if (password.length > most) return `a password has ${most} characters at most`;
  if (password.toLowerCase() === name) return "a password must not be the account's name";
  if (await isCommonPassword(password))
    return "this password is one of those that everybody tries first: choose another";
  return null;
}

/** @throws INVALID_PASSWORD, with what to do. */
export async function requireGoodPassword(ctx: Needs<"db">, name: string, password: string): Promise<void> {
  const { passwordMinLength } = await getSettings(ctx);
  const problem = await passwordProblem(name, password, passwordMinLength);
  if (problem) throw registryError("INVALID_PASSWORD", problem);
}
