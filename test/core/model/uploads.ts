// What clients do with upload sessions: begin, append, finish, cancel, ask; alone or beside others.
import { requireStill } from "#core/access/reach.ts";
import type { Where } from "#core/content/where.ts";
import type { Context } from "#core/context.ts";
import type { Incoming } from "#core/uploads/receive.ts";
import { appendUpload, beginUpload, cancelUpload, finishUpload, getUpload } from "#core/uploads/uploads.ts";
import { contentOf } from "#test/http/v2/content.ts";
import { blobFact } from "./contents.ts";
import type { Deed } from "./history.ts";
import { digestParts } from "./library.ts";
import type { Member } from "./member.ts";
import type { Process } from "./process.ts";
import { type Answer, Broken, type Request, type Run, Violation } from "./run.ts";
import { contentOf as contentOfSession, factOf, hearRefusal, isMixed, learn, type Session } from "./session.ts";

/** How a body is sent. */
export interface Sending {
  slot: number;
  ranged: boolean;
  breaks: boolean;
}

const refusals = ["RANGE_INVALID", "BLOB_UPLOAD_UNKNOWN"] as const;

export async function begin(
  run: Run,
  at: { slot: number; repository: number; content: number },
): Promise<Session | null> {
  const where = run.place.repositories[at.repository] as Where;
  const answer = await run.ask({ slot: at.slot, label: "begin", refusals: [] }, (ctx) => beginUpload(ctx, where, null));
  if (answer.how !== "done") return null;
  const { deed } = answer;
  const { repository, content } = at;
  const { id } = answer.value;
  const known = { offset: 0, learnedAt: deed.start, source: deed, touched: run.place.now() };
  const session: Session = { id, repository, content, ...known, deeds: [deed], loose: [], acknowledged: [] };
  run.history.begins(factOf(session), deed);
  run.sessions.push(session);
  return session;
}

export async function append(
  run: Run,
  session: Session,
  sending: Sending & { share: number },
): Promise<Answer<unknown>> {
  const whole = contentOfSession(session).bytes;
  const from = session.offset;
  const part = whole.subarray(from, from + Math.ceil((whole.byteLength - from) * sending.share));
  const request = { slot: sending.slot, label: `append ${from}+${part.byteLength} ${short(session)}`, refusals };
  const touched = run.place.now();
  const answer = await use(run, session, { request, sending }, (ctx, { process }) =>
    appendUpload(ctx, whereOf(run, session), session.id, incoming(run, process, { ...sending, part, from })),
  );
  if (answer.how !== "done") return answer;
  const { look, deed } = answer;
  const { offset } = answer.value;
  run.see(factOf(session), true, look);
  if (offset !== from + part.byteLength && !isMixed(session))
    throw new Violation(`${part.byteLength} bytes after ${from} are ${offset}`);
  learn(session, offset, { look, source: deed });
  session.acknowledged.push({ at: look.end, offset });
  session.touched = touched;
  return answer;
}

/** Ends a session with what is missing of its content, or with a digest that its bytes do not have. */
export async function finish(
  run: Run,
  session: Session,
  sending: Sending & { wrong: boolean },
): Promise<Answer<unknown>> {
  const { slot, wrong } = sending;
  const from = session.offset;
  const part = contentOfSession(session).bytes.subarray(from);
  const content = wrong ? contentOf("nobody has these bytes") : contentOfSession(session);
  const where = whereOf(run, session);
  const request = {
    slot,
    label: `finish ${from}+${part.byteLength} ${short(session)}${wrong ? " wrongly" : ""}`,
    begins: wrong ? [] : [blobFact(session.repository, content)],
    risks: () => [factOf(session)],
    refusals: [...refusals, "DIGEST_INVALID"] as const,
  };
  const answer = await use(run, session, { request, sending }, (ctx, { process }) =>
    finishUpload(ctx, where, {
      id: session.id,
      digest: digestParts(content),
      incoming: incoming(run, process, { ...sending, part, from }),
      mayStill: () => requireStill(ctx, where.caller, where.repository, "push"),
    }),
  );
  judgeFinish(run, session, { answer, wrong });
  return answer;
}

function judgeFinish(run: Run, session: Session, { answer, wrong }: { answer: Answer<unknown>; wrong: boolean }): void {
  if (answer.how === "done") {
    if (wrong) throw new Violation("bytes were acknowledged under a digest that they do not have");
    run.see(factOf(session), true, answer.look);
  }
  const isInvalid = answer.how === "refused" && answer.error.code === "DIGEST_INVALID";
  if (isInvalid && !wrong && !isMixed(session)) throw new Violation(`the bytes of session ${session.id} are others`);
}

export async function cancel(run: Run, session: Session, slot: number): Promise<void> {
  const request = {
    slot,
    label: `cancel ${short(session)}`,
    ends: [factOf(session)],
    refusals: ["BLOB_UPLOAD_UNKNOWN"] as const,
  };
  const sending = { slot, ranged: true, breaks: false };
  await use(run, session, { request, sending }, (ctx) => cancelUpload(ctx, whereOf(run, session), session.id));
}

/** Asks where a session stands. @returns whether it is still there. */
export async function ask(run: Run, session: Session, slot: number): Promise<boolean> {
  const request = { slot, label: `ask ${short(session)}`, refusals: ["BLOB_UPLOAD_UNKNOWN"] as const };
  const answer = await run.ask(request, (ctx) => getUpload(ctx, whereOf(run, session), session.id));
  if (answer.how === "refused") run.see(factOf(session), false, answer.look);
  if (answer.how !== "done") return false;
  run.see(factOf(session), true, answer.look);
  learn(session, answer.value.offset, { look: answer.look, source: null });
  return true;
}

type Asking = { request: Request; sending: Sending };

async function use<T>(
  run: Run,
  session: Session,
  { request, sending }: Asking,
  rule: (ctx: Context, member: Member) => Promise<T>,
): Promise<Answer<T>> {
  const belief = { learnedAt: session.learnedAt, source: session.source };
  const track = (deed: Deed) => {
    session.deeds.push(deed);
    if (!sending.ranged) session.loose.push({ deed, ...belief });
  };
  const answer = await run.ask({ ...request, track }, rule);
  if (answer.how === "refused") hearRefusal(run, session, { ...answer, ...belief });
  return answer;
}

function whereOf(run: Run, { repository }: Session): Where {
  return run.place.repositories[repository] as Where;
}

function short({ id }: Session): string {
  return id.slice(0, 4);
}

/** A body that comes in two pieces, and may break instead of ending. */
function incoming(run: Run, process: Process, sent: Sending & { part: Uint8Array; from: number }): Incoming {
  const { part, from, ranged, breaks } = sent;
  if (part.byteLength === 0) return { body: null, range: null, lengthBytes: 0 };
  const pieces = [part.subarray(0, part.byteLength >> 1), part.subarray(part.byteLength >> 1)];
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        await run.director.pass({ kind: "call", label: `${process.name} body`, owner: process });
        const piece = pieces.shift();
        if (piece && piece.byteLength > 0) controller.enqueue(piece);
        else if (breaks) controller.error(new Broken());
        else controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  return { body, range: ranged ? { start: from, end: from + part.byteLength - 1 } : null, lengthBytes: null };
}
