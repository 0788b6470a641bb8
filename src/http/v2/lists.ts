// Lists under /v2: tags, repositories, referrers.

import { reachRepository } from "#core/access/reach.ts";
import { pageCatalog, pageReferrers, pageTags } from "#core/content/lists.ts";
import type { Repository } from "#core/repositories/repository.ts";
import { formatDigest, parseDigest } from "#oci/digest.ts";
import { registryError } from "#oci/error.ts";
import { mediaTypes } from "#oci/media-type.ts";
import { jsonAnswer } from "../answer.ts";
import type { RequestHead } from "../head.ts";
import { nextLink, pageSize } from "./paging.ts";
import type { V2Handler, V2Request } from "./request.ts";

/** Tools ask once without `n` and take the answer for all: it should be. */
const tagsPerPage = 10_000;
const repositoriesPerPage = 1000;

/** GET /v2/<name>/tags/list[?n=&last=] */
export const getTags: V2Handler<{ name: string }> = async (request, { name }) => {
  const { ctx, caller, head } = request;
  const limit = pageSize(head.search, tagsPerPage);
  const repository = await reachRepository(ctx, caller, name, "pull");
  const page =
    limit === 0
      ? { items: [], more: false }
      : await pageTags(ctx, repository.id, { after: head.search.get("last") ?? "", limit });
  return jsonAnswer(
    { name, tags: page.items },
    linkTo(head, page, { n: String(limit), last: page.items.at(-1) ?? "" }),
  );
};

/** GET /v2/_catalog[?n=&last=] */
export const getCatalog: V2Handler<object> = async (request) => {
  const { ctx, caller, head } = request;
  if (
    caller.how === "anonymous" ||
    (caller.grants !== null && !caller.grants.some((grant) => grant.type === "catalog"))
  )
    throw registryError("UNAUTHORIZED", undefined, [{ Type: "registry", Class: "", Name: "catalog", Action: "*" }], {
      scope: "registry:catalog:*",
      ...(caller.how === "bearer" ? { challengeError: "insufficient_scope" as const } : {}),
    });
  const limit = pageSize(head.search, repositoriesPerPage);
  const page =
    limit === 0
      ? { items: [], more: false }
      : await pageCatalog(ctx, caller, { after: head.search.get("last") ?? "", limit });
  return jsonAnswer(
    { repositories: page.items },
    linkTo(head, page, { n: String(limit), last: page.items.at(-1) ?? "" }),
  );
};

/** GET /v2/<name>/referrers/<digest>[?artifactType=]. Never 404 for who may see, or create, the repository: a client would take that for a registry without this API. */
export const getReferrers: V2Handler<{ name: string; digest: string }> = async (request, { name, digest: text }) => {
  const { ctx, head } = request;
  const subject = formatDigest(parseDigest(text));
  const artifactType = head.search.get("artifactType");
  const repository = await reachOrEmpty(request, name);
  const query = { subject, artifactType: artifactType || null, after: head.search.get("last") ?? "" };
  const page = repository ? await pageReferrers(ctx, repository.id, query) : { items: [], more: false };
  const manifests = page.items.map((row) => ({
    mediaType: row.mediaType,
    digest: row.digest,
    size: row.sizeBytes,
    ...(row.artifactType ? { artifactType: row.artifactType } : {}),
    ...(Object.keys(row.annotations).length > 0 ? { annotations: row.annotations } : {}),
  }));
  return jsonAnswer(
    { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests },
    {
      "Content-Type": mediaTypes.ociIndex,
      ...(query.artifactType ? { "OCI-Filters-Applied": "artifactType" } : {}),
      ...linkTo(head, page, { last: page.items.at(-1)?.digest ?? "" }),
    },
  );
};

function linkTo(head: RequestHead, page: { more: boolean }, next: Record<string, string>): Record<string, string> {
  return page.more ? { Link: nextLink(head, next) } : {};
}

async function reachOrEmpty({ ctx, caller }: V2Request, name: string): Promise<Repository | null> {
  try {
    return await reachRepository(ctx, caller, name, "pull");
  } catch (error) {
    if ((error as { code?: unknown }).code === "NAME_UNKNOWN") return null;
    throw error;
  }
}
