// Keeps blobs as files: `<root>/<two hex digits>/<uuid>`, written in place, made durable before they are acknowledged.
//
// Layout: the 256 folders are made once, when the store is opened, so that no upload has to make one. `berth-store.json`
// beside them holds the store's id. Nothing is ever renamed: the database alone says which file is a blob.
import fs from "node:fs/promises";
import path from "node:path";
import { type BlobKey, type BlobStore, BlobStoreError, type Suspended, type WholeObject } from "#ports/blob-store.ts";
import { syncFolder } from "./fs-folder.ts";
import { storeProblem } from "./fs-problem.ts";
import { putFiles, type WriteFiles } from "./fs-put.ts";
import { openFileReader, statFile } from "./fs-reader.ts";
import { createRoom } from "./fs-space.ts";
import { openFileWriter } from "./fs-writer.ts";

const identityFile = "berth-store.json";
const keyForm = /^[0-9a-f]{2}\/[0-9a-f-]{36}$/;

export interface FsOptions {
  /** False: objects are not synced, so that a power cut may cost what was acknowledged. Default true. */
  durable?: boolean;
  /** Writes whole files beside the request loop; without it small objects are written one by one. */
  writeFiles?: WriteFiles;
}

/** Opens the store, making its folders. @throws BlobStoreError when the folder cannot be written. */
export async function createFsBlobStore(
  root: string,
  { durable = true, writeFiles }: FsOptions = {},
): Promise<BlobStore> {
  await makeFolders(root);
  const fileOf = (key: BlobKey) => {
    if (!keyForm.test(key)) throw new Error(`not a blob key: ${key}`);
    return path.join(root, key);
  };
  let identity: string | null = null;
  // Where nothing is mounted no file is there either: that is an outage, not the loss of every blob.
  const confirmed = async <T>(found: T | null): Promise<T | null> => {
    if (found === null && identity !== null && (await readIdentity(root).catch(storeProblem)) !== identity)
      throw new BlobStoreError("unavailable", "the store's folder is not there, or is another store's: is it mounted?");
    return found;
  };
  const room = createRoom(root);
  const syncs = { busy: false };
  return {
    kind: "file",
    async ensureIdentity<Id extends string | null>(id: Id): Promise<string | Id> {
      identity = id === null ? await readIdentity(root) : await ensureIdentity(root, id);
      return identity ?? id;
    },
    openWriter: (key: BlobKey, from: Suspended) => openFileWriter({ file: fileOf(key), durable, room, syncs }, from),
    ...(writeFiles && {
      putAll: (objects: readonly WholeObject[]) => putFiles(objects, { durable, fileOf, room, writeFiles }),
    }),
    read: async (key, range) => confirmed(await openFileReader(fileOf(key), range)),
    stat: async (key) => confirmed(await statFile(fileOf(key))),
    remove: (key) => removeFile(fileOf(key), { durable }).catch(storeProblem),
    space: room.look,
    keys: () => listKeys(root),
    close: async () => {},
  };
}

/** Its row goes next: were the file back after a power cut, no row would name it, and nobody would ever remove it. */
async function removeFile(file: string, { durable = true }: FsOptions): Promise<void> {
  await fs.rm(file, { force: true });
  if (durable) await syncFolder(path.dirname(file));
}

async function makeFolders(root: string): Promise<void> {
  try {
    const first = await fs.mkdir(root, { recursive: true });
    const present = new Set(await fs.readdir(root));
    const wanted = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, "0")).filter(
      (name) => !present.has(name),
    );
    if (wanted.length === 0) return;
    for (const name of wanted) await fs.mkdir(path.join(root, name), { recursive: true });
    await syncFolder(root);
    // Folders made on the way are entries, too.
    for (let at = path.resolve(root); first && at.length >= first.length; at = path.dirname(at))
      await syncFolder(path.dirname(at));
  } catch (error) {
    storeProblem(error);
  }
}

/** Replicas may start at once: a link is made by one of them only, and the others read what it names. */
async function ensureIdentity(root: string, id: string): Promise<string> {
  const file = path.join(root, identityFile);
  const known = await readIdentity(root);
  if (known !== null) return known;
  const written = `${file}.${crypto.randomUUID()}`;
  await fs.writeFile(written, `${JSON.stringify({ id })}\n`, { flush: true });
  try {
    await fs.link(written, file);
    await syncFolder(root);
    return id;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return (await readIdentity(root)) ?? id;
  } finally {
    await fs.rm(written, { force: true });
  }
}

async function readIdentity(root: string): Promise<string | null> {
  try {
    const known = JSON.parse(await fs.readFile(path.join(root, identityFile), "utf8")) as { id?: unknown };
    return typeof known.id === "string" ? known.id : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

async function* listKeys(root: string): AsyncGenerator<BlobKey> {
  for (const folder of await fs.readdir(root)) {
    if (!/^[0-9a-f]{2}$/.test(folder)) continue;
    for (const name of await fs.readdir(path.join(root, folder))) yield `${folder}/${name}`;
  }
}
