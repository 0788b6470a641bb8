// Says what is wrong with the server as a whole, asked at most once a second however often health is looked at.
import type { Context } from "#core/context.ts";
import { askTime } from "#db/queries/installation.ts";
import { within } from "./within.ts";

/** A key that no upload gets: those are random. */
const nobodysKey = "00/00000000-0000-0000-0000-000000000000";

const cacheMs = 1000;
const patienceMs = 3000;

export function createHealth(ctx: Context): () => Promise<string | null> {
  let known: { at: number; answer: Promise<string | null> } | null = null;
  return () => {
    if (!known || performance.now() - known.at > cacheMs) known = { at: performance.now(), answer: look(ctx) };
    return known.answer;
  };
}

async function look(ctx: Context): Promise<string | null> {
  if (!(await answers(askTime(ctx.db)))) return "the database does not answer";
  // A bucket knows no space: asking for an object that is not there shows whether it answers.
  const store = ctx.blobs.space().then(() => ctx.blobs.stat(nobodysKey));
  if (!(await answers(store))) return "the blob store does not answer";
  return null;
}

function answers(question: Promise<unknown>): Promise<boolean> {
  return within(patienceMs, question).then(
    () => true,
    () => false,
  );
}
