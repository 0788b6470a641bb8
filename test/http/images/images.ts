// What the tests of tags and manifests on the management API share.
import type { Target } from "#test/setup/target.ts";
import { type Answer, send } from "../v2/requests.ts";

export type Json = Record<string, unknown>;

/** Asks about a repository, whose name may hold slashes. */
export function askAbout(berth: Target, repository: string) {
  const [namespace, ...name] = repository.split("/");
  const base = `/api/v0/repositories/${namespace}/${encodeURIComponent(name.join("/"))}`;
  const ask = (method: string, path: string, auth?: string | null): Promise<Answer> =>
    send(berth, method, `${base}${path}`, auth === undefined ? {} : { auth });
  return {
    ask,
    /** What is answered, which must be well. */
    async get<T = Json[]>(path: string): Promise<T> {
      const answer = await ask("GET", path);
      if (answer.status !== 200) throw new Error(`${path} was answered ${answer.status}: ${answer.text}`);
      return JSON.parse(answer.text) as T;
    },
  };
}

/** The name of each tag. */
export const namesOf = (tags: Json[]): unknown[] => tags.map(({ name }) => name);
