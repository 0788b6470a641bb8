import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rowsFor } from "../accounts/operations.ts";
import { expectations, refusalCode, repositoryFor } from "./expectations.ts";
import { as } from "./registry.ts";
import { listRoutes } from "./route-list.ts";
import { repositories, roles, type Scene, startScene } from "./scene.ts";

it("every route has an expectation, and every expectation a route", () => {
  const routes = listRoutes();
  const ofAccounts = routes.filter((route) => rowsFor(route).length > 0 && !(route in expectations));
  expect(routes.filter((route) => !ofAccounts.includes(route))).toEqual(Object.keys(expectations).sort());
});

describe("who may do what", () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await startScene();
  });
  afterAll(() => scene.berth.close());

  const cases = Object.keys(expectations).flatMap((route) =>
    (expectations[route]?.public ? (["private", "public"] as const) : (["private"] as const)).map(
      (visibility) => [route, visibility] as const,
    ),
  );

  it.each(cases)("%s on a %s repository", async (route, visibility) => {
    const expectation = expectations[route];
    if (!expectation) throw new Error("there is no expectation");
    const expected = (expectation[visibility] ?? "").replace("|", "").split(/\s+/).map(Number);
    const wrong: string[] = [];
    for (const [at, role] of roles.entries()) {
      const repository = await repositoryFor(scene, route, visibility, repositories[visibility]);
      const { path, init } = await expectation.ask(scene, repository, role);
      const { headers } = as(await scene.authorize(role, repository), init?.headers as Record<string, string>);
      const answer = await scene.berth.fetch(path, { ...init, headers });
      const problem = await judge(route, answer, expected[at] as number);
      if (problem) wrong.push(`${role}: ${problem}`);
    }
    expect(wrong).toEqual([]);
  });
});

/** What is wrong with an answer, or null. */
async function judge(route: string, answer: Response, status: number): Promise<string | null> {
  const text = await answer.text();
  if (answer.status !== status) return `${answer.status} in place of ${status}: ${text.slice(0, 200)}`;
  const code = refusalCode(route, status);
  if (code && !text.includes(`"code":"${code}"`)) return `not ${code}: ${text.slice(0, 200)}`;
  const challenged = answer.headers.get("www-authenticate")?.startsWith('Bearer realm="') ?? false;
  if (status === 401 && route.includes(" /v2/") && !challenged) return "no challenge";
  return null;
}
