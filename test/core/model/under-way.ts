// The work that was let go and has not ended, and whether all of it waits for somebody else: then the next may go.
import { setTimeout as sleep } from "node:timers/promises";

/** A statement, which may have to wait for a lock, or something that always ends by itself. */
type WorkKind = "statement" | "other";

/** How the database is asked what its sessions wait for. */
export interface Probe {
  connections: number;
  /** Sessions that wait for a lock. */
  lockWaiters(): Promise<number>;
}

/** Most work ends within this time; of what does not the database is asked. */
const shortMs = 5;

export class UnderWay {
  readonly #probe: Probe;
  readonly #work = new Map<object, WorkKind>();
  /** Work that is known to wait for somebody else's transaction. */
  #stuck = new Set<object>();
  /** Transactions that have begun, and those that were told to begin. */
  #transactions = 0;
  #beginning = 0;
  #ended = Promise.withResolvers<true>();

  constructor(probe: Probe) {
    this.#probe = probe;
  }

  /** Whether another transaction gets a connection. It waits for one here: the pool's patience is of real time. */
  get hasConnection(): boolean {
    return this.#transactions + this.#beginning < this.#probe.connections;
  }

  get isEmpty(): boolean {
    return this.#work.size === 0;
  }

  /** Work has been let go. @returns what to call at its end. */
  begin(kind: WorkKind): () => void {
    const work = {};
    this.#work.set(work, kind);
    return () => {
      this.#stuck.delete(work);
      if (!this.#work.delete(work)) return;
      this.#ended.resolve(true);
      this.#ended = Promise.withResolvers();
    };
  }

  /** A transaction is told to begin: it will `hold` a connection. */
  reserve(): void {
    this.#beginning++;
  }

  /** A transaction begins. @returns what to call at its end, when others may get its locks. */
  hold(): () => void {
    this.#beginning--;
    this.#transactions++;
    return () => {
      this.#transactions--;
      this.#stuck.clear();
    };
  }

  /** Waits until all work has ended or waits for somebody else. */
  async settle(): Promise<void> {
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      if ([...this.#work.keys()].every((work) => this.#stuck.has(work))) return;
      const { promise: ended } = this.#ended;
      if (await Promise.race([ended, sleep(shortMs, false)])) continue;
      if (!(await this.#isBlocked())) continue;
      this.#stuck = new Set(this.#work.keys());
      return;
    }
  }

  /** What there is, for the report of a failure. */
  describe(): string {
    return [...this.#work.values()].join(", ");
  }

  async #isBlocked(): Promise<boolean> {
    if (this.#count("other") > 0) return false;
    const statements = this.#count("statement");
    const { promise: ended } = this.#ended;
    const waiters = await this.#probe.lockWaiters();
    // What has ended while the database was asked would make the two figures ones of different moments.
    return !(await Promise.race([ended, false])) && waiters >= statements;
  }

  #count(wanted: WorkKind): number {
    return [...this.#work.values()].filter((kind) => kind === wanted).length;
  }
}
