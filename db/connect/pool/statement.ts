// The driver's statements, and what a pool decides of them: on which connection they run.
import type postgres from "postgres";

/** A query as postgres.js makes it: when somebody awaits it, it gives itself to its handler. */
export interface Statement extends Promise<unknown> {
  handler: (statement: Statement) => void;
  canceller: null | ((statement: Statement) => unknown);
  /** Null until it was written to a connection. */
  readonly state: unknown;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

/** The function by which a client of the driver runs its statements. */
export function handlerOf(sql: postgres.Sql): Statement["handler"] {
  return (sql.unsafe("") as unknown as Statement).handler;
}

/** A tag with all that `base` has, whose statements are given to `run`. */
export function tagOver<Tag extends postgres.ISql>(base: postgres.Sql, run: Statement["handler"]): Tag {
  const adopt = (made: unknown) => {
    if (made instanceof Promise) Object.assign(made, { handler: run, canceller: null });
    return made;
  };
  const make = base as unknown as (...args: unknown[]) => unknown;
  const makeUnsafe = base.unsafe as (...args: unknown[]) => unknown;
  const unsafe = (...args: unknown[]) => adopt(makeUnsafe(...args));
  const tag = (...args: unknown[]) => adopt(make(...args));
  Object.setPrototypeOf(tag, base);
  return Object.assign(tag, { unsafe }) as unknown as Tag;
}
