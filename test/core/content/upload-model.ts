// What a client may expect of its upload sessions, whatever happens: a model, and the steps that are taken in it and for real.
import { createHash } from "node:crypto";
import fs from "node:fs/promises";
import path from "node:path";
import { sql } from "drizzle-orm";
import { expect } from "vitest";
import { openBlob } from "#core/content/blobs.ts";
import type { Incoming } from "#core/content/receive.ts";
import { appendUpload, beginUpload, cancelUpload, finishUpload, getUpload, type Where } from "#core/content/uploads.ts";
import { findLinkedBlob } from "#db/queries/blobs.ts";
import { findUpload } from "#db/queries/uploads.ts";
import { type DigestAlgorithm, formatDigest, parseDigest } from "#oci/digest.ts";
import { RegistryError } from "#oci/error.ts";
import { breakingBody, type HeldBody, heldBody, wholeBody } from "./bodies.ts";
import type { Process, World } from "./processes.ts";

/** A session as its client knows it. */
interface Session {
  id: string;
  /** Its content is the pattern of this seed, as far as the offset. */
  seed: number;
  offset: number;
}

/** Runs steps against the real thing and holds them to the model. */
export class UploadModel {
  readonly sessions: Session[] = [];
  /** Bytes by digest: what the registry said it has. */
  readonly blobs = new Map<string, Uint8Array>();
  readonly #world: World;
  readonly #where: Where;
  readonly #nonce: number;
  #process: Process;

  constructor(world: World, process: Process, where: Where, nonce: number) {
    this.#world = world;
    this.#process = process;
    this.#where = where;
    this.#nonce = nonce;
  }

  async begin(seed: number, algorithm: DigestAlgorithm | null): Promise<void> {
    const { id, offset } = await beginUpload(this.#process.ctx, this.#where, algorithm);
    expect(offset).toBe(0);
    this.sessions.push({ id, seed, offset });
  }

  async append(session: Session, sizeBytes: number, ranged: boolean): Promise<void> {
    const bytes = this.#bytes(session, session.offset, sizeBytes);
    const state = await this.#append(session, incoming(wholeBody(bytes), session.offset, sizeBytes, ranged));
    session.offset += sizeBytes;
    expect(state.offset).toBe(session.offset);
  }

  /** A chunk elsewhere, or of another length than it says: refused, and nothing changes. */
  async appendWrongly(session: Session, shift: number, sizeBytes: number): Promise<void> {
    const start = Math.max(0, session.offset + shift);
    const body = wholeBody(this.#bytes(session, start, sizeBytes));
    const range = { start, end: start + sizeBytes + (start === session.offset ? 1 : -1) };
    const code = await codeOf(this.#append(session, { body, range, lengthBytes: null }));
    expect(code).toBe(start === session.offset ? "SIZE_INVALID" : "RANGE_INVALID");
  }

  async appendBroken(session: Session, sizeBytes: number, ranged: boolean): Promise<void> {
    const body = breakingBody(this.#bytes(session, session.offset, sizeBytes));
    await expect(this.#append(session, incoming(body, session.offset, sizeBytes + 7, ranged))).rejects.toThrow("broke");
    await this.#learnOffset(session, sizeBytes);
  }

  /** While one request writes, another is refused and told where the session stands. */
  async compete(session: Session, sizeBytes: number): Promise<void> {
    const { body, done } = await this.#hold(session, sizeBytes);
    const other = wholeBody(this.#bytes(session, session.offset, 5));
    expect(await codeOf(this.#append(session, { body: other, range: null, lengthBytes: null }))).toBe("RANGE_INVALID");
    expect((await this.#status(session)).offset).toBe(session.offset);
    body.end();
    session.offset += sizeBytes;
    expect((await done).offset).toBe(session.offset);
  }

  async cancelWhileWriting(session: Session, sizeBytes: number, work: () => Promise<void>): Promise<void> {
    const { body, done } = await this.#hold(session, sizeBytes);
    const failed = codeOf(done);
    await this.cancel(session);
    await work();
    body.end();
    expect(await failed).toBe("RANGE_INVALID");
  }

  /** The process dies while it writes; what it left beyond the offset is nobody's. */
  async crashWhileWriting(session: Session, sizeBytes: number, junkBytes: number): Promise<void> {
    const { body, done } = await this.#hold(session, sizeBytes);
    const failed = done.catch(() => null);
    const file = await this.#fileOf(session);
    await this.restart();
    body.break();
    await failed;
    await fs.appendFile(file, new Uint8Array(junkBytes).fill(0xee));
    const early = wholeBody(new Uint8Array(3));
    expect(await codeOf(this.#append(session, { body: early, range: null, lengthBytes: null }))).toBe("RANGE_INVALID");
    // The dead writer's lease runs out.
    this.#world.advance(16);
  }

  async finish(session: Session, algorithm: DigestAlgorithm, sizeBytes: number): Promise<void> {
    const whole = this.#bytes(session, 0, session.offset + sizeBytes);
    const digest = `${algorithm}:${createHash(algorithm).update(whole).digest("hex")}`;
    const body = sizeBytes > 0 ? wholeBody(whole.subarray(session.offset)) : null;
    const { sizeBytes: stored } = await this.#finish(session, digest, body);
    expect(stored).toBe(whole.byteLength);
    this.blobs.set(digest, whole);
    await this.#expectGone(session);
    await this.#expectServed(digest);
  }

  async finishWrongly(session: Session, algorithm: DigestAlgorithm, sizeBytes: number): Promise<void> {
    const digest = `${algorithm}:${createHash(algorithm).update(`${session.id}`).digest("hex")}`;
    const body = wholeBody(this.#bytes(session, session.offset, sizeBytes));
    expect(await codeOf(this.#finish(session, digest, body))).toBe("DIGEST_INVALID");
    expect(await findLinkedBlob(this.#world.db, this.#where.repository.id, parseDigest(digest))).toBeNull();
    await this.#expectGone(session);
  }

  async finishBroken(session: Session, algorithm: DigestAlgorithm, sizeBytes: number): Promise<void> {
    const whole = this.#bytes(session, 0, session.offset + sizeBytes + 3);
    const digest = `${algorithm}:${createHash(algorithm).update(whole).digest("hex")}`;
    const body = breakingBody(whole.subarray(session.offset, session.offset + sizeBytes));
    await expect(this.#finish(session, digest, body)).rejects.toThrow("broke");
    await this.#learnOffset(session, sizeBytes);
  }

  async cancel(session: Session): Promise<void> {
    await cancelUpload(this.#process.ctx, this.#where, session.id);
    await this.#expectGone(session);
  }

  /** Another process takes over; the old one is heard of no more. */
  async restart(): Promise<void> {
    this.#process.kill();
    this.#process = await this.#world.start();
  }

  /** Sessions without progress end. */
  async expectAllExpired(): Promise<void> {
    for (const session of [...this.sessions]) await this.#expectGone(session);
  }

  /** What was acknowledged stands; what was not is not to be seen. */
  async check(): Promise<void> {
    for (const session of this.sessions) {
      expect((await this.#status(session)).offset).toBe(session.offset);
      const digest = `sha256:${createHash("sha256")
        .update(this.#bytes(session, 0, session.offset))
        .digest("hex")}`;
      const seen = await findLinkedBlob(this.#world.db, this.#where.repository.id, parseDigest(digest));
      if (!this.blobs.has(digest)) expect(seen).toBeNull();
    }
  }

  async checkBlobs(): Promise<void> {
    for (const digest of this.blobs.keys()) await this.#expectServed(digest);
  }

  async #expectServed(digest: string): Promise<void> {
    const blob = await findLinkedBlob(this.#world.db, this.#where.repository.id, parseDigest(digest));
    const bytes = this.blobs.get(digest) as Uint8Array;
    expect(blob?.sizeBytes).toBe(bytes.byteLength);
    const body = await openBlob(this.#process.ctx, blob!, { start: 0, end: bytes.byteLength - 1 });
    expect(Buffer.compare(new Uint8Array(await new Response(body).arrayBuffer()), bytes)).toBe(0);
  }

  async #expectGone(session: Session): Promise<void> {
    expect(await codeOf(this.#status(session))).toBe("BLOB_UPLOAD_UNKNOWN");
    this.sessions.splice(this.sessions.indexOf(session), 1);
  }

  /** A break costs the client only what had not arrived; here everything had. */
  async #learnOffset(session: Session, sentBytes: number): Promise<void> {
    const { offset } = await this.#status(session);
    expect(offset).toBe(session.offset + sentBytes);
    session.offset = offset;
  }

  async #hold(session: Session, sizeBytes: number): Promise<{ body: HeldBody; done: ReturnType<typeof appendUpload> }> {
    const body = heldBody(this.#bytes(session, session.offset, sizeBytes));
    const done = this.#append(session, { body: body.stream, range: null, lengthBytes: null });
    done.catch(() => {});
    await Promise.race([body.taken, done]);
    return { body, done };
  }

  #status(session: Session) {
    return getUpload(this.#process.ctx, this.#where, session.id);
  }

  #append(session: Session, what: Incoming) {
    return appendUpload(this.#process.ctx, this.#where, session.id, what);
  }

  #finish(session: Session, digest: string, body: ReadableStream<Uint8Array> | null) {
    const what = { body, range: null, lengthBytes: null };
    const input = {
      id: session.id,
      digest: parseDigest(formatDigest(parseDigest(digest))),
      incoming: what,
      mayStill: async () => {},
    };
    return finishUpload(this.#process.ctx, this.#where, input);
  }

  async #fileOf(session: Session): Promise<string> {
    const accountId = this.#where.caller.account?.id ?? null;
    const owner = { id: session.id, repositoryId: this.#where.repository.id, accountId };
    return path.join(this.#world.root, (await findUpload(this.#world.db, owner))?.key ?? "");
  }

  #bytes(session: Session, start: number, sizeBytes: number): Uint8Array {
    const seed = this.#nonce * 7 + session.seed;
    return Uint8Array.from(
      { length: sizeBytes },
      (_, i) => ((start + i) * (seed | 1) + ((start + i) >> 7) + seed * 131) & 0xff,
    );
  }
}

function incoming(body: ReadableStream<Uint8Array>, start: number, sizeBytes: number, ranged: boolean): Incoming {
  return { body, range: ranged ? { start, end: start + sizeBytes - 1 } : null, lengthBytes: null };
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => null,
    (thrown) => thrown,
  );
  return error instanceof RegistryError ? error.code : `no refusal: ${error}`;
}

/** The keys that rows of table blob name. */
export async function registeredKeys(world: World): Promise<string[]> {
  const found = await world.db.execute(sql`select key from blob order by key`);
  return found.map((row) => row.key as string);
}
