// Queries that seal events and read what was sealed.
import { sql } from "drizzle-orm/sql";
import { type Db, rows } from "../rows.ts";

/** What a checkpoint seals; transactions as PostgreSQL writes them. */
export interface Span {
  fromTransaction: string;
  toTransaction: string;
  count: number;
  /** Of each event its id (8 bytes) and the SHA-256 of its columns as a JSON array (32). */
  rowHashes: Uint8Array;
}

export interface Unsealed extends Span {
  /** Of the last checkpoint; null before the first. */
  lastId: number | null;
  lastSigned: string | null;
}

export interface CheckpointRow extends Omit<Span, "rowHashes"> {
  id: number;
  rowHashes: Uint8Array | null;
  signed: string;
  sealedAtMs: number;
  isDropped: boolean;
}

export interface CheckpointKeyRow {
  kid: string;
  publicJwk: Record<string, unknown>;
  mark: Uint8Array;
}

/** An event in one form of bytes, wherever and by whichever session it is asked for. */
const rowHash = sql`sha256(convert_to(jsonb_build_array(e.id, e.transaction::text, e.at at time zone 'UTC', e.type, e.actor_id, e.actor_name,
  e.credential, e.address, e.repository_id, e.object, e.detail)::text, 'UTF8'))`;
const hashesOf = sql`coalesce(string_agg(int8send(e.id) || ${rowHash}, ''::bytea order by e.transaction, e.id), ''::bytea)`;

/**
 * The events after the last checkpoint that no transaction can add to any more, so many at the most; all of a transaction's are in one
 * span. Null: there are none.
 */
export async function readUnsealed(db: Db, most: number): Promise<Unsealed | null> {
  const [found] = await rows<Unsealed>(
    db,
    sql`with last as (
        select l.id, l.signed, coalesce(l.to_transaction, '0'::xid8) as since, pg_snapshot_xmin(pg_current_snapshot()) as settled
        from (select 1) one left join (select id, signed, to_transaction from event_checkpoint order by id desc limit 1) l on true),
      waiting as (
        select e.id, e.transaction from event e, last where e.transaction >= last.since and e.transaction < last.settled
        order by e.transaction, e.id limit ${most + 1}::int),
      edge as (select transaction from waiting order by transaction, id offset ${most}::int),
      upto as (
        select case when not exists (select 1 from edge) then last.settled
          when (select transaction from edge) > (select transaction from waiting order by transaction limit 1) then (select transaction from edge)
          else ((select transaction from edge)::text::bigint + 1)::text::xid8 end as t from last)
      select last.id as "lastId", last.signed as "lastSigned", last.since::text as "fromTransaction", upto.t::text as "toTransaction",
        hashed.count, hashed."rowHashes"
      from last, upto cross join lateral (
        select count(*) as count, ${hashesOf} as "rowHashes" from event e where e.transaction >= last.since and e.transaction < upto.t) hashed
      where exists (select 1 from waiting)`,
  );
  return found ?? null;
}

/** Adds a checkpoint with the key that signed it, unless another has added one of that id. @returns whether it is there now. */
export async function insertCheckpoint(
  db: Db,
  { id, signed, now, ...span }: Span & { id: number; signed: string; now: Date },
  key: CheckpointKeyRow,
): Promise<boolean> {
  const made = await rows(
    db,
    sql`with known as (
        insert into checkpoint_key (kid, public_jwk, mark) values (${key.kid}, ${JSON.stringify(key.publicJwk)}::jsonb, ${key.mark})
        on conflict do nothing)
      insert into event_checkpoint (id, from_transaction, to_transaction, count, row_hashes, signed, sealed_at)
      values (${id}, ${span.fromTransaction}::xid8, ${span.toTransaction}::xid8, ${span.count}, ${span.rowHashes}, ${signed}, ${now.toISOString()})
      on conflict do nothing returning id`,
  );
  return made.length > 0;
}

const columns = sql`c.id, c.from_transaction::text as "fromTransaction", c.to_transaction::text as "toTransaction", c.count,
  c.row_hashes as "rowHashes", c.signed, extract(epoch from c.sealed_at)::float8 * 1000 as "sealedAtMs", c.dropped_at is not null as "isDropped"`;

/** Checkpoints after one, in their order, with what their spans hold now. */
export async function listCheckpoints(
  db: Db,
  after: number,
  limit: number,
): Promise<(CheckpointRow & { found: Uint8Array })[]> {
  return rows(
    db,
    sql`select ${columns}, (select ${hashesOf} from event e where e.transaction >= c.from_transaction and e.transaction < c.to_transaction) as found
      from event_checkpoint c where c.id > ${after} order by c.id limit ${limit}`,
  );
}

export async function listCheckpointKeys(db: Db): Promise<CheckpointKeyRow[]> {
  return rows(db, sql`select kid, public_jwk as "publicJwk", mark from checkpoint_key`);
}

/** The events that no checkpoint seals yet. */
export async function readTail(db: Db): Promise<{ count: number; oldestMs: number | null }> {
  const [tail] = await rows<{ count: number; oldestMs: number | null }>(
    db,
    sql`select count(*) as count, extract(epoch from min(e.at))::float8 * 1000 as "oldestMs" from event e
      where e.transaction >= coalesce((select to_transaction from event_checkpoint order by id desc limit 1), '0'::xid8)`,
  );
  return tail ?? { count: 0, oldestMs: null };
}
