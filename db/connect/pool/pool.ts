// Gives statements to connections: to an idle one, to a new one while there may be more, else behind the shortest line.
//
// While the database cannot be reached statements fail at once, but for one at a time that tries: nothing piles up.
import type postgres from "postgres";
import { connectionError } from "../loss.ts";
import { Connection, type Loss } from "./connection.ts";
import { Line, type Wish } from "./line.ts";
import type { Place } from "./socket.ts";
import type { Statement } from "./statement.ts";

/** After a failed attempt to connect the next one waits this long. */
const RETRY_MS = 250;
const LONGEST_LINE = 100;
const TIDY_MS = 5_000;

export interface PoolInput {
  /** A client of the driver that is set up as all connections shall be. */
  readonly base: postgres.Sql;
  /** The servers, tried in turn. */
  readonly places: readonly Place[];
  /** Connections at most. */
  readonly max: number;
  /** A connection is closed when it has had no work for so long, or has none at this age; null: never. */
  readonly idleSeconds: number | null;
  readonly lifeSeconds: number | null;
}

/** All connections of one client. */
export class Pool {
  readonly #input: PoolInput;
  readonly #connections = new Set<Connection>();
  readonly #line = new Line();
  readonly #triedTwice = new WeakSet<Statement>();
  /** The last attempt to connect, when it failed. */
  #failure: { error: Error; at: number } | null = null;
  #attempts = 0;
  #tidying: NodeJS.Timeout | null = null;
  #ended: Promise<void> | null = null;
  #whenQuiet: (() => void) | null = null;

  constructor(input: PoolInput) {
    this.#input = input;
  }

  /** Runs a statement on whichever connection is best. */
  run(statement: Statement): void {
    this.#grant({
      take: (connection) => connection.run(statement),
      fail: (error) => statement.reject(error),
    });
  }

  /** Gives work a connection for itself, after the statements that were sent on it before. */
  async lend<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result> {
    const connection = await new Promise<Connection>((resolve, reject) => {
      const take = (taken: Connection) => {
        taken.isReserved = true;
        resolve(taken);
      };
      this.#grant({ take, fail: reject });
    });
    try {
      return await work(connection);
    } finally {
      connection.isReserved = false;
      this.#serve();
    }
  }

  /** Cuts off every connection: what is under way fails, and what waits. */
  drop(error = connectionError("CONNECTION_DROPPED", "it did not answer, so its connections were cut off")): void {
    this.#failure = { error, at: performance.now() };
    for (const connection of [...this.#connections]) connection.destroy(error);
    this.#line.refuse(error);
  }

  /** Takes nothing new, waits for what is under way (so many seconds at most, null: for ever), and closes everything. */
  end(seconds: number | null): Promise<void> {
    this.#ended ??= this.#end(seconds);
    return this.#ended;
  }

  async #end(seconds: number | null): Promise<void> {
    const { promise: quiet, resolve } = Promise.withResolvers<void>();
    const late = seconds === null ? undefined : setTimeout(resolve, seconds * 1000);
    this.#whenQuiet = resolve;
    this.#serve();
    await quiet;
    clearTimeout(late);
    clearInterval(this.#tidying ?? undefined);
    const idle = [...this.#connections].filter(isIdle);
    for (const connection of idle) this.#connections.delete(connection);
    this.drop(connectionError("CONNECTION_DESTROYED", "the client was closed"));
    await Promise.all(idle.map((connection) => connection.end()));
  }

  #grant(wish: Wish): void {
    const connection = this.#line.isEmpty && !this.#ended ? this.#find() : null;
    if (this.#ended) wish.fail(connectionError("CONNECTION_ENDED", "the client is closed"));
    else if (connection) wish.take(connection);
    else if (this.#failure && this.#isAway(this.#failure)) wish.fail(this.#failure.error);
    else this.#line.add(wish);
  }

  /** The connection for the next statement, made now where that is best, or null. */
  #find(): Connection | null {
    let best: Connection | null = null;
    for (const connection of this.#connections) {
      if (connection.state !== "open" || connection.isReserved || connection.load >= LONGEST_LINE) continue;
      if (connection.load === 0) return connection;
      if (best === null || connection.load < best.load) best = connection;
    }
    return this.#mayOpen() ? this.#open() : best;
  }

  #mayOpen(): boolean {
    if (this.#connections.size >= this.#input.max) return false;
    if (this.#failure === null) return true;
    return performance.now() - this.#failure.at >= RETRY_MS && !this.#some(({ state }) => state === "opening");
  }

  /** Nothing is connected, and nothing that was tried before the failure may still succeed. */
  #isAway({ at }: { at: number }): boolean {
    return !this.#some(({ state, since }) => state === "open" || since < at);
  }

  #some(test: (connection: Connection) => boolean): boolean {
    for (const connection of this.#connections) if (test(connection)) return true;
    return false;
  }

  #open(): Connection {
    const { base, places } = this.#input;
    const place = places[this.#attempts++ % places.length] as Place;
    const onOpen = () => {
      this.#failure = null;
      this.#serve();
    };
    const onSettled = () => {
      this.#line.heard();
      this.#serve();
    };
    const onLost = (loss: Loss) => this.#lost(connection, loss);
    const connection: Connection = new Connection({ base, place, onOpen, onSettled, onLost });
    this.#connections.add(connection);
    this.#tidying ??= setInterval(() => this.#tidy(), TIDY_MS).unref();
    return connection;
  }

  #lost(connection: Connection, { error, wasOpen, unsent }: Loss): void {
    this.#connections.delete(connection);
    if (!wasOpen) this.#failure = { error, at: performance.now() };
    for (const statement of unsent) {
      // A server that takes no more connections may still answer on those it has.
      const isHopeless = connection.isReserved || this.#triedTwice.has(statement) || !this.#some(isOpen);
      if (isHopeless) statement.reject(error);
      else this.run(statement);
      this.#triedTwice.add(statement);
    }
    this.#serve();
  }

  /** Serves those who wait as far as possible, or refuses them all. */
  #serve(): void {
    this.#line.serve(() => this.#find());
    if (this.#failure && this.#isAway(this.#failure)) this.#line.refuse(this.#failure.error);
    if (this.#whenQuiet && this.#line.isEmpty && !this.#some((connection) => !isIdle(connection))) this.#whenQuiet();
  }

  #tidy(): void {
    const { idleSeconds, lifeSeconds } = this.#input;
    const now = performance.now();
    for (const connection of [...this.#connections].filter(isIdle)) {
      const idle = idleSeconds !== null && now - connection.idleSince > idleSeconds * 1000;
      const old = lifeSeconds !== null && now - connection.since > lifeSeconds * 1000;
      if (!idle && !old) continue;
      this.#connections.delete(connection);
      void connection.end();
    }
  }
}

function isOpen({ state }: Connection): boolean {
  return state === "open";
}

function isIdle({ state, load, isReserved }: Connection): boolean {
  return state === "open" && load === 0 && !isReserved;
}
