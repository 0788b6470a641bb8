// Decides which of the calls that wait goes next, so that one seed plays one interleaving.
//
// Every call of a process waits at a gate. One gate is opened, and the next only when all that it set off waits again: at a gate, or in
// the database for a lock that another has. Time stands still but where a gate moves it.
import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { choiceAt, choose, companions, type Manner } from "./manner.ts";
import { type Probe, UnderWay } from "./under-way.ts";

/**
 * What waits: a request that begins, or one that wants all others to have ended (`quiet`), or what is on its way to the store to have
 * come there (`time`); a call; a call to the store; a transaction that needs a connection, and its commit.
 */
export type GateKind = "start" | "quiet" | "time" | "call" | "store" | "begin" | "commit";

interface Gate {
  kind: GateKind;
  label: string;
  actor: string;
  owner: object | null;
  open(value: number): void;
  refuse(error: Error): void;
}

/** The plan of a run is over before its end. */
export class Stopped extends Error {}

const longestMs = 20_000;

export class Director {
  readonly trace: string[] = [];
  /** Who acts, through all that it awaits. */
  readonly actors = new AsyncLocalStorage<string>();
  readonly underWay: UnderWay;
  readonly #manner: Manner;
  #waiting: Gate[] = [];
  #tick = 0;
  #steps = 0;
  #last = "";
  #stopped = false;

  constructor(probe: Probe, manner: Manner) {
    this.underWay = new UnderWay(probe);
    this.#manner = manner;
  }

  /** A moment, later than all before. */
  tick(): number {
    return ++this.#tick;
  }

  /** Gates that were chosen. */
  get steps(): number {
    return this.#steps;
  }

  /** Waits for its turn. @returns the choice that opened the gate, for what else there is to decide. @throws Stopped */
  pass(gate: { kind: GateKind; label: string; owner?: object | null }): Promise<number> {
    const { promise, resolve: open, reject: refuse } = Promise.withResolvers<number>();
    const actor = this.actors.getStore() ?? "";
    if (this.#stopped && isRequest(gate)) refuse(new Stopped());
    else this.#waiting.push({ owner: null, ...gate, actor, open, refuse });
    return promise;
  }

  /** Refuses what a dead process waits for. What it left in the database stays. */
  abandon(owner: object, error: Error): void {
    for (const gate of this.#take((waiting) => waiting.owner === owner)) gate.refuse(error);
  }

  /** From now on no request begins. */
  stop(): void {
    this.#stopped = true;
    for (const gate of this.#take(isRequest)) gate.refuse(new Stopped());
  }

  /** Opens gates until all actors have ended and nothing waits any more. */
  async run(actors: readonly Promise<unknown>[]): Promise<void> {
    let acting = actors.length;
    for (const actor of actors) actor.catch(() => {}).finally(() => acting--);
    let movedMs = Date.now();
    for (;;) {
      await this.underWay.settle();
      const eligible = this.#eligible();
      if (eligible.length > 0) {
        await this.#step(eligible);
        movedMs = Date.now();
      } else if (acting === 0 && this.#waiting.length === 0 && this.underWay.isEmpty) return;
      else if (Date.now() - movedMs > longestMs) throw new Error(`nothing moves any more: ${this.#describe()}`);
      else await sleep(1);
    }
  }

  async #step(eligible: readonly Gate[]): Promise<void> {
    const value = choiceAt(this.#manner.seed, this.#steps++);
    const gate = choose(this.#manner, { eligible, last: this.#last, value });
    if (gate.kind === "time") await this.#deliver();
    for (const one of [gate, ...companions(this.#manner, eligible, value)]) this.#open(one, value);
  }

  #open(gate: Gate, value: number): void {
    if (gate.kind === "begin" && !this.underWay.hasConnection) return;
    if (this.#take((waiting) => waiting === gate).length === 0) return;
    if (gate.kind === "begin") this.underWay.reserve();
    this.#last = gate.actor;
    this.trace.push(`${gate.actor} ${gate.label}`);
    gate.open(value);
  }

  /** Bytes on their way to the store come there before time moves: a call takes less than a lease. */
  async #deliver(): Promise<void> {
    const onWay = () => this.#waiting.find(({ kind }) => kind === "store");
    for (let next = onWay(); next; next = onWay()) {
      this.#open(next, 0);
      await this.underWay.settle();
    }
  }

  #eligible(): Gate[] {
    const isQuiet = this.underWay.isEmpty && this.#waiting.every(isRequest);
    const cannot = [...(isQuiet ? [] : ["quiet"]), ...(this.underWay.hasConnection ? [] : ["begin"])];
    return this.#waiting.filter(({ kind }) => !cannot.includes(kind));
  }

  #take(which: (gate: Gate) => boolean): Gate[] {
    const taken = this.#waiting.filter(which);
    this.#waiting = this.#waiting.filter((gate) => !taken.includes(gate));
    return taken;
  }

  #describe(): string {
    const gates = this.#waiting.map(({ actor, label, kind }) => `${actor} ${label} (${kind})`);
    return [...gates, this.underWay.describe()].join(", ");
  }
}

function isRequest({ kind }: { kind: GateKind }): boolean {
  return kind === "start" || kind === "quiet" || kind === "time";
}
