// Settings that admins change while the server runs; every reader sees a change at its next question.
import { readSettings } from "#db/queries/installation.ts";
import type { Needs } from "./context.ts";

export interface Settings {
  /** A push to a repository that does not exist creates it, private, for whoever may administer the namespace. */
  createRepositoryOnPush: boolean;
  /** A system admin's push to a namespace that does not exist creates an organization. */
  createNamespaceOnPush: boolean;
}

const defaults: Settings = { createRepositoryOnPush: true, createNamespaceOnPush: true };

/** The settings in force. */
export async function getSettings(ctx: Needs<"db">): Promise<Settings> {
  const stored = await readSettings(ctx.db);
  const read = (name: keyof Settings) =>
    typeof stored[name] === "boolean" ? (stored[name] as boolean) : defaults[name];
  return {
    createRepositoryOnPush: read("createRepositoryOnPush"),
    createNamespaceOnPush: read("createNamespaceOnPush"),
  };
}
