// Reads the feed of changes again and again, and finds out by it when the database no longer answers.
import { createFeed } from "#core/cache/feed.ts";
import type { Context } from "#core/context.ts";
import { within } from "../../within.ts";

const everyMs = 500;
/** An answer that takes longer than this does not come: connections that hang are given up. */
const patienceMs = 2000;

/** Starts reading; the first reading is done when the promise resolves. */
export async function followFeed(ctx: Context, dropConnections: () => void): Promise<{ stop(): Promise<void> }> {
  const feed = createFeed(ctx);
  let stopped = false;
  let away = false;
  let wake = () => {};
  const step = async () => {
    try {
      await within(patienceMs, feed.read());
      if (away) ctx.report("info", "the database answers again");
      away = false;
    } catch (error) {
      ctx.view.failed();
      if (stopped) return;
      if (!away) ctx.report("error", "the database does not answer", { error: String(error) });
      away = true;
      dropConnections();
    }
  };
  const run = async () => {
    while (!stopped) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, everyMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      if (!stopped) await step();
    }
  };
  await feed.read();
  const running = run();
  return {
    async stop() {
      stopped = true;
      wake();
      await running;
    },
  };
}
