// One connection to PostgreSQL, which is thrown away when it is lost.
//
// The driver could connect anew by itself, but then it may write to the socket that is gone (which ends the process), keep
// statements for ever, and run the rest of a lost transaction inside the next one.
import type { Socket } from "node:net";
import type postgres from "postgres";
import { connectionError } from "../loss.ts";
import { makeClient } from "./client.ts";
import { isOfSystem, lossOf, openSocket, type Place } from "./socket.ts";
import { handlerOf, type Statement, type Watcher } from "./statement.ts";

/** How long it may take until the server has accepted a connection. */
const OPENING_MS = 3_000;

/** How a connection was lost. Statements in `unsent` were never written to it; all others have failed. */
export interface Loss {
  readonly error: Error;
  readonly wasOpen: boolean;
  readonly unsent: readonly Statement[];
}

export interface ConnectionInput {
  readonly place: Place;
  /** A client of the driver that is set up as all connections shall be. */
  readonly base: postgres.Sql;
  readonly onOpen: () => void;
  /** A statement has ended. */
  readonly onSettled: () => void;
  readonly onLost: (loss: Loss) => void;
}

/** It begins to connect when it is made, and is open when the server has accepted it. */
export class Connection implements Watcher {
  state: "opening" | "open" | "lost" = "opening";
  /** Somebody has it for a transaction, and may want to be told when it is lost. */
  isReserved = false;
  onceLost: ((error: Error) => void) | null = null;
  /** When it was made, and when it last had nothing more to do, by `performance.now`. */
  readonly since = performance.now();
  idleSince = performance.now();

  readonly #input: ConnectionInput;
  readonly #client: postgres.Sql;
  readonly #socket: Socket;
  readonly #give: (statement: Statement) => void;
  readonly #late: NodeJS.Timeout;
  /** In the order in which they were sent, which is that of their answers: few are under way, and the first ends first. */
  readonly #running: Statement[] = [];
  #error = connectionError("CONNECTION_CLOSED", "the connection was closed");

  constructor(input: ConnectionInput) {
    this.#input = input;
    const { socket, connected } = openSocket(input.place);
    const onLost = (error: Error = this.#error) => this.destroy(lossOf(error));
    this.#socket = socket;
    // The driver, which looks a moment later, may miss a server that hangs up at once.
    socket.once("close", () => onLost());
    this.#client = makeClient({ base: input.base, socket, connected, onOpen: () => this.#opened(), onLost });
    this.#give = handlerOf(this.#client);
    const late = connectionError("CONNECT_TIMEOUT", `no connection within ${OPENING_MS / 1000} s`);
    this.#late = setTimeout(onLost, OPENING_MS, late);
  }

  /** Statements under way. */
  get load(): number {
    return this.#running.length;
  }

  /** Sends a statement after those before it. On a lost connection the statement fails. */
  run(statement: Statement): void {
    if (this.state === "lost") {
      statement.reject(this.#error);
      return;
    }
    this.#running.push(statement);
    statement.watcher = this;
    this.#give(statement);
  }

  ended(statement: Statement): boolean {
    if (!this.#release(statement)) return false;
    this.#opened();
    if (this.load === 0) this.idleSince = performance.now();
    this.#input.onSettled();
    return true;
  }

  failed(statement: Statement, error: unknown): unknown {
    // Nothing was written yet: the server did not accept the connection.
    if (this.state === "opening" && statement.state === null) {
      this.destroy(lossOf(error));
      return null;
    }
    if (!this.ended(statement)) return null;
    return isOfSystem(error) ? lossOf(error) : error;
  }

  /** Cuts the connection off; everything under way fails at once. */
  destroy(error: Error): void {
    if (this.state === "lost") return;
    const wasOpen = this.state === "open";
    this.state = "lost";
    this.#error = error;
    clearTimeout(this.#late);
    this.#socket.destroy();
    const left = [...this.#running];
    for (const statement of left) this.#release(statement);
    if (wasOpen) for (const statement of left) statement.reject(error);
    this.onceLost?.(error);
    this.#input.onLost({ error, wasOpen, unsent: wasOpen ? [] : left });
  }

  /** Says goodbye to the server and closes the connection, on which nothing may be under way. */
  async end(): Promise<void> {
    this.state = "lost";
    clearTimeout(this.#late);
    await this.#client.end({ timeout: 1 });
    this.#socket.destroy();
  }

  #opened(): void {
    if (this.state !== "opening") return;
    this.state = "open";
    clearTimeout(this.#late);
    this.#input.onOpen();
  }

  /** Takes our hands off a statement. @returns false when they were off. */
  #release(statement: Statement): boolean {
    const place = this.#running.indexOf(statement);
    if (place < 0) return false;
    this.#running.splice(place, 1);
    statement.watcher = null;
    return true;
  }
}
