// Deletes an account that is what it is taken for: users and organizations share their names and one operation, and former names lead on.
import { type BerthClient, dataOf } from "#client/client.ts";

const one = "/enzi/v0/accounts/{account}";

/** @throws ApiError, or an error for an account of another kind or by a former name. */
export async function deleteAccount(
  client: BerthClient,
  account: string,
  kind: "user" | "organization",
): Promise<void> {
  const path = { account };
  const found = await dataOf(client.GET(one, { params: { path } }));
  const is = found.isServiceAccount ? "service account" : found.isOrg ? "organization" : "user";
  if (is !== kind) throw new Error(`${account} is no ${kind}, but a${is === "organization" ? "n" : ""} ${is}`);
  if (found.name !== account) throw new Error(`${account} is called ${found.name} now: say that name to delete it`);
  await client.DELETE(one, { params: { path } });
}
