// A number of bytes that is shared out in the order in which it is asked for, and asked back from those who do not use theirs.

/** Some of the bytes. */
export interface Place {
  /** Gives them back; harmless twice. */
  free(): void;
  /**
   * Says that the holder waits for somebody. When others wait for bytes, `giveBack` is called, at most once, and is to free
   * the place; if it fails, the place stays with its holder.
   * @returns says that the holder goes on; it may come too late to prevent `giveBack`.
   */
  lend(giveBack: () => Promise<void>): () => void;
}

export interface Share {
  take(sizeBytes: number): Promise<Place>;
  freeBytes(): number;
}

/** Whoever waited less than this for its client is not disturbed: its bytes are on their way. */
const undisturbed = 1_000;

interface Lent {
  sizeBytes: number;
  since: number;
  giveBack: () => Promise<void>;
}

/** @param undisturbedMs how long a place that was lent is not asked back. */
export function createShare(totalBytes: number, undisturbedMs = undisturbed): Share {
  let free = totalBytes;
  let coming = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const waiting: { sizeBytes: number; go: () => void }[] = [];
  /** Who has waited longest for its client comes first. */
  const lent = new Set<Lent>();

  const serve = () => {
    for (let next = waiting[0]; next && next.sizeBytes <= free; next = waiting[0]) {
      free -= next.sizeBytes;
      waiting.shift();
      next.go();
    }
    askBack();
  };
  const askBack = () => {
    clearTimeout(timer);
    let missing = waiting.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) - free - coming;
    for (const place of lent) {
      if (missing <= 0) return;
      const leftMs = place.since + undisturbedMs - performance.now();
      if (leftMs > 0) {
        timer = setTimeout(askBack, leftMs);
        return;
      }
      lent.delete(place);
      missing -= place.sizeBytes;
      coming += place.sizeBytes;
      const done = () => {
        coming -= place.sizeBytes;
        serve();
      };
      place.giveBack().then(done, done);
    }
  };
  const placeOf = (sizeBytes: number): Place => {
    let held = true;
    return {
      free() {
        if (!held) return;
        held = false;
        free += sizeBytes;
        serve();
      },
      lend(giveBack) {
        const place = { sizeBytes, since: performance.now(), giveBack };
        lent.add(place);
        if (waiting.length > 0) askBack();
        return () => void lent.delete(place);
      },
    };
  };
  return {
    freeBytes: () => free,
    async take(sizeBytes) {
      await new Promise<void>((go) => {
        waiting.push({ sizeBytes, go });
        serve();
      });
      return placeOf(sizeBytes);
    },
  };
}
