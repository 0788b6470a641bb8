// What DTR tells of itself as a server: its features, its version, and how its replicas are.
import { z } from "@hono/zod-openapi";
import { requireMay } from "#core/accounts/find.ts";
import { isReadOnly } from "#core/content/gate.ts";
import type { Context } from "#core/context.ts";
import { version } from "#core/version.ts";
import { type Declaring, declare } from "../../declare.ts";

const featuresAnswer = z
  .object({
    scanningEnabled: z.boolean(),
    scanningLicensed: z.boolean(),
    promotionLicensed: z.boolean(),
    mirroringLicensed: z.boolean(),
    metadataStoreOptedIn: z.boolean(),
    onlineGCEnabled: z.boolean(),
    db_version: z.number().int(),
    ucpHost: z.string(),
  })
  .openapi("responses.Features");

/** `Licensed` is what a client asks before it offers something: nothing needs a licence here, but these are not there yet. */
const features: z.infer<typeof featuresAnswer> = {
  scanningEnabled: false,
  scanningLicensed: false,
  promotionLicensed: false,
  mirroringLicensed: false,
  metadataStoreOptedIn: true,
  onlineGCEnabled: true,
  db_version: 0,
  ucpHost: "",
};

const clusterAnswer = z
  .object({
    rethink_system_tables: z.record(z.string(), z.unknown()),
    replica_health: z.record(z.string(), z.string()),
    replica_timestamp: z.record(z.string(), z.string()),
    replica_readonly: z.record(z.string(), z.boolean()),
    gc_lock_holder: z.string(),
  })
  .openapi("responses.ClusterStatus");

/** In DTR's form: twelve hexadecimal digits. Replicas hold nothing of their own, so it names the installation. */
export function replicaIdOf({ installationId }: Pick<Context, "installationId">): string {
  return installationId.replaceAll("-", "").slice(-12);
}

export function clusterRoutes(to: Declaring): void {
  const { ctx, around } = to.surface;
  declare(
    to,
    { method: "get", path: "/meta/features", summary: "what this version has", status: 200, answer: featuresAnswer },
    async () => features,
  );
  declare(
    to,
    {
      method: "get",
      path: "/meta/cluster_status",
      summary: "how the replica that answers is, with its database and its store",
      status: 200,
      answer: clusterAnswer,
    },
    async ({ caller }) => {
      await requireMay(caller, { on: "registry", action: "administer" });
      const problem = around.draining() ? "the server is stopping" : await around.problem();
      const id = replicaIdOf(ctx);
      return {
        rethink_system_tables: {},
        replica_health: { [id]: problem ?? "OK" },
        replica_timestamp: { [id]: ctx.clock.now().toISOString() },
        replica_readonly: { [id]: await isReadOnly(ctx) },
        gc_lock_holder: "",
      };
    },
  );
  declare(
    to,
    {
      method: "get",
      path: "/admin/version",
      summary: "the version of the program",
      status: 200,
      answer: z.object({ version: z.string() }),
    },
    async () => ({ version }),
  );
}
