// Times lists and type-ahead among 100,000 repositories, warm and just after everything remembered of accounts was forgotten.
import { cpuSeconds } from "../peers/servers/process-tree.ts";
import type { Server } from "../peers/servers/start.ts";
import { ask, type Times, timeOf, tokenOf } from "./ask.ts";
import { crowd } from "./crowd.ts";

/** One kind of request, for the n-th time. */
interface Look {
  name: string;
  request(n: number): Promise<unknown>;
}

const coldRequests = 60;
const atMostMs = 50;

/** Whoever asks: the name of an account, and as how many repositories it must see. */
export interface Looker {
  name: string;
  who: string;
  sees: number;
}

/** Prints a line per kind of request: times, and what the server's processes (the database too) used for each. @returns whether each was quick enough. */
export async function timeLists(server: Server, admin: string, lookers: readonly Looker[], requests: number) {
  let good = true;
  console.log("| who | what | warm ms: p50 / p99 / most | just after all accounts were forgotten | CPU ms | |");
  for (const looker of lookers) {
    for (const { name, request } of await looksOf(server, looker)) {
      for (let n = 0; n < 20; n++) await request(n);
      const before = cpuSeconds(server.pids());
      const warm = await timeOf(requests, request);
      const cpuMs = ((cpuSeconds(server.pids()) - before) * 1000) / requests;
      // The change of any account makes every process forget all of them.
      const forget = (n: number) =>
        ask(server, admin, "/enzi/v0/accounts/user-0", { method: "PATCH", body: { fullName: `name ${n}` } });
      const cold = await timeOf(coldRequests, request, forget);
      const isGood = Math.max(warm.p99Ms, cold.p99Ms) < atMostMs;
      good &&= isGood;
      const verdict = isGood ? "ok" : "NOT MET";
      console.log(`| ${looker.name} | ${name} | ${tell(warm)} | ${tell(cold)} | ${cpuMs.toFixed(1)} | ${verdict} |`);
    }
  }
  return good;
}

async function looksOf(server: Server, { who, sees }: Looker): Promise<Look[]> {
  const token = await tokenOf(server, who, "registry:catalog:*");
  const counted = await ask(server, who, "/api/v0/repositories?pageSize=1");
  if (!Array.isArray(counted.repositories)) throw new Error("no list");
  const seen = await countAll(server, token);
  if (seen !== sees) throw new Error(`sees ${seen} repositories, not ${sees}`);
  const from = (n: number) => `org-${(n * 7) % crowd.organizations}/`;
  const text = (n: number) => ["repo", "org-1", "repo-12", "o", "99", "user", "nothing-such"][n % 7] as string;
  return [
    { name: "first page of the list", request: () => ask(server, who, "/api/v0/repositories?pageSize=100") },
    {
      name: "a page from somewhere",
      request: (n) => ask(server, who, `/api/v0/repositories?pageSize=100&pageStart=${encodeURIComponent(from(n))}`),
    },
    { name: "the list, counted", request: () => ask(server, who, "/api/v0/repositories?pageSize=100&count=true") },
    {
      name: "one organization's",
      request: (n) => ask(server, who, `/api/v0/repositories/org-${n % crowd.organizations}?pageSize=100`),
    },
    { name: "catalog", request: () => ask(server, token, "/v2/_catalog") },
    { name: "type-ahead", request: (n) => ask(server, who, `/api/v0/index/autocomplete?query=${text(n)}`) },
    {
      name: "type-ahead in an organization",
      request: (n) =>
        ask(server, who, `/api/v0/index/autocomplete?query=${text(n)}&namespace=org-${n % crowd.organizations}`),
    },
  ];
}

async function countAll(server: Server, token: string): Promise<number> {
  let count = 0;
  for (let last = ""; ; ) {
    const page = (await ask(server, token, `/v2/_catalog?n=1000&last=${encodeURIComponent(last)}`)) as {
      repositories: string[];
    };
    count += page.repositories.length;
    if (page.repositories.length < 1000) return count;
    last = page.repositories.at(-1) as string;
  }
}

const tell = ({ p50Ms, p99Ms, mostMs }: Times) => [p50Ms, p99Ms, mostMs].map((ms) => ms.toFixed(1)).join(" / ");
