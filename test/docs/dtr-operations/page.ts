// Makes docs/dtr-operations.md of the list and the routes, and says what in the list is no longer so.
import { operations } from "./list.ts";
import { answerWithout, type Described, type Route, shapeOf } from "./routes.ts";

export interface Listed extends Route {
  state: "works" | "later" | "refuses";
  remark: string;
}

export const listed: Record<string, Listed[]> = Object.fromEntries(
  Object.entries(operations).map(([title, lines]) => [title, lines.trim().split("\n").map(read)]),
);
export const allListed = Object.values(listed).flat();

function read(line: string): Listed {
  const parts = /^(works|later|refuses) (GET|POST|PUT|PATCH|DELETE) (\/\S+)(?: \| (.+))?$/.exec(line);
  if (!parts) throw new Error(`test/docs/dtr-operations/list.ts: cannot read ${JSON.stringify(line)}`);
  const [, state, method, path, remark = ""] = parts;
  return { state: state as Listed["state"], method: method as string, path: path as string, remark };
}

/** One line for each entry of the list that the routes belie: what to write there. */
export function corrections(routes: readonly Route[]): string[] {
  const there = new Set(routes.map(shapeOf));
  return allListed.flatMap(({ state, method, path }) => {
    const has = there.has(shapeOf({ method, path }));
    if (has === (state === "works")) return [];
    const wanted = has ? "it works: write `works`" : "no route answers it: write `later` or `refuses`";
    return [`${method} ${path} is listed as \`${state}\`, but ${wanted} in test/docs/dtr-operations/list.ts`];
  });
}

/** Operations that no version of DTR had. */
export function ownOperations(routes: readonly Described[]): Described[] {
  const known = new Set(allListed.map(shapeOf));
  return routes.filter((route) => !known.has(shapeOf(route)));
}

export function makePage(routes: readonly Described[]): string {
  const tables = Object.entries(listed).map(([title, rows]) => {
    const count = (state: Listed["state"]) => rows.filter((row) => row.state === state).length;
    const summary = `${count("works")} work, ${count("later")} come later, ${count("refuses")} will not come.`;
    const lines = rows.map(({ state, method, path, remark }) => {
      const answer = state === "works" ? "" : answerWithout(routes, path);
      return `| \`${method} ${path}\` | ${state} | ${answer} | ${remark} |`;
    });
    return [`## ${title}`, "", summary, "", "| operation | | answers | |", "| --- | --- | --- | --- |", ...lines].join(
      "\n",
    );
  });
  const own = ownOperations(routes).map(({ method, path, summary }) => `| \`${method} ${path}\` | ${summary} |`);
  return `${[
    "# Operations of DTR, and what becomes of them",
    "<!-- Written by `npm run docs:operations` from test/docs/dtr-operations/list.ts: do not edit. -->",
    "What works answers in DTR's form. What comes later or will not come answers as the table says, with an error in the same form.\n" +
      "Every operation that works is described at `/api/v0/openapi.json` and `/enzi/v0/openapi.json`.",
    ...tables,
    ["## Berth's own", "", "| operation | |", "| --- | --- |", ...own].join("\n"),
  ].join("\n\n")}\n`;
}
