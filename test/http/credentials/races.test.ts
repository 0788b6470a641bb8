// A login that meets a change of what it rests on: it comes before the change and is ended by it, or comes after and fails.
import { sql } from "drizzle-orm/sql";
import { afterAll, beforeAll, expect, it } from "vitest";
import { issueRefreshToken } from "#core/access/log-in.ts";
import { findAccountByName, updatePassword } from "#db/queries/accounts/accounts.ts";
import { confirmSecondFactor, offerSecondFactor } from "#db/queries/accounts/second-factor.ts";
import type { Db } from "#db/queries/rows.ts";
import { basic, describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { word } from "../accounts/people.ts";
import { createBrowser } from "./browser.ts";

describeMatrix(
  "a login at the moment",
  (kind) => {
    let berth: Target;
    beforeAll(async () => {
      berth = await startTarget(kind, { trustedProxies: ["127.0.0.1"] });
    });
    afterAll(() => berth.close());

    const person = async (name: string) => {
      await berth.addUser(name);
      const account = await findAccountByName(berth.ctx.db, name);
      if (!account) throw new Error(`there is no ${name}`);
      return account;
    };

    /** The status of a login whose password was checked before the change was committed. */
    async function during(name: string, change: (tx: Db) => Promise<unknown>): Promise<number> {
      const browser = createBrowser(berth);
      const answer = (await whileItWaits(change, () => browser.logIn(name, word))).status;
      expect((await browser.ask("GET", "/api/v0/session")).status).toBe(answer === 200 ? 200 : 401);
      return answer;
    }

    /** Begins the work before the change is committed, and waits until it waits for that. */
    async function whileItWaits<T>(change: (tx: Db) => Promise<unknown>, work: () => Promise<T>): Promise<T> {
      let login: Promise<T> | null = null;
      await berth.ctx.db.transaction(async (tx) => {
        await change(tx);
        login = work();
        // Until it waits for this transaction.
        const waiting = sql`select count(*) as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
        while ((await tx.execute(waiting))[0]?.count !== 1)
          await tx.execute(sql`select pg_sleep(0.01), pg_stat_clear_snapshot()`);
      });
      return login as unknown as Promise<T>;
    }

    /** As docker logs in, to keep what it gets in place of the password. */
    const dockerLogIn = (name: string) =>
      berth.fetch("/auth/token?service=x&offline_token=true", { headers: { authorization: basic(name, word) } });

    it("when the password changes fails", async () => {
      const { id } = await person("tom");
      const form = { passwordHash: "another", keep: null, now: berth.clock.now() };
      expect(await during("tom", (tx) => updatePassword(tx, id, form))).toBe(401);
    });

    it("when the account is deactivated fails", async () => {
      const { id } = await person("rita");
      const off = sql`update account set is_active = false where id = ${id}`;
      expect(await during("rita", (tx) => tx.execute(off))).toBe(401);
    });

    it("by docker when the password changes, or the account is deactivated, leaves nothing that could be used", async () => {
      const { id } = await person("walt");
      const form = { passwordHash: "another", keep: null, now: berth.clock.now() };
      expect(
        (
          await whileItWaits(
            (tx) => updatePassword(tx, id, form),
            () => dockerLogIn("walt"),
          )
        ).status,
      ).toBe(401);
      const other = await person("wanda");
      const off = sql`update account set is_active = false where id = ${other.id}`;
      expect(
        (
          await whileItWaits(
            (tx) => tx.execute(off),
            () => dockerLogIn("wanda"),
          )
        ).status,
      ).toBe(401);
      const left = await berth.ctx.db.execute(
        sql`select 1 from refresh_token where account_id in (${id}, ${other.id})`,
      );
      expect(left).toEqual([]);
    });

    it("when a second factor is put in force fails, and goes through where it is only offered", async () => {
      const account = await person("stan");
      const row = { accountId: account.id, secretSealed: new Uint8Array([1, 2, 3]), now: berth.clock.now() };
      await offerSecondFactor(berth.ctx.db, row);
      const lock = sql`select 1 from account where id = ${account.id} for no key update`;
      expect(await during("stan", (tx) => tx.execute(lock))).toBe(200);
      expect(await during("stan", (tx) => confirmSecondFactor(tx, account.id, row))).toBe(401);
      // docker's login of that moment is not ended by the confirmation; it opens nothing.
      const token = await issueRefreshToken(berth.ctx, { account }, "docker");
      const body = new URLSearchParams({ grant_type: "refresh_token", service: "x", refresh_token: token });
      expect((await berth.fetch("/auth/token", { method: "POST", body })).status).toBe(401);
    });
  },
  "the application's memory",
);
