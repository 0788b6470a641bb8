// Small layers that are asked for again and again are sent from memory: the file, and the threads that read it, are left alone.
//
// Who is asked for more than there is room for would, if the oldest always made way, find nothing: each comes back just after
// it was dropped. So only what nobody has wanted for a while makes way.

/** Larger ones are sent from their files, where the time of opening is no matter. */
const maxBlobBytes = 1024 * 1024;
/** What an entry takes beside its bytes, about. */
const entryBytes = 512;
/** Nobody wanted it for so long. */
const coldMs = 5_000;

export interface HotBlobs {
  get(key: string): Uint8Array | undefined;
  /** Whether there is room for a blob of this size, perhaps in place of a cold one. */
  wants(sizeBytes: number): boolean;
  /** Keeps the whole bytes of a blob, which its key names for ever. */
  put(key: string, bytes: Uint8Array): void;
  /** Forgets them all. */
  release(): void;
}

interface Entry {
  bytes: Uint8Array;
  usedMs: number;
}

/** @param totalBytes how much is kept at most; 0 for nothing. */
export function createHotBlobs(totalBytes: number, now: () => number = () => performance.now()): HotBlobs {
  /** In the order in which they were found to be in use: the first is the one to look at for making way. */
  const kept = new Map<string, Entry>();
  let keptBytes = 0;
  const forget = (key: string, { bytes }: Entry) => {
    kept.delete(key);
    keptBytes -= bytes.byteLength + entryBytes;
  };
  const keep = (key: string, entry: Entry) => {
    kept.set(key, entry);
    keptBytes += entry.bytes.byteLength + entryBytes;
  };
  /** Makes room, if cold ones give it; the hot ones at the front go to the end. */
  const makeRoom = (wanted: number): boolean => {
    for (const [key, entry] of kept) {
      if (keptBytes + wanted <= totalBytes) break;
      const isHot = now() - entry.usedMs < coldMs;
      forget(key, entry);
      if (!isHot) continue;
      // One that is in use is enough to know that this is no time to look at all.
      keep(key, entry);
      break;
    }
    return keptBytes + wanted <= totalBytes;
  };
  const wants = (sizeBytes: number) => sizeBytes <= maxBlobBytes && makeRoom(sizeBytes + entryBytes);
  return {
    get(key) {
      const known = kept.get(key);
      if (known) known.usedMs = now();
      return known?.bytes;
    },
    wants,
    put(key, bytes) {
      if (!kept.has(key) && wants(bytes.byteLength)) keep(key, { bytes, usedMs: now() });
    },
    release() {
      kept.clear();
      keptBytes = 0;
    },
  };
}
