// Who did it, by which credential, from where: as an event keeps it, without a secret.
import type { NewEvent } from "#db/queries/events.ts";
import type { Caller } from "../access/caller.ts";

/** So much of an access token's hash tells its owner which one it was. */
const hashLetters = 8;

export type Who = Required<Pick<NewEvent, "actorId" | "actorName" | "credential" | "address">>;

export function whoOf(caller: Caller): Who {
  const { account, from } = caller;
  return {
    actorId: account?.id ?? null,
    actorName: account?.name ?? null,
    credential: credentialOf(caller),
    address: from ?? null,
  };
}

/** `password`, `access token 1a2b3c4d`, `bearer`, `bearer by access token 1a2b3c4d`, `ticket`; null for who showed none. */
function credentialOf({ how, via }: Caller): string | null {
  const token = via === undefined ? null : `access token ${via.slice(0, hashLetters)}`;
  if (how === "basic") return token ?? "password";
  if (how === "bearer") return token ? `bearer by ${token}` : "bearer";
  if (how === "query") return `${token} in the address`;
  if (how === "cookie") return "session";
  return how === "ticket" ? how : null;
}

/** For what is done on the host itself. */
export const onTheHost: Who = { actorId: null, actorName: null, credential: "command on the host", address: null };
