// Statements as connections of the driver take them, those that are made by its tags and our own of a text, and who is told of
// their end first.
import type postgres from "postgres";

/** Whom a statement under way tells of its end before it tells who waits for it. */
export interface Watcher {
  /** @returns false when the statement is no longer its concern, and who waits has been told or will be. */
  ended(statement: Statement): boolean;
  /** @returns the error for who waits; null when nobody is to be told. */
  failed(statement: Statement, error: unknown): unknown;
}

/** What the pool and its connections see of a statement. */
export interface Statement {
  /** Null until it was written to a connection. */
  readonly state: unknown;
  watcher: Watcher | null;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** Runs a statement, whose end is that promise. */
export type RunStatement = (statement: Statement, end: Promise<unknown>) => void;

/** A query as postgres.js makes it: when somebody awaits it, it gives itself to its handler. */
interface DriversQuery extends Promise<unknown>, Statement {
  handler: (query: DriversQuery) => void;
  canceller: null;
}

/** The function by which a client of the driver runs its statements. */
export function handlerOf(sql: postgres.Sql): (statement: Statement) => void {
  return (sql.unsafe("") as unknown as DriversQuery).handler as (statement: Statement) => void;
}

/** What a tag of ours has beside those of the driver. */
export interface RunsText {
  /** Runs a statement at once. Much cheaper than `unsafe`, whose query can do more than be awaited. @returns its rows. */
  text(text: string, parameters: unknown[]): Promise<Record<string, unknown>[]>;
}

/** A tag with all that `base` has, whose statements are given to `run`. */
export function tagOver<Tag extends postgres.ISql>(base: postgres.Sql, run: RunStatement): Tag & RunsText {
  const handler = (query: DriversQuery) => run(query, query);
  const adopt = (made: unknown) => {
    if (made instanceof Promise) Object.assign(made, { handler, canceller: null, ...watched(made as DriversQuery) });
    return made;
  };
  const make = base as unknown as (...args: unknown[]) => unknown;
  const makeUnsafe = base.unsafe as (...args: unknown[]) => unknown;
  const unsafe = (...args: unknown[]) => adopt(makeUnsafe(...args));
  const text: RunsText["text"] = (words, parameters) => runText(run, words, parameters);
  const tag = (...args: unknown[]) => adopt(make(...args));
  Object.setPrototypeOf(tag, base);
  return Object.assign(tag, { unsafe, text }) as unknown as Tag & RunsText;
}

/** Runs a statement at once. @returns its rows. */
export function runText(run: RunStatement, text: string, parameters: unknown[] = []): ReturnType<RunsText["text"]> {
  const statement = new TextStatement(text, parameters);
  run(statement, statement.end);
  return statement.end;
}

/** The ways in which the driver ends its query, by way of whoever watches it. */
function watched(query: DriversQuery): Pick<Statement, "watcher" | "resolve" | "reject"> {
  const { resolve, reject } = query;
  return {
    watcher: null,
    resolve: (value) => tellEnd(query, value, resolve),
    reject: (error) => tellFailure(query, error, reject),
  };
}

function tellEnd(statement: Statement, value: unknown, resolve: (value: unknown) => void): void {
  if (statement.watcher?.ended(statement) ?? true) resolve(value);
}

function tellFailure(statement: Statement, error: unknown, reject: (error: unknown) => void): void {
  const told = statement.watcher ? statement.watcher.failed(statement, error) : error;
  if (told !== null) reject(told);
}

/** What the driver writes to a query and reads from it: all there from the beginning, so that they have one hidden class. */
class DriversFields {
  readonly tagged = false;
  readonly origin = "";
  state: unknown = null;
  statement: unknown = null;
  active = false;
  cancelled = null;
  signature = "";
  string = "";
  prepare = false;
  prepared = false;
  parameters: unknown[] | null = null;
  describeFirst = false;
  onlyDescribe = false;
  parsing = false;
  retried: unknown = null;
  cursorFn = undefined;
  forEachFn = undefined;
  isRaw = undefined;
  reserve = undefined;
}

/**
 * A statement of a text and its parameters. It stands in for a query of the driver, which is a promise with closures for
 * properties: V8 makes a function that is written where it becomes a property among the old objects, where it holds all that it
 * sees (parameters, rows, the whole request that waits) until everything is collected (docs/decisions/0013).
 */
class TextStatement extends DriversFields implements Statement {
  readonly strings: [string];
  readonly args: unknown[];
  readonly options: { prepare: boolean; simple: boolean };
  readonly end: Promise<Record<string, unknown>[]>;
  watcher: Watcher | null = null;
  readonly #resolve: (value: unknown) => void;
  readonly #reject: (error: unknown) => void;

  constructor(text: string, parameters: unknown[]) {
    super();
    this.strings = [text];
    this.args = parameters;
    // What is not prepared is planned anew each time: planning costs more than running it.
    const hasParameters = parameters.length > 0;
    this.options = { prepare: hasParameters, simple: !hasParameters };
    const { promise, resolve, reject } = Promise.withResolvers<Record<string, unknown>[]>();
    this.end = promise;
    this.#resolve = resolve as (value: unknown) => void;
    this.#reject = reject;
  }

  resolve(value: unknown): void {
    this.active = false;
    tellEnd(this, value, this.#resolve);
  }

  reject(error: unknown): void {
    this.active = false;
    tellFailure(this, error, this.#reject);
  }
}
