// Keeps blobs as files: `<root>/<two hex digits>/<uuid>`, written in place, made durable before they are acknowledged.
//
// Layout: the 256 folders are made once, when the store is opened, so that no upload has to make one. `berth-store.json`
// beside them holds the store's id. Nothing is ever renamed: the database alone says which file is a blob.
import { constants } from "node:fs";
import fs from "node:fs/promises";
import path from "node:path";
import { type BlobKey, type BlobStore, BlobStoreError, type Sealed, type Suspended } from "#ports/blob-store.ts";
import { syncFolder } from "./fs-folder.ts";
import { storeProblem } from "./fs-problem.ts";
import { openFileWriter } from "./fs-writer.ts";

const readChunkBytes = 128 * 1024;
const spaceCacheMs = 1000;
const keyForm = /^[0-9a-f]{2}\/[0-9a-f-]{36}$/;

/** Opens the store, making its folders. @throws BlobStoreError when the folder cannot be written. */
export async function createFsBlobStore(root: string): Promise<BlobStore> {
  await makeFolders(root);
  const fileOf = (key: BlobKey) => {
    if (!keyForm.test(key)) throw new Error(`not a blob key: ${key}`);
    return path.join(root, key);
  };
  let space: { at: number; value: Promise<{ freeBytes: number; totalBytes: number }> } | null = null;
  return {
    kind: "file",
    ensureIdentity: (id) => ensureIdentity(root, id),
    openWriter: (key: BlobKey, from: Suspended) => openFileWriter(fileOf(key), from),
    read: (key, range) => readFile(fileOf(key), range),
    stat: (key) => statFile(fileOf(key)),
    remove: (key) => fs.rm(fileOf(key), { force: true }).catch(storeProblem),
    async space() {
      if (!space || performance.now() - space.at > spaceCacheMs)
        space = { at: performance.now(), value: measure(root) };
      return space.value;
    },
    keys: () => listKeys(root),
    close: async () => {},
  };
}

async function makeFolders(root: string): Promise<void> {
  try {
    await fs.mkdir(root, { recursive: true });
    const present = new Set(await fs.readdir(root));
    const wanted = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, "0")).filter(
      (name) => !present.has(name),
    );
    if (wanted.length === 0) return;
    for (const name of wanted) await fs.mkdir(path.join(root, name), { recursive: true });
    await syncFolder(root);
  } catch (error) {
    storeProblem(error);
  }
}

/** Replicas may start at once: a link is made by one of them only, and the others read what it names. */
async function ensureIdentity(root: string, id: string): Promise<string> {
  const file = path.join(root, "berth-store.json");
  const known = await readIdentity(file);
  if (known !== null) return known;
  const written = `${file}.${crypto.randomUUID()}`;
  await fs.writeFile(written, `${JSON.stringify({ id })}\n`, { flush: true });
  try {
    await fs.link(written, file);
    await syncFolder(root);
    return id;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return (await readIdentity(file)) ?? id;
  } finally {
    await fs.rm(written, { force: true });
  }
}

async function readIdentity(file: string): Promise<string | null> {
  try {
    const known = JSON.parse(await fs.readFile(file, "utf8")) as { id?: unknown };
    return typeof known.id === "string" ? known.id : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

async function statFile(file: string): Promise<Sealed | null> {
  try {
    const { size, ctimeNs } = await fs.stat(file, { bigint: true });
    return { sizeBytes: Number(size), stamp: String(ctimeNs) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    return storeProblem(error);
  }
}

async function readFile(
  file: string,
  range: { start: number; end: number },
): Promise<ReadableStream<Uint8Array> | null> {
  const handle = await fs.open(file, constants.O_RDONLY).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    return storeProblem(error);
  });
  if (!handle) return null;
  if ((await handle.stat()).size <= range.end) {
    await handle.close();
    throw new BlobStoreError("lost", "the file is shorter than its blob");
  }
  let at = range.start;
  const close = () => handle.close().catch(() => {});
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const wanted = Math.min(readChunkBytes, range.end + 1 - at);
        if (wanted <= 0) {
          await close();
          return controller.close();
        }
        try {
          const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafeSlow(wanted), 0, wanted, at);
          if (bytesRead === 0) throw new Error("the file is shorter than its blob");
          at += bytesRead;
          controller.enqueue(buffer.subarray(0, bytesRead));
        } catch (error) {
          await close();
          controller.error(error);
        }
      },
      cancel: close,
    },
    { highWaterMark: 0 },
  );
}

async function measure(root: string) {
  const { bavail, bsize, blocks } = await fs.statfs(root);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}

async function* listKeys(root: string): AsyncGenerator<BlobKey> {
  for (const folder of await fs.readdir(root)) {
    if (!/^[0-9a-f]{2}$/.test(folder)) continue;
    for (const name of await fs.readdir(path.join(root, folder))) yield `${folder}/${name}`;
  }
}
