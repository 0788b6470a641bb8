// Keys that are registered before anybody needs them, many in one statement: a key is a row before its first byte is written.
import { insertKeys, type RegisteredKey } from "#db/queries/uploads/keys.ts";
import type { Needs } from "../context.ts";
import { plusSeconds } from "../moment.ts";
import { newKey } from "./claim.ts";

export interface KeyPool {
  /** A key for one blob. It must be used within minutes, or it is taken for one that was left behind. */
  take(): Promise<RegisteredKey>;
}

const most = 64;
/** More are registered when fewer than this are left. */
const least = 16;
/** Much shorter than the time after which keys without a session are taken for left behind. */
const keepSeconds = 1200;

export function createKeyPool(ctx: Needs<"db" | "clock">): KeyPool {
  let keys: RegisteredKey[] = [];
  /** When the oldest of them were registered. */
  let since = new Date(0);
  let coming: Promise<void> | null = null;
  const register = async () => {
    const now = ctx.clock.now();
    const made = await insertKeys(ctx.db, Array.from({ length: most }, newKey), now);
    if (keys.length === 0) since = now;
    keys.push(...made);
  };
  const refill = () => {
    coming ??= register().finally(() => {
      coming = null;
    });
    return coming;
  };
  return {
    async take() {
      if (ctx.clock.now() > plusSeconds(since, keepSeconds)) keys = [];
      for (;;) {
        const key = keys.shift();
        if (!key) {
          await refill();
          continue;
        }
        // Whoever waits for the next ones hears of an error.
        if (keys.length < least) refill().catch(() => {});
        return key;
      }
    },
  };
}
