// Every operation of the management API, asked for real: its answers are what our own OpenAPI documents say, and what DTR's
// published ones say, which lie outside the project.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Berth, makeHome, password, startBerth, user } from "../setup/berth.ts";
import { request } from "../setup/registry.ts";
import { differences } from "./setup/differences.ts";
import { type Document, readDocument, shapeOf } from "./setup/judge.ts";
import { steps } from "./setup/requests.ts";
import type { Seen } from "./setup/step.ts";
import { pushTinyImage } from "./setup/tiny-image.ts";

/** Where DTR's own documents lie. */
const folder = process.env.BERTH_DTR_SCHEMAS ?? join(import.meta.dirname, "../../../../shared/reference");
const files = { "/api/v0": "dtr-2.7-swagger.json", "/enzi/v0": "dtr-2.2-swagger.json" };
const bases = Object.keys(files) as (keyof typeof files)[];
const missing = Object.values(files).filter((file) => !existsSync(join(folder, file)));

interface Answered {
  operation: string;
  /** Without credentials, then as the system admin. */
  refusal: { status: number; body: unknown };
  status: number;
  body: unknown;
}

const answered: Answered[] = [];
const own = new Map<string, Document>();

describe("the management API", () => {
  let berth: Berth;
  beforeAll(async () => {
    berth = await startBerth(await makeHome("embedded"));
    for (const base of bases) {
      const text = await (await request(berth, `${base}/openapi.json`)).text();
      own.set(base, readDocument(text, base));
    }
    await pushTinyImage(berth, "seed/tiny", "v1");
    await logIn(berth);
    const seen: Seen = new Map();
    for (const { operation, path, body, as } of steps) {
      const [method] = operation.split(" ") as [string];
      const ask = async (anonymous: boolean) => {
        const sent = body?.(seen);
        const isText = typeof sent === "string";
        const init = body === undefined ? {} : { body: isText ? sent : JSON.stringify(sent) };
        const authorization = anonymous || !as ? {} : { authorization: as(seen) };
        const headers = {
          "content-type": isText ? "text/csv" : "application/json",
          accept: "application/json",
          ...authorization,
        };
        const answer = await request(berth, path(seen), { method, anonymous, headers, ...init });
        const text = await answer.text();
        const isJson = /^application\/json\b/.test(answer.headers.get("content-type") ?? "");
        return { status: answer.status, body: isJson && text !== "" ? JSON.parse(text) : undefined };
      };
      const refusal = await ask(true);
      const answer = await ask(false);
      seen.set(operation, answer.body);
      answered.push({ operation, refusal, ...answer });
    }
  });
  afterAll(() => berth?.stop());

  it("has a request here for every operation", () => {
    const known = new Set(steps.map(({ operation }) => shapeOf(operation)));
    const unasked = [...own.values()]
      .flatMap(({ operations }) => [...operations.keys()])
      .filter((op) => !known.has(op));
    expect(unasked, "write a request for each into test/clients/api/setup/requests.ts").toEqual([]);
  });

  it("answers each with success", () => {
    expect(answered.filter(({ status }) => status >= 300)).toEqual([]);
  });

  it("answers as its own OpenAPI documents say, without credentials, too", () => {
    const problems = answered.flatMap(({ operation, refusal, ...answer }) => {
      const document = own.get(baseOf(operation)) as Document;
      return [...judge(document, operation, answer), ...judge(document, operation, refusal)];
    });
    expect(problems).toEqual([]);
  });
});

const reason = missing.length > 0 ? ` [DTR's documents: ${missing.join(", ")} not in ${folder}]` : "";
describe.skipIf(reason)("beside DTR's", () => {
  const published = new Map<string, Document>();
  const found: { operation: string; what: string }[] = [];
  beforeAll(() => {
    for (const base of bases) published.set(base, readDocument(readFileSync(join(folder, files[base]), "utf8"), ""));
    for (const { operation, refusal, ...answer } of answered) {
      const document = published.get(baseOf(operation)) as Document;
      // What DTR's documents have not is described by ours alone.
      if (!document.operations.has(shapeOf(operation))) continue;
      const what = [...judge(document, operation, answer), ...judge(document, operation, refusal)];
      found.push(...what.map((line) => ({ operation, what: line.slice(operation.length + 1) })));
    }
  });
  const fits = ({ operation, what }: (typeof found)[number]) =>
    differences.filter((one) => one.operation.test(operation) && one.what.test(what));

  it(`answers as DTR's published documents say, but for listed differences${reason}`, () => {
    const unlisted = found.filter((one) => fits(one).length === 0).map(({ operation, what }) => `${operation} ${what}`);
    expect([...new Set(unlisted)], "mend it, or list it in test/clients/api/setup/differences.ts").toEqual([]);
  });

  it(`lists no difference that is not there${reason}`, () => {
    const used = new Set(found.flatMap(fits));
    expect(differences.filter((one) => !used.has(one))).toEqual([]);
  });

  it(`takes every field of DTR's forms${reason}`, () => {
    const lacking = bases.flatMap((base) => {
      const mine = (own.get(base) as Document).operations;
      return [...published.values()].flatMap(({ operations }) =>
        [...operations].flatMap(([operation, { form }]) => {
          const known = mine.get(operation)?.form;
          return known ? form.filter((field) => !known.includes(field)).map((field) => `${operation}: ${field}`) : [];
        }),
      );
    });
    expect(lacking).toEqual([]);
  });
});

/** Gives the admin a session, as a browser would have one. */
async function logIn(berth: Berth): Promise<void> {
  const body = new URLSearchParams({ username: user, password });
  const answer = await request(berth, "/login", { method: "POST", body, anonymous: true });
  if (!answer.ok) throw new Error(`/login: ${answer.status} ${await answer.text()}`);
}

function baseOf(operation: string): string {
  return bases.find((base) => operation.includes(` ${base}/`)) as string;
}

/** What is wrong, each line begun by the operation. */
function judge(document: Document, operation: string, answer: { status: number; body: unknown }): string[] {
  const { answers } = document.operations.get(shapeOf(operation)) ?? {};
  const schema = answers?.get(String(answer.status));
  if (schema === undefined) return [`${operation} ${answer.status} is not in the document`];
  if (schema === null) return [];
  return document.check(schema, answer.body).map((line) => `${operation} ${answer.status} ${line}`);
}
