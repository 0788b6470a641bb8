// The OpenAPI documents are what the application can do, no more and no less, in words that a reader can use.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApp } from "#http/app.ts";
import { startTarget, type Target } from "#test/setup/target.ts";

interface Operation {
  summary?: string;
  tags?: string[];
  security?: Record<string, string[]>[];
  parameters?: { name: string; in: string; required?: boolean; description?: string }[];
  responses: Record<string, { description: string }>;
}
interface Document {
  openapi: string;
  info: { title: string; version: string; description: string };
  servers: { url: string }[];
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: {
    securitySchemes: Record<string, unknown>;
    schemas: Record<string, { example?: object; properties?: object; required?: string[] }>;
  };
}

const bases = ["/api/v0", "/enzi/v0"];

describe("the OpenAPI documents", () => {
  let berth: Target;
  let documents: Document[];
  let all: (Operation & { method: string; path: string; document: Document })[];
  beforeAll(async () => {
    berth = await startTarget("fetch");
    documents = await Promise.all(
      bases.map(async (base) => (await (await berth.fetch(`${base}/openapi.json`)).json()) as Document),
    );
    all = documents.flatMap((document) =>
      Object.entries(document.paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => ({ ...operation, method, path, document })),
      ),
    );
  });
  afterAll(() => berth.close());

  const wrong = (isWrong: (operation: (typeof all)[number]) => boolean) =>
    all.filter(isWrong).map(({ method, path }) => `${method} ${path}`);

  it("name every route of the management API, and no other", () => {
    const described = all.map(
      ({ method, path, document }) => `${method.toUpperCase()} ${document.servers[0]?.url}${path}`,
    );
    const live = createApp({ ctx: {} as never, around: {} as never })
      .routes.filter(({ method, path }) => method !== "ALL" && bases.some((base) => path.startsWith(`${base}/`)))
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`)
      .filter((route) => !route.endsWith("/openapi.json"));
    expect(live.length).toBeGreaterThan(90);
    expect(described.sort()).toEqual([...new Set(live)].sort());
  });

  it("are of OpenAPI 3.1, under the address that they stand for, with the program's version", async () => {
    const headers = { authorization: berth.admin };
    const { version } = (await (await berth.fetch("/api/v0/admin/version", { headers })).json()) as { version: string };
    for (const [at, { openapi, servers, info }] of documents.entries()) {
      expect(openapi).toBe("3.1.0");
      expect(servers).toEqual([{ url: bases[at] }]);
      expect(info.version).toBe(version);
      expect(info.description).toMatch(/\w/);
    }
  });

  it("say of every operation what it does, and put it in one group, which is described", () => {
    expect(wrong(({ summary = "" }) => summary.trim() === "")).toEqual([]);
    const describes = ({ tags = [], document }: (typeof all)[number]) =>
      tags.length === 1 && document.tags.some(({ name, description }) => name === tags[0] && description !== "");
    expect(wrong((operation) => !describes(operation))).toEqual([]);
    for (const { tags, paths } of documents) {
      const used = new Set(
        Object.values(paths).flatMap((methods) => Object.values(methods).flatMap((o) => o.tags ?? [])),
      );
      expect(tags.map(({ name }) => name).filter((name) => !used.has(name))).toEqual([]);
    }
  });

  it("describe every parameter of a path", () => {
    const bare = ({ path, parameters = [] }: (typeof all)[number]) =>
      [...path.matchAll(/\{(\w+)\}/g)].some(([, name]) => {
        const parameter = parameters.find((found) => found.in === "path" && found.name === name);
        return !parameter?.required || !parameter.description;
      });
    expect(wrong(bare)).toEqual([]);
  });

  it("say how to show who one is; a session needs its token to change something", () => {
    const isKnown = ({ security = [], document }: (typeof all)[number]) =>
      security.flatMap((way) => Object.keys(way)).every((name) => name in document.components.securitySchemes);
    expect(wrong((operation) => !isKnown(operation) || !operation.security?.length)).toEqual([]);
    const forgets = ({ method, security = [] }: (typeof all)[number]) =>
      security.some((way) => "session" in way && "csrf" in way !== (method !== "get"));
    expect(wrong(forgets)).toEqual([]);
  });

  it("ask for credentials only where the server answers 401 without any", async () => {
    const wrongly: string[] = [];
    for (const { method, path, security = [], document } of all) {
      const address = `${document.servers[0]?.url}${path.replaceAll(/\{\w+\}/g, "nothing")}`;
      const answer = await berth.fetch(address, { method: method.toUpperCase() });
      const isOpen = security.some((way) => Object.keys(way).length === 0);
      if (!isOpen && answer.status !== 401)
        wrongly.push(`${method} ${path}: ${answer.status}, but credentials are asked for`);
      await answer.body?.cancel();
    }
    expect(wrongly).toEqual([]);
  });

  it("have examples that fit their forms", () => {
    const faults = documents.flatMap(({ components }) =>
      Object.entries(components.schemas).flatMap(([name, { example, properties = {}, required = [] }]) => {
        if (example === undefined) return [];
        const strange = Object.keys(example).filter((field) => !(field in properties));
        const forgotten = required.filter((field) => !(field in example));
        return [...strange, ...forgotten].map((field) => `${name}: ${field}`);
      }),
    );
    expect(faults).toEqual([]);
    const { example } = documents[0]?.components.schemas["forms.CreateRepo"] ?? {};
    expect(Object.keys(example ?? {})).toContain("name");
  });

  it("name the errors that every operation may answer", () => {
    expect(wrong(({ responses }) => !["400", "401", "403", "404", "429"].every((code) => code in responses))).toEqual(
      [],
    );
  });
});
