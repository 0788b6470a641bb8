// Settings that admins change while the server runs; every reader sees a change at its next question.
import { holdGate } from "#db/queries/gate.ts";
import { readSettings, writeSetting } from "#db/queries/installation.ts";
import type { Caller } from "./access/caller.ts";
import { type ChangeNeeds, changing } from "./accounts/change.ts";
import { requireMay } from "./accounts/find.ts";
import { scopes } from "./cache/feed.ts";
import type { Needs } from "./context.ts";

export interface Settings {
  /** A push to a repository that does not exist creates it, private, for whoever may administer the namespace. */
  createRepositoryOnPush: boolean;
  /** A system admin's push to a namespace that does not exist creates an organization. */
  createNamespaceOnPush: boolean;
  /** A password that is set from now on has as many characters at least. */
  passwordMinLength: number;
  /** Whether `?refresh_token=` lets an access token in. */
  accessTokenInQuery: boolean;
  /** A session without a request for so many minutes ends. */
  sessionIdleMinutes: number;
  /** A session ends so many hours after its login, however much it is used. */
  sessionHours: number;
  /** Events are kept for so many months; 0: for good. */
  eventMonths: number;
  /** No content changes, by anybody or anything, until that ends. */
  readOnlyRegistry: boolean;
}

const defaults: Settings = {
  createRepositoryOnPush: true,
  createNamespaceOnPush: true,
  passwordMinLength: 8,
  accessTokenInQuery: true,
  sessionIdleMinutes: 12 * 60,
  sessionHours: 7 * 24,
  eventMonths: 0,
  readOnlyRegistry: false,
};
const names = Object.keys(defaults) as (keyof Settings)[];

/** The settings in force. */
export async function getSettings(ctx: Needs<"db">): Promise<Settings> {
  const stored = await readSettings(ctx.db);
  const read = (name: keyof Settings) =>
    typeof stored[name] === typeof defaults[name] ? stored[name] : defaults[name];
  return Object.fromEntries(names.map((name) => [name, read(name)])) as unknown as Settings;
}

/** The settings, for one who may see them. @throws NOT_AUTHENTICATED, NOT_AUTHORIZED. */
export async function showSettings(ctx: Needs<"db">, caller: Caller): Promise<Settings> {
  await requireAdmin(caller);
  return getSettings(ctx);
}

/** The settings in force, as this process knows them. */
export async function rememberedSettings(ctx: Needs<"db" | "facts">): Promise<Settings> {
  return (await ctx.facts.get(scopes.settings, "all", () => getSettings(ctx))) as Settings;
}

/**
 * Changes what is named. Whoever was changing content when the registry becomes read-only is done before this returns, or refused.
 * @throws NOT_AUTHENTICATED, NOT_AUTHORIZED.
 */
export async function changeSettings(ctx: ChangeNeeds, caller: Caller, change: Partial<Settings>): Promise<Settings> {
  await requireAdmin(caller);
  const was = await getSettings(ctx);
  const named = names.filter((name) => change[name] !== undefined);
  const before = Object.fromEntries(named.map((name) => [name, was[name]]));
  const told = { type: "settings.update", object: "settings", detail: { before, ...change } } as const;
  await changing(ctx, caller, told, async (tx, at) => {
    if (change.readOnlyRegistry !== undefined) await holdGate(tx);
    for (const name of named) await writeSetting(tx, name, change[name], at);
    return true;
  });
  return getSettings(ctx);
}

function requireAdmin(caller: Caller): Promise<void> {
  return requireMay(caller, { on: "registry", action: "administer" });
}
