// Writes the small answers of one turn of the event loop together: the first wakes whoever reads, the others find it awake.
// Written one by one each costs a wake-up, which is more than all the rest of answering from memory (docs/decisions/0013).
import type { ServerResponse } from "node:http";
import type { Answer } from "#http/answer.ts";

interface SmallAnswer {
  res: ServerResponse;
  status: number;
  headers: Answer["headers"];
  body: Uint8Array | null;
}

const waiting: SmallAnswer[] = [];

/** Answers at the end of this turn, with all others that do so. */
export function answerAtTurnsEnd(answer: SmallAnswer): void {
  if (waiting.push(answer) === 1) setImmediate(flush);
}

function flush(): void {
  for (const { res, status, headers, body } of waiting.splice(0)) {
    try {
      res.writeHead(status, headers);
      res.end(body ?? undefined);
    } catch (error) {
      // One that cannot be written must not keep the others.
      res.destroy(error as Error);
    }
  }
}
