// Saves upload sessions that are only in memory: those that nobody goes on with for a while, and all of them at the end.

import type { Context } from "#core/context.ts";
import { saveIdle } from "#core/uploads/save-session.ts";

const lookEveryMs = 10_000;
/** Most small blobs are finished long before. */
const idleSeconds = 30;

/** @returns what stops that and saves what is left: for when no request is under way any more. */
export function keepUnsaved(ctx: Context): () => Promise<void> {
  let saving = Promise.resolve();
  const timer = setInterval(() => {
    saving = saving.then(() => saveIdle(ctx, idleSeconds));
  }, lookEveryMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await saving;
    await saveIdle(ctx, 0);
  };
}
