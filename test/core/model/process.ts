// A process of a Berth that dies after so many awaits: from then on nothing that it asks for happens, and it is told nothing.
import type { Director } from "./director.ts";

/** What a call of a dead process ends with; nobody is there to see it. */
export class Killed extends Error {}

export class Process {
  readonly name: string;
  readonly #director: Director;
  #dead = false;
  #momentsLeft = Number.POSITIVE_INFINITY;
  #callsUntilFailure = Number.POSITIVE_INFINITY;
  /** Transactions that have begun and not ended: the database goes on with them for a while after a death. */
  #inDatabase = 0;
  #quietAt: number | null = null;

  constructor(director: Director, name: string) {
    this.#director = director;
    this.name = name;
  }

  get isDead(): boolean {
    return this.#dead;
  }

  /** When nothing that a dead process had sent could happen any more. */
  get quietAt(): number | null {
    return this.#quietAt;
  }

  /** Lets it live for so many more moments before and after awaits. */
  arm(moments: number): void {
    this.#momentsLeft = Math.min(this.#momentsLeft, moments);
  }

  /** Lets one call fail, that many moments from now. */
  failOnce(moments: number): void {
    this.#callsUntilFailure = moments;
  }

  /** Whether the call fails now: before it does anything, or after all is done. */
  fails(): boolean {
    if (this.#callsUntilFailure-- > 0) return false;
    this.#callsUntilFailure = Number.POSITIVE_INFINITY;
    this.#director.trace.push(`${this.name} loses a call`);
    return true;
  }

  kill(): void {
    if (this.#dead) return;
    this.#dead = true;
    this.#director.trace.push(`${this.name} dies`);
    this.#director.abandon(this, new Killed());
    this.#noteQuiet();
  }

  /** @throws Killed, and it may be just now that it dies. */
  moment(): void {
    if (this.#momentsLeft-- <= 0) this.kill();
    if (this.#dead) throw new Killed();
  }

  /** Waits for a call's turn. @throws Killed */
  async step(label: string, kind: "call" | "store"): Promise<void> {
    this.moment();
    await this.#director.pass({ kind, label: `${this.name} ${label}`, owner: this });
    if (this.#dead) throw new Killed();
  }

  /** Waits until a transaction may begin. @returns what to call at its end. @throws Killed */
  async begin(label: string): Promise<() => void> {
    this.moment();
    await this.#director.pass({ kind: "begin", label: `${this.name} ${label}`, owner: this });
    const release = this.#director.underWay.hold();
    this.#inDatabase++;
    const end = () => {
      release();
      this.#inDatabase--;
      this.#noteQuiet();
    };
    if (!this.#dead) return end;
    end();
    throw new Killed();
  }

  /** The same inside a transaction, of which the database hears only later that the process is dead. @returns the choice. */
  async heldStep(label: string, kind: "call" | "commit" = "call"): Promise<number> {
    if (this.#momentsLeft-- <= 0) this.kill();
    return this.#director.pass({ kind, label: `${this.name} ${label}` });
  }

  #noteQuiet(): void {
    if (this.#dead && this.#inDatabase === 0) this.#quietAt ??= this.#director.tick();
  }
}
