// Asks a Berth as somebody, and times single answers.
import type { Server } from "../peers/servers/start.ts";

export const password = "correct horse battery staple";

export function basic(name: string, word = password): string {
  return `Basic ${Buffer.from(`${name}:${word}`).toString("base64")}`;
}

/** @throws when the answer is no success. */
export async function ask(
  { url }: Server,
  who: string,
  path: string,
  { method = "GET", body }: { method?: string; body?: unknown } = {},
): Promise<Record<string, unknown>> {
  const headers = { authorization: who, "content-type": "application/json" };
  const answer = await fetch(`${url}${path}`, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 500)}`);
  return text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
}

export async function tokenOf(server: Server, who: string, scope: string): Promise<string> {
  const { token } = await ask(server, who, `/auth/token?${new URLSearchParams({ service: "berth", scope })}`);
  return `Bearer ${token}`;
}

export interface Times {
  p50Ms: number;
  p99Ms: number;
  mostMs: number;
}

/** One request after the other. @param before what is done before each, and not timed. */
export async function timeOf(
  count: number,
  request: (n: number) => Promise<unknown>,
  before: (n: number) => Promise<unknown> = async () => {},
): Promise<Times> {
  const times: number[] = [];
  for (let n = 0; n < count; n++) {
    await before(n);
    const since = performance.now();
    await request(n);
    times.push(performance.now() - since);
  }
  return { p50Ms: percentileOf(times, 0.5), p99Ms: percentileOf(times, 0.99), mostMs: percentileOf(times, 1) };
}

function percentileOf(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
