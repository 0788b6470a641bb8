// Those who wait for a connection, in their order; who waits while nothing is heard from the database is refused.
import { connectionError } from "../loss.ts";
import type { Connection } from "./connection.ts";

const PATIENCE_MS = 4_000;
const LOOK_MS = 500;

/** Somebody who wants a connection. */
export interface Wish {
  take(connection: Connection): void;
  fail(error: Error): void;
}

/** A line of wishes. */
export class Line {
  #wishes: { wish: Wish; since: number }[] = [];
  #heardAt = performance.now();
  #timer: NodeJS.Timeout | null = null;

  get isEmpty(): boolean {
    return this.#wishes.length === 0;
  }

  add(wish: Wish): void {
    this.#wishes.push({ wish, since: performance.now() });
    this.#timer ??= setInterval(() => this.#look(), LOOK_MS);
  }

  /** The database has answered somebody. */
  heard(): void {
    this.#heardAt = performance.now();
  }

  /** Gives connections to the first ones while there are any. */
  serve(find: () => Connection | null): void {
    while (!this.isEmpty) {
      const connection = find();
      if (connection === null) return;
      this.#wishes.shift()?.wish.take(connection);
    }
    this.#rest();
  }

  /** Refuses everybody, or those who came before a moment. */
  refuse(error: Error, before = Number.POSITIVE_INFINITY): void {
    const refused = this.#wishes.filter(({ since }) => since < before);
    this.#wishes = this.#wishes.filter(({ since }) => since >= before);
    this.#rest();
    for (const { wish } of refused) wish.fail(error);
  }

  #look(): void {
    const before = performance.now() - PATIENCE_MS;
    if (this.#heardAt > before) return;
    this.refuse(connectionError("CONNECTION_STALLED", "it has not answered for a while"), before);
  }

  #rest(): void {
    if (!this.isEmpty || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }
}
