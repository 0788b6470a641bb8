// Which passwords may be set.
import { registryError } from "#oci/error.ts";

const least = 8;
const most = 1024;

/** @throws INVALID_PASSWORD, with what to do. */
export function requireGoodPassword(name: string, password: string): void {
  if (password.length < least) throw registryError("INVALID_PASSWORD", `a password has ${least} characters at least`);
  if (password.length > most) throw registryError("INVALID_PASSWORD", `a password has ${most} characters at most`);
  if (password.toLowerCase() === name)
    throw registryError("INVALID_PASSWORD", "a password must not be the account's name");
}
