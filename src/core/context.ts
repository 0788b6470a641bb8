// What the rules may need, gathered once at start; a rule names the slice it takes.
import type { Database } from "#db/queries/rows.ts";
import type { BlobStore } from "#ports/blob-store.ts";
import type { Clock } from "#ports/clock.ts";
import type { Compute } from "#ports/compute.ts";
import type { Egress } from "#ports/egress.ts";
import type { Hasher } from "#ports/hasher.ts";
import type { Keyring } from "./access/keyring.ts";
import type { PasswordMemory } from "./access/password-memory.ts";
import type { TokenMemory } from "./access/token-memory.ts";
import type { IssuerMemory } from "./access/workload/issuer-keys.ts";
import type { Contents } from "./cache/contents.ts";
import type { Facts } from "./cache/facts.ts";
import type { View } from "./cache/view.ts";
import type { Counters } from "./repositories/counters.ts";
import type { RestingSessions } from "./uploads/resting.ts";
import type { UnsavedSessions } from "./uploads/unsaved.ts";

/** Limits and times that come from the configuration. */
export interface Limits {
  manifestMaxBytes: number;
  jsonMaxDepth: number;
  /** Sessions that one caller may have open. */
  uploadsPerCaller: number;
  /** A session without progress for this long ends. */
  uploadExpirySeconds: number;
  /** Bytes of a condemned blob stay this long. */
  condemnedHoldSeconds: number;
  /** How fast stored blobs are hashed again; 0: they are not. */
  scrubBytesPerSecond: number;
  /** A blob that was hashed longer ago than this is hashed again. */
  scrubDays: number;
  /** How long an access token is valid. */
  tokenSeconds: number;
  /** Reads of blobs that are larger than this are sent to the store itself, where it can give an address; null: none are. */
  redirectOver?: number | null;
  /** Bytes of free space below which uploads are refused. */
  freeSpaceReserve: (totalBytes: number) => number;
}

/** What rules report that is nobody's answer: for logs and metrics. */
type Report = (level: "info" | "warn" | "error", message: string, fields?: Record<string, unknown>) => void;

export interface Context {
  db: Database;
  blobs: BlobStore;
  hasher: Hasher;
  compute: Compute;
  clock: Clock;
  limits: Limits;
  keys: Keyring;
  passwords: PasswordMemory;
  tokens: TokenMemory;
  /** The way to servers elsewhere, and the keys of outside issuers that were read through it. */
  egress: Egress;
  issuers: IssuerMemory;
  /** How old what memory says may be, what it says, and small contents. */
  view: View;
  facts: Facts;
  contents: Contents;
  counters: Counters;
  resting: RestingSessions;
  /** Sessions in this process's memory; null where another process may use the same database. */
  unsaved: UnsavedSessions | null;
  /** The installation's id: the audience of its tokens. */
  installationId: string;
  report: Report;
}

/** The slice of the context that a rule takes. */
export type Needs<K extends keyof Context> = Pick<Context, K>;
