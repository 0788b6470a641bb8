// Writes events: rows of the outbox, in the transaction of the change they tell of.
import { type SQL, sql } from "drizzle-orm/sql";
import { enterContent } from "./gate.ts";
import type { Db } from "./rows.ts";

export type EventType =
  | "repository.create"
  | "repository.update"
  | "repository.delete"
  | "repository.rename"
  | "namespace.create"
  | "account.create"
  | "account.update"
  | "account.delete"
  | "account.rename"
  | "alias.release"
  | "member.update"
  | "member.delete"
  | "team.create"
  | "team.update"
  | "team.delete"
  | "token.create"
  | "token.update"
  | "token.delete"
  | "trust.create"
  | "trust.delete"
  | "workload.login"
  | "session.create"
  | "session.delete"
  | "access.update"
  | "access.delete"
  | "settings.update"
  | "blob.push"
  | "blob.mount"
  | "blob.delete"
  | "blob.mark"
  | "blob.heal"
  | "manifest.push"
  | "manifest.delete"
  | "tag.push"
  | "tag.delete"
  | "login.success"
  | "login.fail"
  | "request.deny"
  | "manifest.pull";

/**
 * What tells of a change of content. A change writes its event in its own transaction, so that who may not tell of it cannot
 * make it: the gate is passed here, and nowhere can it be forgotten.
 */
export const contentTypes: ReadonlySet<EventType> = new Set<EventType>([
  "repository.create",
  "repository.update",
  "repository.delete",
  "repository.rename",
  "account.rename",
  "alias.release",
  "namespace.create",
  "blob.push",
  "blob.mount",
  "blob.delete",
  "manifest.push",
  "manifest.delete",
  "tag.push",
  "tag.delete",
]);

/** The condition under which these may be written. */
export function mayTell(types: readonly EventType[]): SQL {
  return types.some((type) => contentTypes.has(type)) ? sql`where ${enterContent}` : sql``;
}

export interface NewEvent {
  at: Date;
  type: EventType;
  actorId: string | null;
  /** His name at that time. */
  actorName?: string | null;
  /** What he showed, in words. */
  credential?: string | null;
  /** Where the request came from. */
  address?: string | null;
  repositoryId: string | null;
  /** The full name of what changed, as it was then. */
  object: string;
  detail?: Record<string, unknown>;
}

export async function insertEvent(db: Db, event: NewEvent): Promise<void> {
  await db.execute(insertEventSql(event));
}

/** The insert as SQL, for statements that do it beside other things: once for each row of `from`. */
export function insertEventSql(event: NewEvent, from: SQL = sql``): SQL {
  return sql`insert into event (at, type, actor_id, actor_name, credential, address, repository_id, object, detail)
    select ${event.at.toISOString()}::timestamptz, ${event.type}, ${event.actorId}::uuid, ${event.actorName ?? null},
      ${event.credential ?? null}, ${event.address ?? null}, ${event.repositoryId}::uuid, ${event.object}, ${JSON.stringify(event.detail ?? {})}::jsonb ${from} ${mayTell([event.type])}`;
}

/** Writes many in one statement. */
export async function insertEvents(db: Db, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  await db.execute(
    sql`insert into event (at, type, actor_id, actor_name, credential, address, repository_id, object, detail)
      select at, type, "actorId", "actorName", credential, address, "repositoryId", object, coalesce(detail, '{}')
      from jsonb_to_recordset(${JSON.stringify(events)}::jsonb) as e(at timestamptz, type text, "actorId" uuid, "actorName" text,
        credential text, address text, "repositoryId" uuid, object text, detail jsonb) ${mayTell(events.map(({ type }) => type))}`,
  );
}
