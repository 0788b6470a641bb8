// Writes events: rows of the outbox, in the transaction of the change they tell of.
import { type SQL, sql } from "drizzle-orm/sql";
import type { Db } from "./rows.ts";

export type EventType =
  | "repository.create"
  | "repository.update"
  | "repository.delete"
  | "namespace.create"
  | "account.create"
  | "account.update"
  | "account.delete"
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
  | "tag.delete";

export interface NewEvent {
  at: Date;
  type: EventType;
  actorId: string | null;
  repositoryId: string | null;
  /** The full name of what changed, as it was then. */
  object: string;
  detail?: Record<string, unknown>;
}

export async function insertEvent(db: Db, event: NewEvent): Promise<void> {
  await db.execute(insertEventSql(event));
}

/** The insert as SQL, for statements that do it beside other things. */
export function insertEventSql(event: NewEvent, when: SQL = sql``): SQL {
  return sql`insert into event (at, type, actor_id, repository_id, object, detail)
    select ${event.at.toISOString()}::timestamptz, ${event.type}, ${event.actorId}::uuid, ${event.repositoryId}::uuid, ${event.object},
      ${JSON.stringify(event.detail ?? {})}::jsonb ${when}`;
}
