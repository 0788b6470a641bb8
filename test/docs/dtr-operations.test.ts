// The list of DTR's operations is what the routes are, the page is what the list is, and forms of our own paths are strict.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTarget, type Target } from "#test/setup/target.ts";
import { allListed, corrections, makePage, ownOperations } from "./dtr-operations/page.ts";
import { answerWithout, concrete, type Described, describeRoutes, shapeOf } from "./dtr-operations/routes.ts";

describe("DTR's operations", () => {
  let berth: Target;
  let routes: Described[];
  beforeAll(async () => {
    routes = await describeRoutes();
    berth = await startTarget("fetch");
  });
  afterAll(() => berth.close());

  it("are listed as the routes have them", () => {
    expect(corrections(routes)).toEqual([]);
  });

  it("have a page that is up to date", () => {
    const page = readFileSync(join(import.meta.dirname, "../../docs/dtr-operations.md"), "utf8");
    expect(page, "run `npm run docs:operations`").toBe(makePage(routes));
  });

  it("answer as the page says where they do not work", async () => {
    const wrong: string[] = [];
    for (const { state, method, path } of allListed) {
      if (state === "works") continue;
      const answer = await berth.fetch(concrete(path), { method, headers: { authorization: berth.admin } });
      const { errors } = (await answer.json()) as { errors: { code: string }[] };
      const got = `${answer.status} ${errors[0]?.code}`;
      const told = answerWithout(routes, path);
      if (got !== told) wrong.push(`${method} ${path}: ${got}, the page says ${told}`);
    }
    expect(wrong).toEqual([]);
  });

  it("that work reach a handler", async () => {
    const wrong: string[] = [];
    for (const { state, method, path } of allListed) {
      if (state !== "works") continue;
      const answer = await berth.fetch(concrete(path), { method });
      if ((await answer.text()).includes('"NOT_ALLOWED"')) wrong.push(`${method} ${path}: ${answer.status}`);
    }
    expect(wrong).toEqual([]);
  });

  it("have forms that take what they do not know; those of our own operations are strict objects", () => {
    const own = new Set(ownOperations(routes).map(shapeOf));
    const forms = routes.filter(({ form }) => form !== undefined);
    const isStrict = ({ form }: Described) => form?.additionalProperties === false;
    const lax = forms.filter((route) => own.has(shapeOf(route)) && !isStrict(route)).map(shapeOf);
    const strict = forms.filter((route) => !own.has(shapeOf(route)) && isStrict(route)).map(shapeOf);
    expect(lax, "make the form a z.strictObject").toEqual([]);
    expect(strict, "make the form a z.object").toEqual([]);
  });
});
