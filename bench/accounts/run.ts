// The benchmark of permissions: `npm run bench:accounts`. What requests cost among 10,000 users with 100,000 grants.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { makeFolders } from "../peers/folders.ts";
import { type Server, startServer } from "../peers/servers/start.ts";
import { ask, basic, password } from "./ask.ts";
import {
  crowd,
  grantsPerTeam,
  makeCrowd,
  openDatabase,
  publicRepositories,
  repositoryName,
  repositoryOfTeam,
} from "./crowd.ts";
import { timeLists } from "./lists.ts";
import { comparePairs, pushLibrary } from "./manifests.ts";

const usage = `npm run bench:accounts -- [options]

  --pairs n        of measurements with many accounts and with one, in turns (default 7; 0: none)
  --seconds n      of each measurement (default 4)
  --requests n     of each list (default 300; 0: none)
  --folder path    where the servers keep their data (default /dev/shm)
  --checkout path  the checkout whose Berth is measured (default: this one)
`;

/** Who is in which teams, by number, beside the 10,000: somebody with 1,000 grants, and one who sees 300 repositories. */
const members = { rich: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], reader: [10, 11] };
const admin = basic("admin", "swordfish-bench");

async function main(): Promise<void> {
  const text = { type: "string" } as const;
  const options = { pairs: text, seconds: text, requests: text, folder: text, checkout: text };
  const { values } = parseArgs({ options: { ...options, help: { type: "boolean" } } });
  if (values.help) return console.log(usage);
  const number = (value: string | undefined, fallback: number) => Math.max(0, Number(value ?? fallback));
  const { data, scratch } = makeFolders(values.folder ?? "/dev/shm");
  const checkout = values.checkout ?? join(import.meta.dirname, "../..");
  const start = (name: string) => {
    mkdirSync(join(data, name));
    return startServer("berth", { folder: join(data, name), checkout });
  };
  const [many, one] = [await start("many"), await start("one")];
  await settle(many);
  const pairs = number(values.pairs, 7);
  let good = true;
  if (pairs > 0)
    good = (await compare(many, one, { pairs, seconds: number(values.seconds, 4), folder: scratch })) && good;
  const requests = number(values.requests, 300);
  if (requests > 0) good = (await timeLists(many, admin, lookers, requests)) && good;
  await many.stop();
  await one.stop();
  if (!good) process.exitCode = 1;
}

const shares = publicRepositories;
const lookers = [
  { name: "who sees 300", who: basic("reader"), sees: shares + members.reader.length * grantsPerTeam },
  { name: "who has 1,000 grants", who: basic("rich"), sees: shares + members.rich.length * grantsPerTeam },
  { name: "who sees only what is public", who: basic("plain"), sees: shares },
  { name: "a system admin", who: admin, sees: crowd.repositories },
];

async function settle(server: Server): Promise<void> {
  for (const name of ["rich", "reader", "plain"])
    await ask(server, admin, "/enzi/v0/accounts", { method: "POST", body: { name, password } });
  const database = openDatabase(server);
  const since = performance.now();
  await makeCrowd(database, members);
  await database.close();
  const { users, teams, grants, repositories } = crowd;
  const seconds = ((performance.now() - since) / 1000).toFixed(0);
  console.log(`${users} users, ${teams} teams, ${grants} grants, ${repositories} repositories made in ${seconds} s`);
}

async function compare(many: Server, one: Server, order: { pairs: number; seconds: number; folder: string }) {
  const granted = repositoryName(repositoryOfTeam(0, 50));
  const open = repositoryName(998);
  await ask(one, admin, "/api/v0/repositories/admin", { method: "POST", body: { name: "app" } });
  for (const repository of [granted, open]) await pushLibrary(many, repository, admin);
  await pushLibrary(one, "admin/app", admin);
  const alone = { name: "one user", server: one, repository: "admin/app", who: admin };
  const rich = { name: "with 1,000 grants", server: many, repository: granted, who: basic("rich") };
  const plain = { name: "with none, a public one", server: many, repository: open, who: basic("plain") };
  const first = await comparePairs(order, rich, alone);
  return (await comparePairs(order, plain, alone)) && first;
}

await main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
