// Nothing begins to belong to an account that is being deleted at that moment.
import { afterAll, beforeAll, expect, it } from "vitest";
import { findAccountByName, insertAccount, markAccountDeleted } from "#db/queries/accounts/accounts.ts";
import { findMembership, insertTeam, putMember, putTeamMember } from "#db/queries/accounts/organizations.ts";
import { findRepository, insertRepository, markRepositoriesDeleted } from "#db/queries/repositories.ts";
import { createTestDatabase, type TestDatabase } from "#test/setup/test-database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const now = new Date();
const make = async (name: string, kind: "user" | "organization") => {
  const id = crypto.randomUUID();
  await insertAccount(database.db, { id, name, kind, isAdmin: false, passwordHash: null, now });
  return id;
};

/** Deletes the account in a transaction, begins `work` beside it, and commits when that waits or is done. */
async function whileDeleting<T>(id: string, work: () => Promise<T>): Promise<T> {
  let working: Promise<T> | undefined;
  await database.db.transaction(async (tx) => {
    await markAccountDeleted(tx, id, now);
    working = work();
    await Promise.race([working, new Promise((resolve) => setTimeout(resolve, 200))]);
    await markRepositoriesDeleted(tx, id, now);
  });
  return working as Promise<T>;
}

it("no repository", async () => {
  const accountId = await make("acme", "organization");
  const row = {
    id: crypto.randomUUID(),
    accountId,
    name: "app",
    visibility: "public",
    now,
  } as const;
  expect(await whileDeleting(accountId, () => insertRepository(database.db, row))).toBeNull();
  expect(await findRepository(database.db, "acme/app")).toBeNull();
  expect(await findAccountByName(database.db, "acme")).toBeNull();
  const again = await make("acme", "organization");
  expect(await insertRepository(database.db, { ...row, id: crypto.randomUUID(), accountId: again })).toBe("acme/app");
});

it("no member, of the organization or of a team", async () => {
  const [organizationId, userId] = [await make("crew", "organization"), await make("ahab", "user")];
  const teamId = crypto.randomUUID();
  await insertTeam(database.db, { id: teamId, organizationId, name: "team", description: "", now });
  await whileDeleting(userId, async () => {
    await putMember(database.db, { organizationId, userId });
    await putTeamMember(database.db, { teamId, userId });
  });
  expect(await findMembership(database.db, organizationId, userId)).toBeNull();
});
