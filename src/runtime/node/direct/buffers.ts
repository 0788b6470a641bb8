// Memory through which files are sent: a few large buffers for all, and small ones for those who come when these are out.

/** What a reader that moves gets: fewer turns for each byte. */
const largeBytes = 1024 * 1024;
/** What others get: slow readers hold their buffers long, and must not keep the fast ones waiting. */
const smallBytes = 64 * 1024;
const keepIdleMs = 10_000;

export interface Buffers {
  take(): Buffer;
  giveBack(buffer: Buffer): void;
}

/** @param maxLarge how many large ones there are at most. */
export function createBuffers(maxLarge: number): Buffers {
  const spare: Buffer[] = [];
  let made = 0;
  let timer: NodeJS.Timeout | null = null;
  const release = () => {
    timer = null;
    made -= spare.splice(0).length;
  };
  return {
    take() {
      const known = spare.pop();
      if (known) return known;
      if (made >= maxLarge) return Buffer.allocUnsafeSlow(smallBytes);
      made++;
      return Buffer.allocUnsafeSlow(largeBytes);
    },
    giveBack(buffer) {
      if (buffer.byteLength !== largeBytes) return;
      spare.push(buffer);
      if (timer) timer.refresh();
      else timer = setTimeout(release, keepIdleMs).unref();
    },
  };
}
