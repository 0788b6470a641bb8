// Sends the parts of one upload, several at a time, and keeps what S3 says of them.
import type { S3Client } from "../client.ts";
import { sendPart } from "../multipart.ts";
import type { Piece } from "./filler.ts";

/** Parts of one upload that are under way at once: enough to fill a line, few enough to be fair to other uploads. */
const mostUnderWay = 4;

export interface PartSender {
  /** Waits for its turn and starts sending: the next part is filled meanwhile. @param index from 0. @throws what befell an earlier part. */
  send(upload: { name: string; id: string }, index: number, piece: Piece): Promise<void>;
  /** Waits for all that is under way. @returns the ETags of all parts from the first. @throws what befell one. */
  settle(): Promise<string[]>;
}

/** @param before ETags of the parts that were sent before. */
export function createPartSender(client: S3Client, before: readonly string[], signal: AbortSignal): PartSender {
  const etags = [...before];
  const underWay = new Set<Promise<void>>();
  let failed: { error: unknown } | null = null;
  const check = () => {
    if (failed) throw failed.error;
  };
  return {
    async send(upload, index, piece) {
      while (underWay.size >= mostUnderWay) await Promise.race(underWay);
      if (failed) piece.free();
      check();
      const part = { number: index + 1, body: piece.bytes, bodyHash: piece.hash, signal };
      const sending = sendPart(client, upload, part)
        .then(
          (etag) => {
            etags[index] = etag;
          },
          (error) => {
            failed ??= { error };
          },
        )
        .finally(() => {
          piece.free();
          underWay.delete(sending);
        });
      underWay.add(sending);
    },
    async settle() {
      await Promise.all(underWay);
      check();
      return etags;
    },
  };
}
