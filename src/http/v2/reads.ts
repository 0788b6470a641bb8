// Reading blobs and manifests: what is asked, who asks, and the decided answer. Every runtime comes through here, whether it
// sends the answer by web streams or its own way.
import type { Caller } from "#core/access/caller.ts";
import type { Answer } from "../answer.ts";
import { identify } from "../authenticate.ts";
import type { Surface } from "../environment.ts";
import { errorAnswer } from "../errors.ts";
import type { RequestHead } from "../head.ts";
import { decideBlob } from "./blobs.ts";
import { decideManifest } from "./manifests.ts";
import type { V2Path } from "./path.ts";

/** The paths that are read so. */
export type ReadPath = Extract<V2Path, { kind: "blob" | "manifest" }>;

/** What a read decides from. */
export interface ReadRequest extends Surface {
  head: RequestHead;
  caller: Caller;
}

/** The answer, and what is to be recorded of the request. */
export interface Read {
  answer: Answer;
  who: string | null;
  error?: unknown;
}

/** Decides the answer to GET or HEAD. It never throws: an error is an answer, too. */
export async function answerRead(surface: Surface, head: RequestHead, path: ReadPath): Promise<Read> {
  const read: Read = { answer: { status: 500, headers: {}, body: null }, who: null };
  try {
    const caller = await identify(head, surface);
    read.who = caller.account?.name ?? null;
    const request = { ...surface, head, caller };
    read.answer = path.kind === "blob" ? await decideBlob(request, path) : await decideManifest(request, path);
  } catch (error) {
    read.error = error;
    read.answer = errorAnswer(head, surface.around, error);
  }
  read.answer.headers["Docker-Distribution-API-Version"] = "registry/2.0";
  return read;
}
