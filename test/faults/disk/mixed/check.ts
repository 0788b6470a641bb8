// Compares a registry with what is known of it, byte for byte, and learns what came of the changes that nobody acknowledged.
import type { Berth } from "#test/clients/setup/berth.ts";
import { sha256 } from "#test/clients/setup/image.ts";
import { request } from "#test/clients/setup/registry.ts";
import type { History, Register, Value } from "./history.ts";

const atOnce = 8;

/**
 * What is wrong with the registry, a line each. Afterwards the history says what was found.
 * @param which all names, or only those that were changed since the last time.
 */
export async function check(berth: Berth, history: History, which: "all" | "touched" = "all"): Promise<string[]> {
  const names = [...history.registers.values()].filter(({ path }) => which === "all" || history.touched.has(path));
  const wrong: string[] = [];
  const next = names.values();
  const work = async () => {
    for (const register of next) wrong.push(...(await checkOne(berth, register)));
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  history.touched.clear();
  return [...wrong, ...findHalves(history, names)];
}

async function checkOne(berth: Berth, register: Register): Promise<string[]> {
  const { kind, path, value, tried, isInMemory } = register;
  const found = await look(berth, register);
  const lost = kind === "session" && isInMemory ? [null] : [];
  if (found === undefined || ![value, ...tried, ...lost].includes(found))
    return [`${kind} ${path} is ${found}; acknowledged was ${value}, tried ${JSON.stringify(tried)}`];
  Object.assign(register, { value: found, tried: [], isInMemory: false });
  return [];
}

/** Undefined when the answer is none that a registry may give. */
async function look(berth: Berth, { kind, path, sizeBytes }: Register): Promise<Value | undefined> {
  const answer = await request(berth, path).catch(() => null);
  if (!answer) return undefined;
  const body = await answer.arrayBuffer().catch(() => null);
  if (answer.status === 404) return null;
  if (kind === "session") return answer.status === 204 ? offsetOf(answer) : undefined;
  if (answer.status !== 200 || !body || (sizeBytes !== undefined && sizeBytes !== body.byteLength)) return undefined;
  const digest = sha256(new Uint8Array(body));
  return kind === "tag" || path.endsWith(digest) ? digest : undefined;
}

/** The header cannot tell one byte from none; nobody here sends one. */
function offsetOf(answer: Response): string {
  const last = Number(answer.headers.get("range")?.split("-")[1]);
  return String(last === 0 ? 0 : last + 1);
}

/** Manifests that are there without what they need. */
function findHalves({ registers }: History, names: Register[]): string[] {
  const whole = names.filter(({ kind, value }) => kind === "manifest" && value !== null);
  return whole.flatMap(({ repository, path, needs = [] }) =>
    needs
      .filter((digest) => registers.get(`/v2/${repository}/blobs/${digest}`)?.value !== digest)
      .map((digest) => `${path} is there without ${digest}`),
  );
}
