// Decides which of the calls that wait goes next, so that one list of choices plays one interleaving.
//
// Every call of a process waits at a gate. One gate is opened, and the next only when all that it set off waits again: at a gate, or in
// the database for a lock or a connection that another has. Time stands still but where a gate moves it.
import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * What waits: a request that begins, or one that wants all others to have ended (`quiet`), or what is on its way to the store to have
 * come there (`time`); a call; a call to the store; a commit.
 */
export type GateKind = "start" | "quiet" | "time" | "call" | "store" | "commit";

interface Gate {
  kind: GateKind;
  label: string;
  actor: string;
  owner: object | null;
  open(value: number): void;
  refuse(error: Error): void;
}

/** Work that was let go and has not ended: a statement, one that has no connection yet, or something that always ends by itself. */
export type WorkKind = "statement" | "connection" | "other";

/** How the database is asked what its sessions wait for. */
export interface Probe {
  connections: number;
  /** Sessions that wait for a lock. */
  lockWaiters(): Promise<number>;
}

/** How the next gate is chosen. */
export interface Manner {
  /** Where the choices come from; with 0 everyone goes on as long as possible. */
  seed: number;
  /** Of 16: how often the one who went last goes on. */
  sticky: number;
  /** Whether transactions stay open long, so that others meet them. */
  slowCommits: boolean;
  /** Whether several go at once now and then, so that the database itself decides. */
  bursts: boolean;
}

/** The plan of a run is over before its end. */
export class Stopped extends Error {}

const longestMs = 20_000;

export class Director {
  readonly trace: string[] = [];
  /** Who acts, through all that it awaits. */
  readonly actors = new AsyncLocalStorage<string>();
  readonly #probe: Probe;
  readonly #manner: Manner;
  #waiting: Gate[] = [];
  readonly #work = new Map<object, WorkKind>();
  /** Work that is known to wait for somebody else's transaction. */
  #stuck = new Set<object>();
  #transactions = 0;
  #ended = Promise.withResolvers<void>();
  #tick = 0;
  #steps = 0;
  #last = "";
  #stopped = false;

  constructor(probe: Probe, manner: Manner) {
    this.#probe = probe;
    this.#manner = manner;
  }

  /** A moment, later than all before. */
  tick(): number {
    return ++this.#tick;
  }

  get steps(): number {
    return this.#steps;
  }

  /** Waits for its turn. @returns the choice that opened the gate, for what else there is to decide. @throws Stopped */
  pass(gate: { kind: GateKind; label: string; owner?: object | null }): Promise<number> {
    const { promise, resolve: open, reject: refuse } = Promise.withResolvers<number>();
    const actor = this.actors.getStore() ?? "";
    if (this.#stopped && isRequest(gate.kind)) refuse(new Stopped());
    else this.#waiting.push({ owner: null, ...gate, actor, open, refuse });
    return promise;
  }

  /** Opens what a dead process waits at: it goes nowhere from there. What it left in the database stays. */
  abandon(owner: object): void {
    const left = this.#waiting.filter((gate) => gate.owner === owner);
    this.#waiting = this.#waiting.filter((gate) => gate.owner !== owner);
    for (const gate of left) gate.open(0);
  }

  /** From now on no request begins. */
  stop(): void {
    this.#stopped = true;
    for (const gate of this.#waiting.filter(({ kind }) => isRequest(kind))) gate.refuse(new Stopped());
    this.#waiting = this.#waiting.filter(({ kind }) => !isRequest(kind));
  }

  /** Work has been let go. @returns what to call at its end. */
  begin(kind: WorkKind): () => void {
    const work = {};
    this.#work.set(work, kind);
    return () => {
      this.#stuck.delete(work);
      if (!this.#work.delete(work)) return;
      this.#ended.resolve();
      this.#ended = Promise.withResolvers();
    };
  }

  /** A transaction has its connection. @returns what to call at its end, when others may get its locks. */
  hold(): () => void {
    this.#transactions++;
    return () => {
      this.#transactions--;
      this.#stuck.clear();
    };
  }

  /** Opens gates until all actors have ended and nothing waits any more. */
  async run(actors: readonly Promise<unknown>[]): Promise<void> {
    let acting = actors.length;
    for (const actor of actors) actor.catch(() => {}).finally(() => acting--);
    let movedMs = Date.now();
    for (;;) {
      await this.#settle();
      const eligible = this.#eligible();
      if (eligible.length > 0) {
        await this.#step(eligible);
        movedMs = Date.now();
      } else if (acting === 0 && this.#waiting.length === 0 && this.#work.size === 0) return;
      else if (Date.now() - movedMs > longestMs) throw new Error(`nothing moves any more: ${this.#inventory()}`);
      else await sleep(1);
    }
  }

  async #step(eligible: readonly Gate[]): Promise<void> {
    const value = choiceAt(this.#manner.seed, this.#steps++);
    const gate = this.#choose(eligible, value);
    if (gate.kind === "time") await this.#deliver();
    this.#open(gate, value);
    if (!this.#manner.bursts || value < 0xc000) return;
    for (const other of eligible.filter(({ kind }) => kind === "call" || kind === "commit").slice(0, 3))
      if (other !== gate) this.#open(other, value);
  }

  #choose(eligible: readonly Gate[], value: number): Gate {
    const { sticky, slowCommits } = this.#manner;
    const quick = slowCommits && value % 7 > 0 ? eligible.filter(({ kind }) => kind !== "commit") : eligible;
    const all = quick.length > 0 ? quick : eligible;
    const own = all.filter(({ actor }) => actor === this.#last);
    const among = own.length > 0 && value % 16 <= sticky ? own : all;
    return among[(value >> 4) % among.length] as Gate;
  }

  #open(gate: Gate, value: number): void {
    if (!this.#waiting.includes(gate)) return;
    this.#waiting = this.#waiting.filter((other) => other !== gate);
    this.#last = gate.actor;
    this.trace.push(`${gate.actor} ${gate.label}`);
    gate.open(value);
  }

  /** Bytes on their way to the store come there before time moves: a call takes less than a lease. */
  async #deliver(): Promise<void> {
    for (let next = this.#onWay(); next; next = this.#onWay()) {
      this.#open(next, 0);
      await this.#settle();
    }
  }

  #onWay(): Gate | undefined {
    return this.#waiting.find(({ kind }) => kind === "store");
  }

  #eligible(): Gate[] {
    const isQuiet = this.#work.size === 0 && this.#waiting.every(({ kind }) => isRequest(kind));
    return isQuiet ? this.#waiting : this.#waiting.filter(({ kind }) => kind !== "quiet");
  }

  /** Waits until all work has ended or waits for somebody else. */
  async #settle(): Promise<void> {
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      if ([...this.#work.keys()].every((work) => this.#stuck.has(work))) return;
      const { promise: ended } = this.#ended;
      if (await Promise.race([ended.then(() => true), sleep(5, false)])) continue;
      if (!(await this.#isBlocked())) continue;
      this.#stuck = new Set(this.#work.keys());
      return;
    }
  }

  async #isBlocked(): Promise<boolean> {
    const count = (wanted: WorkKind) => [...this.#work.values()].filter((kind) => kind === wanted).length;
    if (count("other") > 0) return false;
    if (count("connection") > 0 && this.#transactions < this.#probe.connections) return false;
    const statements = count("statement");
    const { promise: ended } = this.#ended;
    const waiters = await this.#probe.lockWaiters();
    const changed = await Promise.race([ended.then(() => true), Promise.resolve(false)]);
    return !changed && waiters >= statements;
  }

  #inventory(): string {
    const gates = this.#waiting.map(({ actor, label, kind }) => `${actor} ${label} (${kind})`);
    return [...gates, ...this.#work.values()].join(", ");
  }
}

/** 16 bits that look like chance. */
function choiceAt(seed: number, step: number): number {
  if (seed === 0) return 0;
  let mixed = Math.imul(seed ^ (step * 0x9e37_79b9), 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
  return (mixed ^ (mixed >>> 16)) & 0xffff;
}

function isRequest(kind: GateKind): boolean {
  return kind === "start" || kind === "quiet" || kind === "time";
}
