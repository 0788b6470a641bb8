// Finds out whether the database and the bucket go with this Worker, at an isolate's first request and once a minute.
import { ensureFirstAdmin } from "#core/access/first-admin.ts";
import { databaseFailure } from "#core/failure.ts";
import { schemaProblem } from "#db/connect/schema-version.ts";
import { ensureInstallation, readStanding, type Standing } from "#db/queries/installation.ts";
import { databaseError } from "#db/queries/rows.ts";
import { StartError } from "../start-error.ts";
import { requireStoreOf } from "../store-identity.ts";
import type { Unopened } from "./context.ts";
import type { Isolate } from "./isolate.ts";

const againMs = 60_000;
const bindings = "the bindings BLOBS and HYPERDRIVE in wrangler.toml";
/** What PostgreSQL says where a schema or a table is missing. */
const notThere = ["42P01", "3F000"];

/** The installation's id. @throws StartError; else what the database or the bucket said at the first request. */
export async function requireStanding(isolate: Isolate, ctx: Unopened): Promise<string> {
  const { known } = isolate;
  if (known && performance.now() - known.atMs < againMs) return known.installationId;
  try {
    return await findOut(isolate, ctx);
  } catch (error) {
    // What is known holds on while the database is away.
    if (known && databaseFailure(error) !== null) return known.installationId;
    throw error;
  }
}

async function findOut(isolate: Isolate, ctx: Unopened): Promise<string> {
  const atMs = performance.now();
  const startedMs = Date.now();
  const standing = await readStanding(ctx.db).catch(explained);
  isolate.clock.set(new Date(standing.nowMs), { startedMs, endedMs: Date.now() });
  const problem = schemaProblem(standing.newestMigrationMs);
  if (problem !== null) throw new StartError(problem);
  const installationId =
    standing.installationId ?? (await ensureInstallation(ctx.db, crypto.randomUUID(), ctx.clock.now()));
  if (!isolate.known) await requireStoreOf(installationId, ctx.blobs, ctx.db, bindings);
  if (!standing.hasAdmin) await makeFirstAdmin(isolate, ctx);
  isolate.known = { installationId, atMs };
  return installationId;
}

function explained(error: unknown): Standing {
  if (!notThere.includes(databaseError(error)?.code ?? "")) throw error;
  throw new StartError(
    "the database has no schema of Berth's: run `berth migrate` with the DATABASE_URL that Hyperdrive uses",
  );
}

async function makeFirstAdmin({ config }: Isolate, ctx: Unopened): Promise<void> {
  const { adminUser: name, adminPassword: password } = config;
  if (password === undefined) {
    ctx.report("warn", "there is no admin account yet: set the secret BERTH_ADMIN_PASSWORD, and it is made");
    return;
  }
  const made = await ensureFirstAdmin(ctx, { name, password, keepGenerated: async () => {} });
  if (made) ctx.report("info", "the first admin was made", { account: name });
}
