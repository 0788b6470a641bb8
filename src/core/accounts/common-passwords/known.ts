// Whether a password is one that everybody tries first. The list is loaded when the first password is set, and never at the start.

let known: Promise<Set<string>> | null = null;

/** Capitals make no difference. */
export async function isCommonPassword(password: string): Promise<boolean> {
  known ??= import("./words.ts").then(({ words }) => new Set(words.split(" ")));
  return (await known).has(password.toLowerCase());
}
