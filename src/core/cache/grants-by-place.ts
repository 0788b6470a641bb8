// Finds among many grants those that can hold on a repository: somebody may have thousands, and is asked about at every request.
import type { AccessRight } from "#db/queries/accounts/rights.ts";

/** Fewer are looked through faster than found. */
const few = 16;
/** By namespace, or by repository. An account's list lives as long as it is remembered, and is never changed. */
const places = new WeakMap<readonly AccessRight[], Map<string, AccessRight[]>>();

/** All grants of the repository and of its namespace; when there are few, others among them. */
export function grantsNear<Right extends AccessRight>(
  grants: readonly Right[],
  repository: { id: string; accountId: string },
): readonly Right[] {
  if (grants.length <= few) return grants;
  const byPlace = placesOf(grants) as Map<string, Right[]>;
  return [...(byPlace.get(repository.accountId) ?? []), ...(byPlace.get(repository.id) ?? [])];
}

function placesOf(grants: readonly AccessRight[]): Map<string, AccessRight[]> {
  const known = places.get(grants);
  if (known) return known;
  const made = Map.groupBy(grants, ({ namespaceId, repositoryId }) => repositoryId ?? namespaceId);
  places.set(grants, made);
  return made;
}
