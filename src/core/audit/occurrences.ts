// Gathers what happens too often for a row each (logins, refusals, pulls), until it is written together: one row for all that is alike.
//
// It is bounded, so that nobody fills the database by being refused: what is one too many of an account is told without its object.
import type { NewEvent } from "#db/queries/events.ts";

/** Of one account, or of all who are nobody, between two writings. */
const mostOfOne = 20;
const mostInAll = 5000;
const mostNames = 10;

/** Something that happened, `count` times if that is not once. `names` tell what of the object was asked for. */
export type Occurrence = Omit<NewEvent, "detail"> & {
  type: "login.success" | "login.fail" | "request.deny" | "manifest.pull";
  detail: { count: number; names?: string[] } & Record<string, unknown>;
};

export interface Occurrences {
  note(occurrence: Occurrence): void;
  isEmpty(): boolean;
  /** Takes what was noted since the last call. */
  take(): Occurrence[];
}

export function createOccurrences(): Occurrences {
  let noted = new Map<string, Occurrence>();
  let perAccount = new Map<string, number>();

  /** Makes room for one of its own, or says that there is none. */
  function takesRoom({ type, actorId }: Occurrence): boolean {
    if (noted.size >= mostInAll) return false;
    // Who pulls from many repositories does what they are there for.
    if (type === "manifest.pull") return true;
    const of = `${type} ${actorId}`;
    const count = (perAccount.get(of) ?? 0) + 1;
    perAccount.set(of, count);
    return count <= mostOfOne;
  }

  function note(occurrence: Occurrence): void {
    const key = keyOf(occurrence);
    const known = noted.get(key);
    if (known) merge(known, occurrence);
    else if (takesRoom(occurrence)) noted.set(key, copyOf(occurrence));
    // Of a pull the counters of the repository tell all the same.
    else if (occurrence.type !== "manifest.pull") noteAsOther(occurrence);
  }

  function noteAsOther(occurrence: Occurrence): void {
    const { names: _, ...detail } = occurrence.detail;
    const rest: Occurrence = {
      ...occurrence,
      object: "*",
      repositoryId: null,
      address: null,
      credential: null,
      detail,
    };
    const others = noted.get(keyOf(rest));
    if (others) merge(others, rest);
    else if (noted.size < 2 * mostInAll) noted.set(keyOf(rest), rest);
  }

  return {
    note,
    isEmpty: () => noted.size === 0,
    take() {
      const taken = [...noted.values()];
      noted = new Map();
      perAccount = new Map();
      return taken;
    },
  };
}

/** Pulls are alike by account and repository, anything else also by where it came from. */
function keyOf({ type, actorId, repositoryId, object, credential, address }: Occurrence): string {
  // The one that is noted at every pull: ids and paths have no spaces.
  if (type === "manifest.pull") return `${actorId} ${repositoryId} ${object}`;
  return JSON.stringify([type, actorId, repositoryId, object, credential, address]);
}

function copyOf(occurrence: Occurrence): Occurrence {
  const { names, ...detail } = occurrence.detail;
  return { ...occurrence, detail: { ...detail, ...(names && { names: names.slice(0, mostNames) }) } };
}

function merge(known: Occurrence, { detail, credential, address }: Occurrence): void {
  known.detail.count += detail.count;
  for (const name of detail.names ?? []) {
    known.detail.names ??= [];
    const { names } = known.detail;
    if (names.length < mostNames && !names.includes(name)) names.push(name);
  }
  // By several, from several.
  if (known.credential !== credential) known.credential = null;
  if (known.address !== address) known.address = null;
}
