// What a client may expect of its upload sessions, whatever happens: a model, and the steps that are taken in it and for real.
import fs from "node:fs/promises";
import { expect } from "vitest";
import type { Incoming } from "#core/uploads/receive.ts";
import type { DigestAlgorithm } from "#oci/digest.ts";
import { breakingBody, type HeldBody, heldBody, wholeBody } from "./bodies.ts";
import type { World } from "./processes.ts";
import { codeOf, digestOf, type Session, stretchOf, type UploadClient } from "./upload-client.ts";

/** Runs steps against the real thing and holds them to the model. */
export class UploadModel {
  readonly sessions: Session[] = [];
  /** Bytes by digest: what the registry said it has. */
  readonly blobs = new Map<string, Uint8Array>();
  readonly #client: UploadClient;
  readonly #world: World;
  readonly #nonce: number;

  /** @param nonce sets the contents of one run apart from those of others. */
  constructor(client: UploadClient, world: World, nonce: number) {
    this.#client = client;
    this.#world = world;
    this.#nonce = nonce;
  }

  async begin(seed: number, algorithm: DigestAlgorithm | null): Promise<void> {
    const { id, offset } = await this.#client.begin(algorithm);
    expect(offset).toBe(0);
    this.sessions.push({ id, seed, offset });
  }

  async append(session: Session, sizeBytes: number, ranged: boolean): Promise<void> {
    const bytes = this.#bytes(session, session.offset, sizeBytes);
    const state = await this.#client.append(session, incoming(wholeBody(bytes), session.offset, sizeBytes, ranged));
    session.offset += sizeBytes;
    expect(state.offset).toBe(session.offset);
  }

  /** A chunk elsewhere, or of another length than it says: refused, and nothing changes. */
  async appendWrongly(session: Session, shift: number, sizeBytes: number): Promise<void> {
    const start = Math.max(0, session.offset + shift);
    const body = wholeBody(this.#bytes(session, start, sizeBytes));
    const range = { start, end: start + sizeBytes + (start === session.offset ? 1 : -1) };
    const code = await codeOf(this.#client.append(session, { body, range, lengthBytes: null }));
    expect(code).toBe(start === session.offset ? "SIZE_INVALID" : "RANGE_INVALID");
  }

  async appendBroken(session: Session, sizeBytes: number, ranged: boolean): Promise<void> {
    const body = breakingBody(this.#bytes(session, session.offset, sizeBytes));
    await expect(this.#client.append(session, incoming(body, session.offset, sizeBytes + 7, ranged))).rejects.toThrow(
      "broke",
    );
    await this.#learnOffset(session, sizeBytes);
  }

  /** While one request writes, another is refused and told where the session stands. */
  async compete(session: Session, sizeBytes: number): Promise<void> {
    const { body, done } = await this.#hold(session, sizeBytes);
    const other = wholeBody(this.#bytes(session, session.offset, 5));
    expect(await codeOf(this.#client.append(session, { body: other, range: null, lengthBytes: null }))).toBe(
      "RANGE_INVALID",
    );
    expect((await this.#client.status(session)).offset).toBe(session.offset);
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
    const file = await this.#client.fileOf(session);
    await this.#client.restart();
    body.break();
    await failed;
    await fs.appendFile(file, new Uint8Array(junkBytes).fill(0xee));
    const early = wholeBody(new Uint8Array(3));
    // At the beginning there is nothing to lose: whoever comes takes the session over, on another key.
    if (session.offset > 0)
      expect(await codeOf(this.#client.append(session, { body: early, range: null, lengthBytes: null }))).toBe(
        "RANGE_INVALID",
      );
    // The dead writer's lease runs out.
    this.#world.advance(16);
  }

  async finish(session: Session, algorithm: DigestAlgorithm, sizeBytes: number): Promise<void> {
    const whole = this.#bytes(session, 0, session.offset + sizeBytes);
    const digest = digestOf(algorithm, whole);
    const body = sizeBytes > 0 ? wholeBody(whole.subarray(session.offset)) : null;
    const { sizeBytes: stored } = await this.#client.finish(session, digest, body);
    expect(stored).toBe(whole.byteLength);
    this.blobs.set(digest, whole);
    await this.#expectGone(session);
    await this.#expectServed(digest, whole);
  }

  async finishWrongly(session: Session, algorithm: DigestAlgorithm, sizeBytes: number): Promise<void> {
    const digest = digestOf(algorithm, session.id);
    const body = wholeBody(this.#bytes(session, session.offset, sizeBytes));
    expect(await codeOf(this.#client.finish(session, digest, body))).toBe("DIGEST_INVALID");
    expect(await this.#client.pull(digest)).toBeNull();
    await this.#expectGone(session);
  }

  async finishBroken(session: Session, algorithm: DigestAlgorithm, sizeBytes: number): Promise<void> {
    const whole = this.#bytes(session, 0, session.offset + sizeBytes + 3);
    const digest = digestOf(algorithm, whole);
    const body = breakingBody(whole.subarray(session.offset, session.offset + sizeBytes));
    await expect(this.#client.finish(session, digest, body)).rejects.toThrow("broke");
    await this.#learnOffset(session, sizeBytes);
  }

  /** The bytes are whole and durable, but the commit does not reach the database: the session stands where it stood. */
  async loseDatabaseWhileFinishing(session: Session, algorithm: DigestAlgorithm, sizeBytes: number): Promise<void> {
    const whole = this.#bytes(session, 0, session.offset + sizeBytes);
    const body = heldBody(whole.subarray(session.offset));
    const finishing = codeOf(this.#client.finish(session, digestOf(algorithm, whole), body.stream));
    await body.taken;
    this.#client.loseDatabase();
    body.end();
    expect(await finishing).not.toBe("no refusal: null");
    await this.#client.restart();
    this.#world.advance(16);
  }

  async cancel(session: Session): Promise<void> {
    await this.#client.cancel(session);
    await this.#expectGone(session);
  }

  restart(): Promise<void> {
    return this.#client.restart();
  }

  /** Sessions without progress end. */
  async expectAllExpired(): Promise<void> {
    for (const session of [...this.sessions]) await this.#expectGone(session);
  }

  /** What was acknowledged stands; what was not is not to be seen. */
  async check(): Promise<void> {
    for (const session of this.sessions) {
      expect((await this.#client.status(session)).offset).toBe(session.offset);
      const digest = digestOf("sha256", this.#bytes(session, 0, session.offset));
      if (!this.blobs.has(digest)) expect(await this.#client.pull(digest)).toBeNull();
    }
  }

  async checkBlobs(): Promise<void> {
    for (const [digest, bytes] of this.blobs) await this.#expectServed(digest, bytes);
  }

  async #expectServed(digest: string, bytes: Uint8Array): Promise<void> {
    expect(Buffer.compare((await this.#client.pull(digest)) ?? Buffer.from("nothing"), bytes)).toBe(0);
  }

  async #expectGone(session: Session): Promise<void> {
    expect(await codeOf(this.#client.status(session))).toBe("BLOB_UPLOAD_UNKNOWN");
    this.sessions.splice(this.sessions.indexOf(session), 1);
  }

  /** A break costs the client only what had not arrived; here everything had. */
  async #learnOffset(session: Session, sentBytes: number): Promise<void> {
    const { offset } = await this.#client.status(session);
    expect(offset).toBe(session.offset + sentBytes);
    session.offset = offset;
  }

  async #hold(
    session: Session,
    sizeBytes: number,
  ): Promise<{ body: HeldBody; done: ReturnType<UploadClient["append"]> }> {
    const body = heldBody(this.#bytes(session, session.offset, sizeBytes));
    const done = this.#client.append(session, { body: body.stream, range: null, lengthBytes: null });
    done.catch(() => {});
    await Promise.race([body.taken, done]);
    return { body, done };
  }

  #bytes(session: Session, start: number, sizeBytes: number): Uint8Array {
    return stretchOf(this.#nonce * 7 + session.seed, start, sizeBytes);
  }
}

function incoming(body: ReadableStream<Uint8Array>, start: number, sizeBytes: number, ranged: boolean): Incoming {
  return { body, range: ranged ? { start, end: start + sizeBytes - 1 } : null, lengthBytes: null };
}
