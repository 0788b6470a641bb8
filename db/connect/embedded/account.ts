// Decides as which system user PostgreSQL runs, and whether that user can reach a path.
import { readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** An unprivileged system user. `null` in its place means: run as the user Berth itself runs as. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * PostgreSQL refuses to run as root, so root lends it another user: the owner of an existing cluster (it must go on
 * reading its files), else `postgres`, else `nobody`. Anyone but root runs it as themselves: the answer is null.
 * @param ownerUid owner of the cluster's folder, null when there is none yet
 */
export function chooseAccount(ownerUid: number | null, ownUid = process.getuid?.(), passwd = readPasswd()) {
  if (ownUid !== 0) return null;
  const accounts = parsePasswd(passwd);
  if (ownerUid !== null && ownerUid !== 0) {
    const owner = accounts.find((account) => account.uid === ownerUid);
    return owner ?? { name: String(ownerUid), uid: ownerUid, gid: ownerUid };
  }
  const named = (name: string) => accounts.find((account) => account.name === name && account.uid !== 0);
  return named("postgres") ?? named("nobody") ?? { name: "nobody", uid: 65534, gid: 65534 };
}

/** What `spawn` and `execFile` need to run as the account. */
export function spawnAs(account: Account | null): { uid?: number; gid?: number } {
  return account === null ? {} : { uid: account.uid, gid: account.gid };
}

/** The first folder on the way to `path` (itself included) that the account cannot pass, or null. Modes only, no ACLs. */
export function findClosedFolder(path: string, account: Account): string | null {
  const parent = dirname(path);
  const above = parent === path ? null : findClosedFolder(parent, account);
  return above ?? (canPass(path, account) ? null : path);
}

function canPass(path: string, account: Account): boolean {
  const { mode, uid, gid } = statSync(path);
  const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
  return (mode & bit) !== 0;
}

function readPasswd(): string {
  try {
    return readFileSync("/etc/passwd", "utf8");
  } catch {
    return "";
  }
}

function parsePasswd(text: string): Account[] {
  return text.split("\n").flatMap((line) => {
    const [name, , uid, gid] = line.split(":");
    return name && uid && gid ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
  });
}
