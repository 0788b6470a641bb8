// What every step of the mixed load is made of: its client, the blobs that all share, and a request that must succeed.
import { createHash } from "node:crypto";
import type { Berth } from "#test/clients/setup/berth.ts";
import { type Sending, send } from "../setup/send.ts";
import type { History } from "./history.ts";

export interface Client {
  berth: Berth;
  history: History;
  repository: string;
  /** Repositories of other clients, to mount from. */
  others: string[];
  isOver: () => boolean;
  /** Berth has its database for itself. */
  isAlone: boolean;
}

/** Blobs that all clients push, mount and delete: their repositories share the bytes. */
export const shared = Array.from({ length: 12 }, (_, n) => {
  const block = createHash("sha512").update(`shared ${n}`).digest();
  return Buffer.concat(Array.from({ length: 2 ** n }, () => block)); // 64 bytes to 128 KiB
});

export function pick<T>(from: readonly T[]): T {
  return from[Math.floor(Math.random() * from.length)] as T;
}

/** Sends a request that must be answered with one of the statuses; gives the answer. */
export async function must(client: Client, wanted: number[], sending: Sending): Promise<Response> {
  const answer = await send(client.berth, sending);
  if (wanted.includes(answer.status)) return answer;
  throw new Error(`${sending.method} ${sending.path}: answered ${answer.status}: ${await answer.text()}`);
}
