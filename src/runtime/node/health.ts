// Says what is wrong with the server as a whole, asked at most once a second however often health is looked at.
import type { Context } from "#core/context.ts";
import { askTime } from "#db/queries/installation.ts";

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
  if (!(await answers(ctx.blobs.space()))) return "the blob store does not answer";
  return null;
}

async function answers(question: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), patienceMs);
  });
  const answered = question.then(
    () => true,
    () => false,
  );
  return Promise.race([answered, late]).finally(() => clearTimeout(timer));
}
