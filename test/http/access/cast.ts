// The people of the table, with their credentials, on one Berth: two organizations alike, of which they belong to one.
import { basic, startTarget, type Target } from "#test/setup/target.ts";
import { createPeople, type People, settle, word } from "../accounts/people.ts";
import { bearer } from "./registry.ts";
import type { Place, Role } from "./rights.ts";

export interface Cast {
  berth: Target;
  people: People;
  /** `Authorization` of a role, or null. */
  credentials: Record<Role, string | null>;
  /** A repository there; what is missing has another name each time. */
  repositoryIn(place: Place): string;
  /** One that may be destroyed: as those there, with the same grants. */
  freshRepository(place: Place): Promise<string>;
  /** `Authorization` of who may do everything there. */
  ownerOf(place: Place): string;
}

const standing = { granted: "acme/app", beside: "acme/own", foreign: "globex/app", open: "globex/pub" } as const;
const levels = { readers: "read-only", writers: "read-write", admins: "admin" } as const;

export async function startCast(): Promise<Cast> {
  const berth = await startTarget("fetch", { limits: { uploadsPerCaller: 100_000 } });
  const people = createPeople(berth);
  await settle(people);
  await settleMore(people);
  await settleElsewhere(people);
  const old = await bearer(berth, basic("olga", word), "repository:acme/app:*", "registry:catalog:*");
  berth.clock.advance(berth.ctx.limits.tokenSeconds + 120);
  const former = await bearer(berth, basic("fritz", word), "repository:acme/app:*", "registry:catalog:*");
  await people.must("PATCH", "/enzi/v0/accounts/fritz", { isActive: false });
  const credentials: Cast["credentials"] = {
    anonymous: null,
    user: basic("stan", word),
    member: basic("tom", word),
    "team leader": basic("lena", word),
    "team reader": basic("rita", word),
    "team writer": basic("walt", word),
    "team admin": basic("ada", word),
    "reader of the namespace": basic("nora", word),
    "admin of the namespace": basic("nadia", word),
    "reader of everything": basic("greta", word),
    "org owner": basic("olga", word),
    "system admin": berth.admin,
    "scoped token": await bearer(berth, basic("olga", word), "repository:acme/app:pull"),
    "expired token": old,
    "deactivated user": former,
    "service account": await settleMachine(people),
  };
  return {
    berth,
    people,
    credentials,
    repositoryIn: (place) => (place === "missing" ? `acme/none-${crypto.randomUUID()}` : standing[place]),
    freshRepository: (place) => freshRepository(people, place),
    ownerOf: (place) => (place === "foreign" || place === "open" ? basic("gwen", word) : basic("olga", word)),
  };
}

/** In acme: who was granted all of it, who may read everything there is, and an owner who will go. */
async function settleMore({ must }: People): Promise<void> {
  for (const name of ["nora", "nadia", "greta", "fritz"])
    await must("POST", "/enzi/v0/accounts", { name, password: word });
  for (const [team, name, accessLevel] of [
    ["guests", "nora", "read-only"],
    ["stewards", "nadia", "admin"],
  ]) {
    await must("POST", "/enzi/v0/accounts/acme/teams", { name: team });
    await must("PUT", `/enzi/v0/accounts/acme/teams/${team}/members/${name}`, {});
    await must("PUT", `/api/v0/repositoryNamespaces/acme/teamAccess/${team}`, { accessLevel });
  }
  await must("PATCH", "/enzi/v0/accounts/greta", { globalRole: "read-only" });
  await must("PUT", "/enzi/v0/accounts/acme/members/fritz", { isAdmin: true });
  await must("POST", "/api/v0/repositories/acme", { name: "own", visibility: "private" });
}

/** @returns its `Authorization`. */
async function settleMachine({ must }: People): Promise<string> {
  const path = "/api/v0/accounts/acme/serviceAccounts";
  await must("POST", path, { name: "pusher" });
  await must("PUT", `${path}/pusher/repositoryAccess/app`, { accessLevel: "read-write" });
  const { token } = (await must("POST", `${path}/pusher/secrets`, {})).body;
  return basic("acme+pusher", token as string);
}

/** globex has what acme has, under the same names, for others. */
async function settleElsewhere({ must }: People): Promise<void> {
  for (const name of ["gwen", "gustav"]) await must("POST", "/enzi/v0/accounts", { name, password: word });
  await must("POST", "/enzi/v0/accounts", { name: "globex", isOrg: true });
  await must("PUT", "/enzi/v0/accounts/globex/members/gwen", { isAdmin: true });
  for (const team of ["crew", "readers", "writers", "admins"]) {
    await must("POST", "/enzi/v0/accounts/globex/teams", { name: team });
    await must("PUT", `/enzi/v0/accounts/globex/teams/${team}/members/gustav`, {});
  }
  await must("POST", "/api/v0/accounts/globex/serviceAccounts", { name: "ci" });
  await must("POST", "/api/v0/repositories/globex", { name: "app", visibility: "private" });
  await must("POST", "/api/v0/repositories/globex", { name: "pub", visibility: "public" });
}

async function freshRepository({ must }: People, place: Place): Promise<string> {
  const [namespace] = (place === "missing" ? "acme/none" : standing[place]).split("/");
  const name = `fresh-${crypto.randomUUID()}`;
  const visibility = place === "open" ? "public" : "private";
  await must("POST", `/api/v0/repositories/${namespace}`, { name, visibility });
  if (place === "granted")
    for (const [team, accessLevel] of Object.entries(levels))
      await must("PUT", `/api/v0/repositories/${namespace}/${name}/teamAccess/${team}`, { accessLevel });
  return `${namespace}/${name}`;
}
