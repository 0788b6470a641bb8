// Which passwords may be set.
import { registryError } from "#oci/error.ts";
import type { Needs } from "../context.ts";
import { getSettings } from "../settings.ts";
import { isCommonPassword } from "./common-passwords/known.ts";

const most = 1024;

/** @throws INVALID_PASSWORD, with what to do. */
export async function requireGoodPassword(ctx: Needs<"db">, name: string, password: string): Promise<void> {
  const { passwordMinLength: least } = await getSettings(ctx);
  if (password.length < least) throw registryError("INVALID_PASSWORD", `a password has ${least} characters at least`);
  if (password.length > most) throw registryError("INVALID_PASSWORD", `a password has ${most} characters at most`);
  if (password.toLowerCase() === name)
    throw registryError("INVALID_PASSWORD", "a password must not be the account's name");
  if (await isCommonPassword(password))
    throw registryError("INVALID_PASSWORD", "this password is one of those that everybody tries first: choose another");
}
