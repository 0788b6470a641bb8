// The routes under /v2: one line each, by what the path names and the method. Every runtime's requests come through here.
import { anonymous, type Caller } from "#core/access/caller.ts";
import { noteRefusal } from "#core/audit/note.ts";
import type { Body } from "#core/uploads/slabs.ts";
import { type ErrorCode, registryError } from "#oci/error.ts";
import { type Answer, jsonAnswer } from "../answer.ts";
import { identify } from "../authenticate.ts";
import type { Surface } from "../environment.ts";
import { asRegistryError, errorAnswer } from "../errors.ts";
import type { RequestHead } from "../head.ts";
import { clientAddress } from "../origin.ts";
import { deleteBlobLink, getBlobContent } from "./blobs.ts";
import { getCatalog, getReferrers, getTags } from "./lists.ts";
import { deleteManifestReference, getManifestContent, putManifestContent } from "./manifests.ts";
import { parseV2Path, type V2Path } from "./path.ts";
import type { V2Handler } from "./request.ts";
import { callerByTicket, uploadLocation } from "./upload-location.ts";
import { deleteUpload, getUploadStatus, patchUpload, postUploads, putUpload } from "./uploads.ts";

type Handlers = {
  [K in V2Path["kind"]]: { pattern: string; methods: Record<string, V2Handler<Extract<V2Path, { kind: K }>>> };
};

const routes: Handlers = {
  ping: { pattern: "/v2/", methods: { GET: async () => jsonAnswer({}) } },
  catalog: { pattern: "/v2/_catalog", methods: { GET: getCatalog } },
  tags: { pattern: "/v2/{name}/tags/list", methods: { GET: getTags } },
  referrers: { pattern: "/v2/{name}/referrers/{digest}", methods: { GET: getReferrers } },
  manifest: {
    pattern: "/v2/{name}/manifests/{reference}",
    methods: { GET: getManifestContent, PUT: putManifestContent, DELETE: deleteManifestReference },
  },
  blob: { pattern: "/v2/{name}/blobs/{digest}", methods: { GET: getBlobContent, DELETE: deleteBlobLink } },
  uploads: { pattern: "/v2/{name}/blobs/uploads/", methods: { POST: postUploads } },
  upload: {
    pattern: "/v2/{name}/blobs/uploads/{id}",
    methods: { GET: getUploadStatus, PATCH: patchUpload, PUT: putUpload, DELETE: deleteUpload },
  },
};

/** Method and pattern of each route. */
export function listV2Routes(): { method: string; pattern: string }[] {
  return Object.values(routes).flatMap(({ pattern, methods }) =>
    Object.keys(methods).map((method) => ({ method, pattern })),
  );
}

/** The answer to a request, and what is to be recorded of it. */
export interface Answered {
  answer: Answer;
  route: string;
  who: string | null;
  error?: unknown;
}

/** What is known of the caller when a rule refuses. */
interface Underway extends Answered {
  caller: Caller;
  /** The repository that the path names. */
  name: string | null;
}

interface Asked extends Surface {
  head: RequestHead;
  incoming: { readonly body: Body | null };
}

/** Decides the answer to a request of the registry protocol. It never throws: an error is an answer, too. */
export async function answerV2(asked: Asked): Promise<Answered> {
  const answered: Underway = {
    answer: { status: 500, headers: {}, body: null },
    route: "/v2/*",
    who: null,
    caller: anonymous,
    name: null,
  };
  try {
    answered.answer = await dispatch(asked, answered);
  } catch (error) {
    answered.error = error;
    if (refuses(error)) {
      const of = { object: answered.name ?? "", surface: "/v2", action: asked.head.method };
      noteRefusal(asked.ctx, answered.caller, of);
    }
    const refusal = errorAnswer(asked.head, asked.around, error);
    const { upload } = asRegistryError(error).context;
    const goOn = upload && {
      Location: await uploadLocation(asked, answered.caller, { ...upload, name: answered.name ?? "" }),
    };
    answered.answer = { ...refusal, headers: { ...answered.answer.headers, ...refusal.headers, ...goOn } };
  }
  answered.answer.headers["Docker-Distribution-API-Version"] = "registry/2.0";
  return answered;
}

function refuses(error: unknown): boolean {
  const { code } = asRegistryError(error);
  return code === "UNAUTHORIZED" || code === "DENIED";
}

async function dispatch(asked: Asked, answered: Underway): Promise<Answer> {
  const { head } = asked;
  if (head.path === "/v2") return { status: 301, headers: { Location: "/v2/", "Content-Length": "0" }, body: null };
  const path = parseV2Path(head.path);
  if (!path) {
    requireCredentials(head);
    await identified(asked, answered, null);
    throw registryError("ROUTE_UNKNOWN" satisfies ErrorCode, `there is nothing at ${head.path.slice(0, 300)}`);
  }
  const route = routes[path.kind];
  answered.route = route.pattern;
  answered.name = "name" in path ? path.name : null;
  const handler = route.methods[head.method === "HEAD" ? "GET" : head.method] as V2Handler<V2Path> | undefined;
  if (!handler) return refuseMethod(head, Object.keys(route.methods), answered);
  // Who shows no credentials at all learns from the ping where to get a token.
  if (path.kind === "ping") requireCredentials(head);
  const caller = await identified(asked, answered, path);
  const { ctx, around, incoming } = asked;
  return handler({ ctx, around, head, caller, body: incoming.body }, path);
}

async function identified(asked: Asked, answered: Underway, path: V2Path | null): Promise<Caller> {
  const byTicket = path?.kind === "upload" ? await callerByTicket(asked, path.id) : null;
  const caller = byTicket
    ? { ...byTicket, from: clientAddress(asked.head, asked.around) }
    : await identify(asked.head, asked);
  answered.caller = caller;
  answered.who = caller.account?.name ?? null;
  return caller;
}

function requireCredentials(head: RequestHead): void {
  if (!head.header("authorization")) throw registryError("UNAUTHORIZED");
}

function refuseMethod(head: RequestHead, methods: string[], answered: Underway): Answer {
  const allowed = [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ");
  const headers = { Allow: allowed };
  if (head.method === "OPTIONS") return { status: 200, headers: { ...headers, "Content-Length": "0" }, body: null };
  answered.answer.headers = headers;
  throw registryError("UNSUPPORTED", `${head.method} is not possible here; ${allowed} are`);
}
