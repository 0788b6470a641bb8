// The database as a process of the model reaches it: each statement waits for its turn, and once more between its work and its commit.
//
// A statement that stands alone is sent in a transaction of its own, which changes nothing but that others can come between: what
// they see and wait for then is what they would if both ran at once. A process that dies there may have committed or not.
import type { SQL } from "drizzle-orm/sql";
import type { Database, Db } from "#db/queries/rows.ts";
import type { Director } from "./director.ts";
import { Killed, type Process } from "./process.ts";

/** One use of the database by one process. */
interface Use {
  db: Database;
  director: Director;
  process: Process;
}

/** The part of a database that the rules use. */
export function gateDatabase(use: Use): Database {
  const execute = (query: SQL) => {
    const name = nameOf(query);
    return transact(use, { name, readsOnly: name === "select", work: (tx) => send(use, () => tx.execute(query)) });
  };
  const transaction = <T>(work: (tx: Db) => Promise<T>) =>
    transact(use, { name: "transaction", readsOnly: false, work: (tx) => work(gateTransaction(use, tx)) });
  return { execute, transaction } as unknown as Database;
}

interface Transaction<T> {
  name: string;
  readsOnly: boolean;
  work: (tx: Db) => Promise<T>;
}

async function transact<T>(use: Use, transaction: Transaction<T>): Promise<T> {
  const { db, director, process } = use;
  const { name } = transaction;
  const end = await process.begin(name);
  const answers = { begun: director.underWay.begin("other"), ended: () => {} };
  try {
    return await db.transaction((tx) => workInside(use, { ...transaction, tx, answers }));
  } finally {
    answers.begun();
    answers.ended();
    end();
    await process.step(`${name} is answered`, "call");
    requireConnection(use);
  }
}

async function workInside<T>(use: Use, inside: Transaction<T> & { tx: Db; answers: Answers }): Promise<T> {
  const { name, readsOnly, work, tx, answers } = inside;
  answers.begun();
  try {
    if (use.process.isDead) throw new Killed();
    requireConnection(use);
    const made = await work(tx);
    if (!readsOnly) await commit(use, name);
    return made;
  } finally {
    answers.ended = use.director.underWay.begin("other");
  }
}

/** What to call when a transaction has its connection, and when its end is answered. */
interface Answers {
  begun: () => void;
  ended: () => void;
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
    return send(use, () => tx.execute(query));
  };
  return { execute } as unknown as Db;
}

async function send<T>({ director }: Use, statement: () => PromiseLike<T>): Promise<T> {
  const answered = director.underWay.begin("statement");
  try {
    return await statement();
  } finally {
    answered();
  }
}

/** What a statement does, for the trace; one that only reads is a `select`. */
function nameOf(query: SQL): string {
  const [first] = query.queryChunks as { value?: string[] }[];
  const more = JSON.stringify(query.queryChunks).match(/(insert into|update|delete from) \w+/g) ?? [];
  return [...new Set([(first?.value?.[0] ?? "").trim().split(/\s+/, 1)[0], ...more])].join("+");
}
