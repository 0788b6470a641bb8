// One run: its processes, and how clients ask them: what a client is told settles in the history what happened to the facts.
import type { Context } from "#core/context.ts";
import { databaseError } from "#db/queries/rows.ts";
import { type ErrorCode, RegistryError } from "#oci/error.ts";
import { BlobStoreError } from "#ports/blob-store.ts";
import type { Director } from "./director.ts";
import { Deed, History, type Look } from "./history.ts";
import { type Member, startMember } from "./member.ts";
import type { Place } from "./place.ts";
import type { Session } from "./session.ts";

/** Something that must never happen, did. */
export class Violation extends Error {}

/** The client's connection broke. */
export class Broken extends Error {}

/** What a client asks, and which facts that begins and ends if it is done. */
export interface Request {
  slot: number;
  label: string;
  begins?: readonly string[];
  ends?: readonly string[];
  /** Facts that may end whatever the answer is, at the moment when it begins. */
  risks?(): readonly string[];
  /** With which codes it may be refused. */
  refusals: readonly ErrorCode[];
  /** Told of the deed when it begins. */
  track?(deed: Deed): void;
  /** Whether an answer says that it was done; any answer does if this is not given. */
  did?(value: unknown): boolean;
}

/** What the client learned. `lost`: nothing, since the process died or the connection broke. */
export type Answer<T> = { deed: Deed; look: Look } & (
  | { how: "done"; value: T }
  | { how: "refused"; error: RegistryError }
  | { how: "lost" }
);

export class Run {
  readonly place: Place;
  readonly director: Director;
  readonly history = new History();
  readonly sessions: Session[] = [];
  /** When time moved last. */
  movedAt = 0;
  readonly #members: Member[] = [];
  #started = 0;

  constructor(place: Place, director: Director) {
    this.place = place;
    this.director = director;
  }

  /** The living process at a place in the row; a dead one is replaced. */
  member(slot: number): Member {
    let member = this.#members[slot];
    if (!member || member.process.isDead) {
      member = startMember(this.place, this.director, `p${slot}.${this.#started++}`);
      this.#members[slot] = member;
    }
    return member;
  }

  killAll(): void {
    for (const { process } of this.#members.filter(Boolean)) process.kill();
  }

  /** Asks a process, in the client's turn. @throws Violation */
  async ask<T>(request: Request, rule: (ctx: Context, member: Member) => Promise<T>): Promise<Answer<T>> {
    await this.director.pass({ kind: "start", label: request.label });
    const member = this.member(request.slot);
    const start = this.director.tick();
    const since = Math.min(start, member.knows());
    const deed = this.#begin(request, new Deed(member.name, start));
    const risk = new Deed(member.name, start);
    for (const fact of request.risks?.() ?? []) this.history.ends(fact, risk);
    request.track?.(deed);
    const answer = await this.#hear(member, () => rule(member.ctx, member));
    const end = this.director.tick();
    const over = member.process.isDead ? () => member.process.quietAt : end;
    const did = answer.how === "done" && (request.did?.(answer.value) ?? true);
    deed.settle(did ? "done" : answer.how === "lost" ? "maybe" : "never", over);
    risk.settle("maybe", over);
    this.director.trace.push(`${member.name} ${request.label}: ${describe(answer)} at ${start}..${end}`);
    if (answer.how === "refused" && !request.refusals.includes(answer.error.code))
      throw new Violation(`${request.label} was refused with ${answer.error.code}: ${answer.error.message}`);
    return { ...answer, deed, look: { by: member.name, start, end, since } };
  }

  /** Holds what somebody saw against the history. @throws Violation */
  see(fact: string, seen: boolean, look: Look): void {
    const objection = this.history.objection(fact, seen, look);
    if (objection) throw new Violation(`${objection}; ${this.history.describe(fact)}`);
  }

  #begin({ begins = [], ends = [] }: Request, deed: Deed): Deed {
    for (const fact of begins) this.history.begins(fact, deed);
    for (const fact of ends) this.history.ends(fact, deed);
    return deed;
  }

  async #hear<T>({ process }: Member, rule: () => Promise<T>) {
    try {
      const value = await rule();
      // Its last word may not have reached the client.
      return process.isDead ? { how: "lost" as const } : { how: "done" as const, value };
    } catch (error) {
      if (process.isDead || isLost(error)) return { how: "lost" as const };
      if (error instanceof RegistryError) return { how: "refused" as const, error };
      throw new Violation(`an error that nobody foresaw: ${told(error)}`, { cause: error });
    }
  }
}

/** Whether the client learned nothing although the process lives: its own connection broke, or a call of the process failed. */
function isLost(error: unknown): boolean {
  if (error instanceof Broken) return true;
  if (error instanceof RegistryError) return error.code === "UNAVAILABLE";
  if (error instanceof BlobStoreError) return error.problem === "unavailable";
  return databaseError(error)?.code === "CONNECTION_CLOSED";
}

function told(error: unknown): string {
  const causes: string[] = [];
  for (let at: unknown = error; at instanceof Error; at = at.cause)
    causes.push(`${(at as { code?: string }).code ?? ""} ${at.message.slice(0, 300)}`);
  return causes.join(", caused by ");
}

function describe(answer: { how: string; error?: RegistryError }): string {
  return answer.error ? `${answer.error.code} (${answer.error.message})` : answer.how;
}
