// The database as a process of the model reaches it: each statement waits for its turn, and once more between its work and its commit.
//
// A statement that stands alone is sent in a transaction of its own, which changes nothing but that others can come between: what
// they see and wait for then is what they would if both ran at once. A process that dies there may have committed or not.
import type { SQL } from "drizzle-orm";
import type { Database, Db } from "#db/queries/rows.ts";
import type { Director } from "./director.ts";
import { Killed, type Process } from "./process.ts";

type Work<T> = (tx: Db) => Promise<T>;

/** One use of the database by one process. */
interface Use {
  db: Database;
  director: Director;
  process: Process;
}

/** The part of a database that the rules use. */
export function gateDatabase(use: Use): Database {
  const execute = (query: SQL) =>
    transact(use, nameOf(query), (tx) => run(use, () => tx.execute(query)), isRead(query));
  const transaction = <T>(work: Work<T>) => transact(use, "begin", (tx) => work(gateTransaction(use, tx)), false);
  return { execute, transaction } as unknown as Database;
}

async function transact<T>(use: Use, name: string, work: Work<T>, readsOnly: boolean): Promise<T> {
  const { db, director, process } = use;
  await process.step(name, "call");
  requireConnection(use);
  const leave = process.enterDatabase();
  const connected = director.begin("connection");
  let ended = () => {};
  const inside = async (tx: Db) => {
    const release = director.hold();
    connected();
    try {
      if (process.isDead) throw new Killed();
      const made = await work(tx);
      if (!readsOnly) await commit(use, name);
      return made;
    } finally {
      const answered = director.begin("statement");
      ended = () => {
        answered();
        release();
      };
    }
  };
  try {
    return await db.transaction(inside);
  } finally {
    connected();
    ended();
    leave();
    await process.step(`${name} is answered`, "call");
    requireConnection(use);
  }
}

/** @throws what the pool throws for a connection that is lost. */
function requireConnection({ process }: Use): void {
  if (process.fails()) throw Object.assign(new Error("the connection was lost"), { code: "CONNECTION_CLOSED" });
}

/** Where a process dies before it hears of the commit, the commit may have happened. */
async function commit(use: Use, name: string): Promise<void> {
  const { process } = use;
  const value = await process.heldStep(`commits ${name}`, "commit");
  if (process.isDead && (value >> 8) % 2 === 0) throw new Killed();
  requireConnection(use);
}

function gateTransaction(use: Use, tx: Db): Db {
  const execute = async (query: SQL) => {
    await use.process.heldStep(nameOf(query));
    if (use.process.isDead) throw new Killed();
    return run(use, () => tx.execute(query));
  };
  return { execute } as unknown as Db;
}

async function run<T>({ director }: Use, statement: () => PromiseLike<T>): Promise<T> {
  const answered = director.begin("statement");
  try {
    return await statement();
  } finally {
    answered();
  }
}

/** The first text of a statement, for the trace. */
function nameOf(query: SQL): string {
  const [first] = query.queryChunks as { value?: string[] }[];
  const more = JSON.stringify(query.queryChunks).match(/(insert into|update|delete from) \w+/g) ?? [];
  return [...new Set([(first?.value?.[0] ?? "").trim().split(/\s+/, 1)[0], ...more])].join("+");
}

function isRead(query: SQL): boolean {
  return nameOf(query) === "select";
}
