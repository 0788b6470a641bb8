// What happened, for who asks: of the repositories that he sees, and of everything for system admins.
import {
  allEvents,
  countEvents,
  type EventPage,
  type EventRow,
  readEvents,
  repositoryEvents,
  seenEvents,
} from "#db/queries/audit/list.ts";
import { type Caller, listerOf } from "../access/caller.ts";
import { may } from "../access/may.ts";
import { requireAccount } from "../accounts/find.ts";
import type { Needs } from "../context.ts";
import { getRepository } from "../repositories/change.ts";
import { type KindFilter, typesFor } from "./kinds.ts";

export type { EventRow };

/** More are not counted. */
const mostCounted = 10_000;

export interface EventQuery extends EventPage {
  kinds: KindFilter;
  /** Whether all of them are to be counted, too. */
  count: boolean;
}

/** A page, where the next begins, and how many there are in all when that was asked. */
export interface EventsPage {
  items: EventRow[];
  next: number | null;
  total: number | null;
  /** Whether the caller may learn by which credential, from where and in detail. */
  isWhole: boolean;
}

/** Of everything that the caller may learn of. @throws NOT_AUTHENTICATED. */
export async function pageEvents(ctx: Needs<"db" | "clock">, caller: Caller, query: EventQuery): Promise<EventsPage> {
  requireAccount(caller);
  const { kinds } = query;
  const types = { toReaders: typesFor("readers", kinds), toAdmins: typesFor("admins", kinds) };
  if (await may(caller, { on: "registry", action: "administer" })) {
    const filtered = kinds.type !== undefined || kinds.object !== undefined || kinds.excludePull === true;
    const all = [...types.toReaders, ...types.toAdmins, ...typesFor("system admins", kinds)];
    return { ...(await paged(ctx, query, (page) => allEvents(page, filtered ? all : null))), isWhole: true };
  }
  // A token for one thing is none for learning what happens elsewhere.
  const viewer = listerOf(caller, ctx.clock.now());
  const admin = caller.grants === null ? viewer : null;
  return paged(ctx, query, (page) => seenEvents(page, { viewer, admin }, types));
}

/** Of one repository. @throws as getRepository; NOT_AUTHENTICATED. */
export async function pageRepositoryEvents(
  ctx: Needs<"db">,
  caller: Caller,
  path: string,
  query: EventQuery,
): Promise<EventsPage> {
  requireAccount(caller);
  const repository = await getRepository(ctx, caller, path, "pull");
  const isAdmin = await may(caller, { on: "repository", action: "administer", repository });
  const types = [...typesFor("readers", query.kinds), ...(isAdmin ? typesFor("admins", query.kinds) : [])];
  return paged(ctx, query, (page) => repositoryEvents(page, repository.id, types));
}

async function paged(
  ctx: Needs<"db">,
  { kinds: _, count, ...page }: EventQuery,
  find: (page: EventPage) => ReturnType<typeof allEvents>,
): Promise<EventsPage> {
  const found = await readEvents(ctx.db, find({ ...page, limit: page.limit + 1 }));
  const total = count ? await countEvents(ctx.db, find({ ...page, from: null, limit: mostCounted })) : null;
  return { items: found.slice(0, page.limit), next: found[page.limit]?.id ?? null, total, isWhole: false };
}
