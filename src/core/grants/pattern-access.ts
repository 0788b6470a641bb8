// What teams and users may on the repositories of a namespace whose names fit a pattern, also on those still to come.
import {
  countPatternGrants,
  deletePatternGrant,
  findPatternGrant,
  listPatternGrants,
  type PatternGrantRow,
  putGrant,
} from "#db/queries/accounts/access-grants.ts";
import { registryError } from "#oci/error.ts";
import { isUuid } from "#oci/name.ts";
import { requirePattern } from "#oci/pattern.ts";
import type { Caller } from "../access/caller.ts";
import { type ChangeNeeds, changing } from "../accounts/change.ts";
import { findAccount } from "../accounts/find.ts";
import { type Paged, pageAfter } from "../accounts/page.ts";
import type { Needs } from "../context.ts";
import { requireFuture } from "../moment.ts";
import type { Level } from "./grants.ts";
import { reachNamespace, teamOf } from "./team-access.ts";

export type { PatternGrantRow };

/** Lists compare a name with every pattern that somebody was granted. */
const mostPatterns = 200;

/** For members of the organization. @throws as reachNamespace. */
export async function pagePatterns(
  ctx: Needs<"db">,
  caller: Caller,
  namespace: string,
  page: { after: string; limit: number },
): Promise<Paged<PatternGrantRow>> {
  const { id } = await reachNamespace(ctx, caller, namespace, "look");
  const after = isUuid(page.after) ? page.after : null;
  return pageAfter(
    page.limit,
    (grant) => grant.id,
    (limit) => listPatternGrants(ctx.db, id, { after, limit }),
  );
}

/** Grants it, in place of what that team or user was granted on that pattern before. @throws as reachNamespace, NO_SUCH_TEAM, NO_SUCH_USER, INVALID_PARAMETERS. */
export async function grantPattern(
  ctx: ChangeNeeds,
  caller: Caller,
  namespace: string,
  form: () => Promise<Level & { pattern: string; team?: string | undefined; user?: string | undefined }>,
): Promise<PatternGrantRow> {
  const { id, name } = await reachNamespace(ctx, caller, namespace, "set");
  const { pattern, level, expiresAt = null, ...whom } = await form();
  requirePattern(pattern);
  requireFuture(ctx, expiresAt);
  if ((whom.team === undefined) === (whom.user === undefined))
    throw registryError("INVALID_PARAMETERS", "name either a team or a user");
  const grantee =
    whom.team === undefined
      ? { userId: (await findAccount(ctx, whom.user as string, "user")).id }
      : { teamId: (await teamOf(ctx, id, whom.team)).id };
  const told = { type: "access.update" as const, object: name, detail: { ...whom, pattern, level, expiresAt } };
  const made = await changing(ctx, caller, told, async (tx) => {
    const grantId = await putGrant(tx, { ...grantee, namespaceId: id, repositoryId: null, pattern, level, expiresAt });
    if ((await countPatternGrants(tx, id)) > mostPatterns) tooMany();
    return grantId && findPatternGrant(tx, id, grantId);
  });
  if (!made) throw registryError("NO_SUCH_PATTERN_ACCESS");
  return made;
}

function tooMany(): never {
  throw registryError("INVALID_PARAMETERS", `a namespace has ${mostPatterns} grants on patterns at most`);
}

/** @throws as reachNamespace, NO_SUCH_PATTERN_ACCESS. */
export async function removePattern(
  ctx: ChangeNeeds,
  caller: Caller,
  names: { namespace: string; id: string },
): Promise<void> {
  const { id, name } = await reachNamespace(ctx, caller, names.namespace, "set");
  const before = isUuid(names.id) ? await findPatternGrant(ctx.db, id, names.id) : null;
  const told = { type: "access.delete" as const, object: name, detail: { before } };
  const gone =
    before && (await changing(ctx, caller, told, async (tx) => (await deletePatternGrant(tx, id, before.id)) || null));
  if (!gone) throw registryError("NO_SUCH_PATTERN_ACCESS");
}
