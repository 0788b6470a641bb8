// Knows of every name in a registry what it must answer: its last acknowledged value, or one of those tried since then.
//
// Each repository is worked on by one client that does one thing after the other, so the changes of a name have an order.

/** What a name stands for. The value of a blob, a manifest or a tag is a digest, of a session its offset; null: it is not there. */
export type Kind = "blob" | "manifest" | "tag" | "session";
export type Value = string | null;

export interface Name {
  kind: Kind;
  repository: string;
  /** Where it is asked. */
  path: string;
  sizeBytes?: number;
  /** Of a manifest, or what was sent to a session. */
  bytes?: Buffer[];
  /** Of a manifest: the digests of the blobs that have to be there with it. */
  needs?: string[];
}

export interface Register extends Name {
  /** By the last change that was acknowledged, or by what an audit found. */
  value: Value;
  /** Of changes whose answer did not come (yet). */
  tried: Value[];
  /** Of a session: it is in the memory of a Berth that alone serves its database, and a crash may cost it. */
  isInMemory: boolean;
}

export interface History {
  registers: Map<string, Register>;
  /** Paths that were changed since the last audit. */
  touched: Set<string>;
  followers: Set<History>;
}

export interface Change {
  name: Name;
  to: Value;
  /** The session is in memory only as long as this is not acknowledged (false), or still (true). */
  isInMemory?: boolean;
}

/** A change under way. Nothing is called when its answer does not come. */
export interface Attempt {
  /** It was acknowledged. */
  done(): void;
  /** It was refused: it did not happen. */
  refused(): void;
}

export function createHistory(): History {
  return { registers: new Map(), touched: new Set(), followers: new Set() };
}

/** Notes what a request is about to change. */
export function attempt(history: History, changes: Change[]): Attempt {
  for (const one of [history, ...history.followers])
    for (const { name, to } of changes) {
      registerOf(one, name).tried.push(to);
      one.touched.add(name.path);
    }
  return {
    done() {
      for (const { name, to, isInMemory = false } of changes)
        Object.assign(registerOf(history, name), { value: to, tried: [], isInMemory });
    },
    refused() {
      for (const { name, to } of changes) {
        const { tried } = registerOf(history, name);
        tried.splice(tried.lastIndexOf(to), 1);
      }
    },
  };
}

/**
 * What is known now. Until `close` it goes on to learn what is tried, but no more of what is acknowledged: of a copy that
 * is made meanwhile, what was acknowledged before must be in it, and what is tried until its end may be.
 */
export function photograph(history: History): { history: History; close(): void } {
  const registers = [...history.registers].map(([path, one]): [string, Register] => [
    path,
    { ...one, tried: [...one.tried] },
  ]);
  const photo = { ...createHistory(), registers: new Map(registers), touched: new Set(history.touched) };
  history.followers.add(photo);
  return { history: photo, close: () => void history.followers.delete(photo) };
}

/** Names of a repository whose value is certain and satisfies the condition. */
export function certain(history: History, repository: string, kind: Kind): Register[] {
  const of = [...history.registers.values()].filter((one) => one.kind === kind && one.repository === repository);
  return of.filter(({ value, tried }) => value !== null && tried.length === 0);
}

function registerOf({ registers }: History, name: Name): Register {
  const known = registers.get(name.path) ?? { ...name, value: null, tried: [], isInMemory: true };
  registers.set(name.path, known);
  return known;
}
