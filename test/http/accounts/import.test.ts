import { sql } from "drizzle-orm/sql";
import { afterAll, beforeAll, expect, it } from "vitest";
import { basic, describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { createPeople, type People, settle } from "./people.ts";

describeMatrix("users from a list", (kind) => {
  let berth: Target;
  let people: People;
  beforeAll(async () => {
    berth = await startTarget(kind);
    people = createPeople(berth);
    await settle(people);
  });
  afterAll(() => berth.close());

  interface Answer {
    created?: string[];
    errors?: { code: string; message: string; detail: { line: number } }[];
  }
  const send = async (text: string, type = "text/csv; charset=utf-8") => {
    const headers = { authorization: berth.admin, "content-type": type };
    const answer = await berth.fetch("/api/v0/accounts/import", { method: "POST", headers, body: text });
    return { status: answer.status, body: (await answer.json()) as Answer };
  };
  const problems = async (text: string) => {
    const { status, body } = await send(text);
    expect(status).toBe(400);
    return body.errors?.map(({ code, detail }) => `${detail?.line}: ${code}`);
  };
  const isThere = async (name: string) =>
    (await people.ask("admin", "GET", `/enzi/v0/accounts/${name}`)).status === 200;

  it("creates all of them, with passwords and roles", async () => {
    const { status, body } = await send(
      '\ufeffuser,password,role\r\ngordon,"freeman, ""the"" crowbar",admin\r\norca,killer-whale-7,read-write\r\n\r\n' +
        "moby,white-whale-1851,read-only\nahab,pequod-captain-9,\n",
    );
    expect([status, body]).toEqual([201, { created: ["gordon", "orca", "moby", "ahab"] }]);
    const shown = async (name: string) => (await people.must("GET", `/enzi/v0/accounts/${name}`)).body;
    expect(await shown("gordon")).toMatchObject({ isAdmin: true, globalRole: "none", isActive: true, isOrg: false });
    expect(await shown("orca")).toMatchObject({ isAdmin: false, globalRole: "read-write" });
    expect(await shown("moby")).toMatchObject({ isAdmin: false, globalRole: "read-only" });
    expect(await shown("ahab")).toMatchObject({ isAdmin: false, globalRole: "none" });
    for (const [name, password] of [
      ["gordon", 'freeman, "the" crowbar'],
      ["ahab", "pequod-captain-9"],
    ] as const) {
      const headers = { authorization: basic(name, password) };
      expect((await berth.fetch("/v2/", { headers })).status).toBe(200);
    }
  });

  it("creates none when a line is wrong, and says what is wrong with each", async () => {
    const list = [
      "first,good-password-1,none",
      "Second,good-password-2,none",
      "third,short,none",
      "olga,good-password-4,none",
      "fifth,good-password-5,king",
      "sixth",
      "seventh,good-password-7,none,more",
      "first,good-password-8,none",
      "acme+ci,good-password-9,none",
      "Tenth,x,none",
    ];
    expect(await problems(list.join("\n"))).toEqual([
      "2: INVALID_ACCOUNT_NAME",
      "3: INVALID_PASSWORD",
      "4: ACCOUNT_EXISTS",
      "5: INVALID_PARAMETERS",
      "6: INVALID_PARAMETERS",
      "7: INVALID_PARAMETERS",
      "8: ACCOUNT_EXISTS",
      "9: INVALID_ACCOUNT_NAME",
      "10: INVALID_ACCOUNT_NAME",
      "10: INVALID_PASSWORD",
    ]);
    expect(await isThere("first")).toBe(false);
  });

  it.each([
    ["a quote that stays open", 'a,good-password-1,none\nb,"good-password-2,none\nc', "2: INVALID_PARAMETERS"],
    ["a quote in the middle", 'a,good"password,none', "1: INVALID_PARAMETERS"],
    ["something after a quote", 'a,"good-password"1,none', "1: INVALID_PARAMETERS"],
  ])("refuses %s", async (_what, text, problem) => {
    expect(await problems(text)).toEqual([problem]);
  });

  it("names the line that a record begins on, where one goes over several", async () => {
    expect(await problems('one,"a password\nof two lines",none\nTwo,good-password-2,none')).toEqual([
      "3: INVALID_ACCOUNT_NAME",
    ]);
  });

  it("refuses what is empty, too long, or no list", async () => {
    for (const text of ["", "user,password,role\n", "\n\n", "x".repeat(300_000)]) {
      const { status, body } = await send(text);
      expect([status, body.errors?.[0]?.code]).toEqual([400, "INVALID_PARAMETERS"]);
    }
    const many = Array.from({ length: 501 }, (_, at) => `many-${at},good-password-${at},none`).join("\n");
    expect((await send(many)).body.errors?.[0]?.message).toContain("500 users at most");
    expect((await send("a,b,c", "application/json")).status).toBe(415);
  });

  it("does not show a password in an answer or in a log", async () => {
    const { body } = await send("canary,canary-secret-word,king\n");
    expect(JSON.stringify([body, berth.records])).not.toContain("canary-secret-word");
    await send("canary,canary-secret-word,none\n");
    const events = await berth.ctx.db.execute(sql`select detail from event`);
    expect(JSON.stringify(events)).toContain("canary");
    expect(JSON.stringify(events)).not.toContain("canary-secret-word");
  });
});
