// Node as the machine: its own server, with the fast way of answering.
import type { Machine } from "../machine.ts";
import { createDirectAnswer } from "./direct/answer.ts";
import { connectionOf, listen } from "./listener.ts";

export const nodeMachine: Machine = {
  name: `Node.js ${process.versions.node}`,
  lacks: [],
  listen(fetch, options, fast) {
    const direct = fast && createDirectAnswer(fast.surface, fast.blobFolder, fast.hotBlobBytes);
    if (direct) fast.onQuiet?.(direct.rest);
    return listen(fetch, options, direct);
  },
  connection: connectionOf,
};
