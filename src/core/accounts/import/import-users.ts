// Creates users from a list with a password and a role for each, as DTR 1.x took them: all of them, or none.
import { findTakenNames, insertUsers } from "#db/queries/accounts/accounts.ts";
import type { GlobalRole } from "#db/queries/accounts/rights.ts";
import { type ErrorCode, RegistryError, registryError } from "#oci/error.ts";
import { accountNameProblem } from "#oci/name.ts";
import type { Caller } from "../../access/caller.ts";
import type { Needs } from "../../context.ts";
import { getSettings } from "../../settings.ts";
import { type ChangeNeeds, changing } from "../change.ts";
import { requireMay } from "../find.ts";
import { passwordProblem } from "../password.ts";
import { parseCsv } from "./csv.ts";

/** Each password takes a thread for some hundredths of a second. */
const mostUsers = 500;
/** More than this many wrong lines are told of by nobody's screen. */
const mostProblems = 100;

type Role = { isAdmin: boolean; globalRole: GlobalRole | null };
const roles: Record<string, Role> = {
  "": { isAdmin: false, globalRole: null },
  none: { isAdmin: false, globalRole: null },
  "read-only": { isAdmin: false, globalRole: "read-only" },
  "read-write": { isAdmin: false, globalRole: "read-write" },
  admin: { isAdmin: true, globalRole: null },
};

interface ListedUser extends Role {
  line: number;
  name: string;
  password: string;
}

type Problem = { line: number; code: ErrorCode; message: string };

/**
 * @param read gives the text: lines of user, password and role, with those words as the first line or without.
 * @returns the names. @throws NOT_AUTHENTICATED, NOT_AUTHORIZED; else an error with an entry for each line that is wrong.
 */
export async function importUsers(
  ctx: ChangeNeeds & Needs<"compute">,
  caller: Caller,
  read: () => Promise<string>,
): Promise<string[]> {
  await requireMay(caller, { on: "registry", action: "administer" });
  const listed = listUsers(await read());
  const problems = [...listed.problems, ...(await problemsOf(ctx, listed.users))];
  if (problems.length > 0) throw problemsError(problems);
  const users: Parameters<typeof insertUsers>[1][number][] = [];
  // One after the other: the threads that check passwords are there for who logs in meanwhile.
  for (const { password, name, isAdmin, globalRole } of listed.users)
    users.push({
      name,
      isAdmin,
      globalRole,
      id: crypto.randomUUID(),
      passwordHash: await ctx.compute.run("hashPassword", { password }),
    });
  const names = users.map(({ name }) => name);
  const told = users.map(({ passwordHash: _, ...user }) => user);
  await changing(ctx, caller, { type: "account.create", object: "*", detail: { users: told } }, async (tx, now) => {
    if ((await insertUsers(tx, users, now)) < users.length)
      throw registryError("ACCOUNT_EXISTS", "an account of one of these names was created meanwhile: try again");
    return true;
  });
  return names;
}

function listUsers(text: string): { users: ListedUser[]; problems: Problem[] } {
  const records = parseCsv(text);
  if ("badLine" in records)
    throw problemsError([invalid(records.badLine, "a quote is open, or stands beside what it does not enclose")]);
  if (records[0]?.fields.join().toLowerCase() === "user,password,role") records.shift();
  if (records.length === 0) throw registryError("INVALID_PARAMETERS", "there is no user in the list");
  if (records.length > mostUsers)
    throw registryError("INVALID_PARAMETERS", `a list has ${mostUsers} users at most: make several of it`);
  const users: ListedUser[] = [];
  const problems: Problem[] = [];
  for (const { line, fields } of records) {
    const [name = "", password = "", role = ""] = fields;
    const rights = Object.hasOwn(roles, role.trim()) ? roles[role.trim()] : undefined;
    if (fields.length < 2 || fields.length > 3) problems.push(invalid(line, "a line has user, password and role"));
    else if (!rights) problems.push(invalid(line, "the role must be admin, read-write, read-only, none or empty"));
    else users.push({ line, name: name.trim(), password, ...rights });
  }
  return { users, problems };
}

async function problemsOf(ctx: Needs<"db">, users: ListedUser[]): Promise<Problem[]> {
  const { passwordMinLength } = await getSettings(ctx);
  const wellNamed = users.map(({ name }) => name).filter((name) => accountNameProblem(name) === null);
  const taken = new Set(await findTakenNames(ctx.db, wellNamed));
  const problems: Problem[] = [];
  for (const { line, name, password } of users) {
    const wrongName = accountNameProblem(name);
    const wrongPassword = await passwordProblem(name, password, passwordMinLength);
    if (wrongName) problems.push({ line, code: "INVALID_ACCOUNT_NAME", message: wrongName });
    else if (taken.has(name))
      problems.push({
        line,
        code: "ACCOUNT_EXISTS",
        message: `${name} is there already, or is held for an account that was renamed`,
      });
    if (wrongPassword) problems.push({ line, code: "INVALID_PASSWORD", message: wrongPassword });
    // Twice in the list is there already, too.
    taken.add(name);
  }
  return problems;
}

const invalid = (line: number, message: string): Problem => ({ line, code: "INVALID_PARAMETERS", message });

function problemsError(problems: Problem[]): RegistryError {
  const entries = problems
    .toSorted((a, b) => a.line - b.line)
    .slice(0, mostProblems)
    .map(({ line, code, message }) => ({ code, message: `line ${line}: ${message}`, detail: { line } }));
  return new RegistryError(entries);
}
