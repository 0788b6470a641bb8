// Deletes an account that is what it is taken for: users and organizations share their names and one operation, and former names lead on.
import { type Command, Option } from "commander";
import { type BerthClient, dataOf } from "#client/client.ts";
import { confirm } from "./ask.ts";
import { verb } from "./verb.ts";

const one = "/enzi/v0/accounts/{account}";

type Kind = "user" | "organization";
const whose = { user: "his", organization: "its" };

/** The verb that deletes an account with its repositories, after a question. */
export function addDeletion(group: Command, kind: Kind, words: { usage: string; about: string }): void {
  const options = [new Option("--yes", "do not ask")];
  verb<{ yes?: boolean }>(group, { ...words, options }, async ({ client, print, options: { yes } }, account) => {
    await confirm(`the ${kind} ${account} with all of ${whose[kind]} repositories`, account, yes);
    await deleteAccount(client, account, kind);
    print.done(`deleted ${account}`);
  });
}

/** @throws ApiError, or an error for an account of another kind or by a former name. */
async function deleteAccount(client: BerthClient, account: string, kind: Kind): Promise<void> {
  const path = { account };
  const found = await dataOf(client.GET(one, { params: { path } }));
  const is = found.isServiceAccount ? "service account" : found.isOrg ? "organization" : "user";
  if (is !== kind) throw new Error(`${account} is no ${kind}, but a${is === "organization" ? "n" : ""} ${is}`);
  if (found.name !== account) throw new Error(`${account} is called ${found.name} now: say that name to delete it`);
  await client.DELETE(one, { params: { path } });
}
