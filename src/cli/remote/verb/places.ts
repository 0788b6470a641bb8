// Where a grant holds, and whom it is for, as words of a command line.
import { readRepository, UsageError } from "./usage.ts";

/** A repository, a pattern of names, or, with neither, a whole namespace. */
export interface Place {
  namespace: string;
  reponame?: string;
  pattern?: string;
}

export interface Grantee {
  kind: "team" | "user" | "robot";
  name: string;
}

export function readPlace(text: string): Place {
  if (!text.includes("/")) return { namespace: text };
  const { namespace, reponame } = readRepository(text);
  return reponame.includes("*") ? { namespace, pattern: reponame } : { namespace, reponame };
}

export function placeName({ namespace, reponame, pattern }: Place): string {
  return [namespace, reponame ?? pattern].filter((part) => part !== undefined).join("/");
}

export function readGrantee(text: string): Grantee {
  const [, kind, name] = /^(team|user|robot):(.+)$/.exec(text) ?? [];
  if (!kind || !name)
    throw new UsageError(`write whom as team:NAME, user:NAME or robot:NAME, not ${JSON.stringify(text)}`);
  return { kind: kind as Grantee["kind"], name };
}
