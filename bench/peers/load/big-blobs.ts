// Pushes and pulls big blobs with programs that cost little: the load shares the processors with the server.
import { join } from "node:path";
import type { ContentFile } from "../content/blobs.ts";
import { beginUpload, type Repository, send, urlOf } from "../content/registry.ts";
import { compile } from "./compile.ts";
import { run } from "./wrk.ts";

/** It hands the file's pages to the connection, where curl would copy them twice. */
const patchSource = join(import.meta.dirname, "patch.c");

/** One blob as docker pushes it: POST, one streamed PATCH of unannounced length, PUT. */
export async function pushFile(repository: Repository, file: ContentFile): Promise<void> {
  const location = await beginUpload(repository);
  const fields = Object.entries(repository.headers).map(([name, value]) => `${name}: ${value}`);
  const headers = [...fields, "Content-Type: application/octet-stream"];
  const { hostname, port, pathname, search } = location;
  const report = await run(await compile(patchSource), [hostname, port, pathname + search, file.path, ...headers]);
  const status = Number(/^HTTP\/1\.1 (?!100)(\d+)/m.exec(report)?.[1]);
  if (status !== 202) throw new Error(`PATCH ${location}: ${report}`);
  const next = new URL(/^location: (\S+)/im.exec(report)?.[1] ?? location.href, location);
  next.searchParams.set("digest", file.digest);
  await send(repository, { method: "PUT", url: next, expect: 201 });
}

/** Pulls a blob several times over one connection. */
export async function pullFile(repository: Repository, { file, times }: { file: ContentFile; times: number }) {
  const url = urlOf(repository, `blobs/${file.digest}`).href;
  const words = Array.from({ length: times }, () => ["-o", "/dev/null", url]).flat();
  const report = await curl(repository, ["-w", "%{http_code} %{size_download}\n", ...words]);
  const expected = `200 ${file.sizeBytes}\n`.repeat(times);
  if (report !== expected) throw new Error(`GET ${url}: ${report}`);
}

function curl({ headers }: Repository, words: readonly string[]): Promise<string> {
  const fields = Object.entries(headers).flatMap(([name, value]) => ["-H", `${name}: ${value}`]);
  return run("curl", ["-sS", ...fields, ...words]);
}
