// Who takes a name at the same moment as another: one of them gets it, and nothing is left half renamed.
import { sql } from "drizzle-orm/sql";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Caller } from "#core/access/caller.ts";
import { reachForPush } from "#core/access/reach.ts";
import { createAccount, deleteAccount } from "#core/accounts/accounts.ts";
import { renameAccount } from "#core/accounts/rename.ts";
import { createServiceAccount } from "#core/accounts/service-accounts/service-accounts.ts";
import { createTeam } from "#core/accounts/teams.ts";
import { setRepositoryTeam } from "#core/grants/team-access.ts";
import { deleteRepository } from "#core/repositories/change.ts";
import { createRepository } from "#core/repositories/create.ts";
import { renameRepository } from "#core/repositories/rename.ts";
import { findAccountByName } from "#db/queries/accounts/accounts.ts";
import { findRepository } from "#db/queries/repositories.ts";
import { rows } from "#db/queries/rows.ts";
import { startTarget, type Target } from "#test/setup/target.ts";

const rounds = 6;

describe("names that several want at once", () => {
  let target: Target;
  let admin: Caller;
  beforeAll(async () => {
    target = await startTarget("fetch");
    admin = { account: await findAccountByName(target.ctx.db, "admin"), grants: null, how: "basic" };
  });
  afterAll(() => target.close());

  const organization = (name: string) => createAccount(target.ctx, admin, async () => ({ name, isOrg: true }));
  const create = (namespace: string, name: string) => createRepository(target.ctx, admin, { namespace, name });
  const rename = (path: string, to: { namespace?: string; name?: string }) =>
    renameRepository(target.ctx, admin, path, async () => to);
  const renameTo = (name: string, to: string) => renameAccount(target.ctx, admin, name, async () => ({ name: to }));
  const push = (path: string) => reachForPush(target.ctx, admin, path);
  /** @returns what succeeded; everything else was refused with a word of ours. */
  async function atOnce<T>(...works: Promise<T>[]): Promise<T[]> {
    const went = await Promise.allSettled(works);
    for (const one of went) if (one.status === "rejected") expect(one.reason).toMatchObject({ name: "RegistryError" });
    return went.filter((one) => one.status === "fulfilled").map(({ value }) => value);
  }

  /** What holds at any time: a path is made of its parts, and no name is held that somebody has. */
  afterEach(async () => {
    const { db } = target.ctx;
    const wrong = sql`
      select r.path from repository r join account a on a.id = r.account_id where r.deleted_at is null and r.path <> a.name || '/' || r.name
      union all select s.name from account s join account o on o.id = s.owner_id
        where s.deleted_at is null and s.name not like o.name || '+%'
      union all select f.name from account_alias f join account a on a.name = f.name
      union all select f.name from account_alias f join account a on a.id = f.account_id where a.deleted_at is not null
      union all select r.path from repository_alias f join repository r on r.account_id = f.account_id and r.name = f.name and r.deleted_at is null
      union all select r.path from repository_alias f join repository r on r.id = f.repository_id where r.deleted_at is not null`;
    expect(await rows(db, wrong)).toEqual([]);
  });

  it.each(Array.from({ length: rounds }, (_, n) => n))("a repository's: one gets it, round %i", async (n) => {
    const org = `one${n}`;
    await organization(org);
    for (const name of ["a", "b"]) await create(org, name);
    const got = await atOnce(
      rename(`${org}/a`, { name: "c" }),
      create(org, "c"),
      rename(`${org}/b`, { name: "c" }),
      create(org, "c"),
    );
    expect(got).toHaveLength(1);
    expect((await findRepository(target.ctx.db, `${org}/c`))?.id).toBe(got[0]?.id);
  });

  it("a name that is just left goes to nobody else", async () => {
    await organization("left");
    for (let n = 0; n < rounds; n++) {
      const { id } = await create("left", `a${n}`);
      await atOnce(rename(`left/a${n}`, { name: `b${n}` }), create("left", `a${n}`), create("left", `a${n}`));
      expect((await findRepository(target.ctx.db, `left/a${n}`))?.id).toBe(id);
    }
  });

  it("pushes to a name that is just left find what had it", async () => {
    await organization("pushed");
    for (let n = 0; n < rounds; n++) {
      const { id } = await create("pushed", `a${n}`);
      const [renamed, ...pushed] = await Promise.all([
        rename(`pushed/a${n}`, { name: `b${n}` }),
        ...[1, 2, 3].map(() => push(`pushed/a${n}`)),
      ]);
      for (const one of [renamed, ...pushed]) expect(one?.id).toBe(id);
    }
  });

  it("two repositories change places in one of two orders, or not at all", async () => {
    for (const org of ["east", "west"]) await organization(org);
    await create("east", "a");
    await create("west", "a");
    for (let n = 0; n < rounds; n++)
      await atOnce(
        rename("east/a", { namespace: "west", name: `e${n}` }),
        rename("west/a", { namespace: "east", name: `w${n}` }),
      );
  });

  it("what is created in a namespace that is being renamed has its new name", async () => {
    await organization("was0");
    for (let n = 0; n < rounds; n++) {
      const made = await atOnce<unknown>(
        renameTo(`was${n}`, `was${n + 1}`),
        push(`was${n}/p${n}`),
        create(`was${n}`, `c${n}`),
        createServiceAccount(target.ctx, admin, `was${n}`, async () => ({ name: `s${n}` })),
      );
      expect(made).toHaveLength(4);
    }
    const account = await findAccountByName(target.ctx.db, "was0");
    expect(account?.name).toBe(`was${rounds}`);
    expect((await findRepository(target.ctx.db, "was0/p0"))?.path).toBe(`was${rounds}/p0`);
  });

  it.each(Array.from({ length: rounds }, (_, n) => n))("an account's: one gets it, round %i", async (n) => {
    for (const name of ["p", "q"]) await organization(`${name}${n}`);
    const got = await atOnce<{ id: string }>(
      renameTo(`p${n}`, `z${n}`),
      organization(`z${n}`),
      renameTo(`q${n}`, `z${n}`),
      organization(`z${n}`),
    );
    expect(got).toHaveLength(1);
    expect((await findAccountByName(target.ctx.db, `z${n}`))?.id).toBe(got[0]?.id);
  });

  it("an account's name that is just left goes to nobody else", async () => {
    for (let n = 0; n < rounds; n++) {
      const { id } = await organization(`l${n}`);
      await atOnce<{ id: string }>(renameTo(`l${n}`, `m${n}`), organization(`l${n}`), organization(`l${n}`));
      expect((await findAccountByName(target.ctx.db, `l${n}`))?.id).toBe(id);
    }
  });

  it("two accounts that want each other's name both keep their own", async () => {
    for (let n = 0; n < rounds; n++) {
      for (const name of ["g", "h"]) await organization(`${name}${n}`);
      expect(await atOnce(renameTo(`g${n}`, `h${n}`), renameTo(`h${n}`, `g${n}`))).toEqual([]);
    }
  });

  it("what a team is granted at the moment at which the repository goes elsewhere does not hold there", async () => {
    for (const name of ["giving", "taking"]) await organization(name);
    await createTeam(target.ctx, admin, "giving", { name: "crew" });
    for (let n = 0; n < rounds; n++) {
      const { id } = await create("giving", `a${n}`);
      await atOnce<unknown>(
        rename(`giving/a${n}`, { namespace: "taking" }),
        ...[1, 2, 3].map(() =>
          setRepositoryTeam(target.ctx, admin, { path: `giving/a${n}`, team: "crew" }, async () => ({
            level: "admin" as const,
          })),
        ),
      );
      const left = sql`select 1 from access_grant where repository_id = ${id}`;
      expect(await rows(target.ctx.db, left)).toEqual([]);
    }
  });

  it("what is deleted at the moment of its renaming holds no name", async () => {
    await organization("dying");
    for (let n = 0; n < rounds; n++) {
      await create("dying", `a${n}`);
      await atOnce<unknown>(
        rename(`dying/a${n}`, { name: `b${n}` }),
        deleteRepository(target.ctx, admin, `dying/a${n}`),
      );
      await organization(`d${n}`);
      await create(`d${n}`, "a");
      await atOnce<unknown>(
        renameTo(`d${n}`, `e${n}`),
        rename(`d${n}/a`, { namespace: "dying", name: `from${n}` }),
        deleteAccount(target.ctx, admin, `d${n}`),
      );
    }
  });
});
