// Removes a database of a test with whoever is still in it, an autovacuum worker as well.
import type { Sql } from "#db/connect/server.ts";

/**
 * `name` is quoted where it needs it. A role that is no superuser may end its own sessions by force, but not the
 * worker that vacuums there: PostgreSQL refuses it all (42501). Without force it ends that worker itself, and waits.
 */
export async function dropDatabase(sql: Sql, name: string): Promise<void> {
  await sql.unsafe(`drop database if exists ${name} with (force)`).catch((error: Error) => {
    if (!("code" in error && error.code === "42501")) throw error;
    return sql.unsafe(`drop database if exists ${name}`);
  });
}
