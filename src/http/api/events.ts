// What happened, on DTR's paths and in DTR's form: of everything that the caller may learn of, and of one repository.
import { z } from "@hono/zod-openapi";
import { pageExport } from "#core/audit/export.ts";
import { kindOf } from "#core/audit/kinds.ts";
import { type EventQuery, type EventRow, type EventsPage, pageEvents, pageRepositoryEvents } from "#core/audit/list.ts";
import { registryError } from "#oci/error.ts";
import { isServiceAccountName, isUuid } from "#oci/name.ts";
import { type Declaring, declare } from "../declare.ts";
import type { AppContext } from "../environment.ts";
import { pageQuery, readPage } from "./request.ts";

const objectAnswer = z
  .object({ id: z.string(), type: z.string(), name: z.string().optional(), content: z.string().optional() })
  .openapi("schema.Object");
const eventAnswer = z
  .object({
    id: z.string(),
    publishedAt: z.iso.datetime(),
    actor: z.string().openapi({ description: "the account's id; empty for nobody's" }),
    /** Berth's own. */
    actorName: z.string().openapi({ description: "the account's name" }),
    actorType: z.string(),
    type: z.string(),
    object: objectAnswer,
    target: objectAnswer.optional(),
    repository: z.string(),
    /** Berth's own, for system admins. */
    credential: z.string().optional(),
    address: z.string().optional(),
    detail: z.record(z.string(), z.unknown()).optional().openapi({ description: "what was and what is" }),
  })
  .openapi("schema.Event");
const eventsAnswer = z.object({ events: z.array(eventAnswer) }).openapi("responses.Events");
const query = pageQuery.extend({
  count: z.string().optional(),
  publishedBefore: z.string().optional(),
  publishedAfter: z.string().optional(),
  actorId: z.string().optional(),
  eventType: z.string().optional(),
  objectType: z.string().optional(),
  excludePull: z.string().optional(),
});

export function eventRoutes(to: Declaring): void {
  const { ctx } = to.surface;
  const list = { method: "get", query, status: 200, answer: eventsAnswer } as const;
  declare(
    to,
    { ...list, path: "/events", summary: "what happened, as far as the caller may learn of it, newest first" },
    async ({ c, caller }) => answer(c, await pageEvents(ctx, caller, readQuery(c))),
  );
  declare(
    to,
    {
      method: "get",
      path: "/events/export",
      summary: "everything that happened, as lines of JSON in the order in which it is sealed, for system admins",
      query: pageQuery,
      status: 200,
    },
    async ({ c, caller }) => {
      const { after, limit } = readPage(c);
      const { lines, last } = await pageExport(ctx, caller, { after, limit });
      return c.body(lines, 200, { "Content-Type": "application/x-ndjson", "X-Next-Page-Start": last });
    },
  );
  declare(
    to,
    {
      ...list,
      path: "/repositories/{namespace}/{reponame}/events",
      summary: "what happened in a repository, newest first",
      params: z.object({ namespace: z.string(), reponame: z.string() }),
    },
    async ({ c, caller, param }) =>
      answer(c, await pageRepositoryEvents(ctx, caller, `${param("namespace")}/${param("reponame")}`, readQuery(c))),
  );
}

function answer(c: AppContext, { items, next, total, isWhole }: EventsPage): z.infer<typeof eventsAnswer> {
  c.header("X-Next-Page-Start", next === null ? "" : String(next));
  if (total !== null) c.header("X-Resource-Count", String(total));
  return { events: items.map((row) => ({ ...describeEvent(row), ...(isWhole && describeDetail(row)) })) };
}

/** @throws INVALID_PARAMETERS */
function readQuery(c: AppContext): EventQuery {
  const { after: pageStart, limit, count } = readPage(c);
  // Before DTR 2.3 it was `start`.
  const after = pageStart || (c.req.query("start") ?? "");
  if (!/^\d{0,15}$/.test(after)) throw registryError("INVALID_PARAMETERS", "pageStart must be the id of an event");
  const { actorId = "", eventType, objectType, excludePull } = c.req.query();
  if (actorId !== "" && !isUuid(actorId)) throw registryError("INVALID_PARAMETERS", "actorId must be an account's id");
  return {
    from: after === "" ? null : Number(after),
    limit,
    count,
    before: readTime(c, "publishedBefore"),
    after: readTime(c, "publishedAfter"),
    actorId: actorId || null,
    kinds: {
      type: eventType?.toUpperCase() || undefined,
      object: objectType?.toUpperCase() || undefined,
      excludePull: excludePull === "true",
    },
  };
}

function readTime(c: AppContext, name: string): Date | null {
  const text = c.req.query(name) ?? "";
  if (text === "") return null;
  const parsed = z.iso.datetime({ offset: true }).safeParse(text);
  if (!parsed.success)
    throw registryError("INVALID_PARAMETERS", `${name} must be a time such as 2026-01-31T12:00:00Z`, { field: name });
  return new Date(parsed.data);
}

function describeEvent(row: EventRow): z.infer<typeof eventAnswer> {
  const { type } = kindOf(row.type);
  return {
    id: String(row.id),
    publishedAt: new Date(row.atMs).toISOString(),
    actor: row.actorId ?? "",
    actorName: row.actorName ?? "",
    actorType: actorTypeOf(row),
    type,
    object: describeObject(row),
    repository: row.repositoryId === null ? "" : row.object,
  };
}

/** DTR knew USER and SYSTEM. */
function actorTypeOf({ actorId, actorName }: EventRow): "SYSTEM" | "SERVICE" | "USER" {
  if (actorId === null) return "SYSTEM";
  return isServiceAccountName(actorName ?? "") ? "SERVICE" : "USER";
}

function describeDetail({ credential, address, detail }: EventRow) {
  return { ...(credential !== null && { credential }), ...(address !== null && { address }), detail };
}

/** What it was done to, named as it was then. */
function describeObject({ type, repositoryId, object, detail }: EventRow): z.infer<typeof objectAnswer> {
  const { object: what } = kindOf(type);
  const { digest = "", tag, tags } = detail as { digest?: string; tag?: string; tags?: string[] };
  if (what === "REPOSITORY") return { id: repositoryId ?? "", type: what, name: object };
  if (what === "TAG") {
    const name = tag ?? tags?.join(", ") ?? "";
    return { id: `${object}:${name}`, type: what, name, content: digest };
  }
  if (type === "manifest.pull") {
    const { count, names = [] } = detail as { count: number; names?: string[] };
    return { id: object, type: what, name: names.join(", "), content: `pulled ${count} times` };
  }
  if (digest !== "" && repositoryId !== null) return { id: digest, type: what };
  return { id: object, type: what, name: object };
}
