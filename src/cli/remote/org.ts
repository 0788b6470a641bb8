// `berth org`: organizations and who belongs to them.
import { Command, Option } from "commander";
import { dataOf } from "#client/client.ts";
import { listAll, take } from "#client/pages.ts";
import { addAccountNames } from "./renames.ts";
import { addDeletion } from "./verb/account.ts";
import { said } from "./verb/usage.ts";
import { verb } from "./verb/verb.ts";

const accounts = "/enzi/v0/accounts";
const members = "/enzi/v0/accounts/{account}/members";
const member = "/enzi/v0/accounts/{account}/members/{member}";

interface Given {
  owner?: boolean;
}

export function orgCommand(): Command {
  const org = new Command("org");
  verb(org, { usage: "list", about: "organizations that you may see" }, async ({ client, print }) => {
    const found = listAll(client, accounts, { query: { filter: "orgs" } }, (answer) => answer.accounts);
    print.list(await take(found), { name: ({ name }) => name, "full name": ({ fullName }) => fullName });
  });
  verb<{ fullName?: string }>(
    org,
    {
      usage: "create <name>",
      about: "make an organization, for system admins",
      options: [new Option("--full-name <text>", "as people read it")],
    },
    async ({ client, print, options: { fullName } }, name) => {
      const body = { name, isOrg: true, ...said({ fullName }) };
      print.done(`created ${name}`, await dataOf(client.POST(accounts, { body })));
    },
  );
  verb(
    org,
    { usage: "members <organization>", about: "members of an organization" },
    async ({ client, print }, account) => {
      const found = listAll(client, members, { path: { account } }, (answer) => answer.members);
      print.list(await take(found), {
        name: ({ member: { name } }) => name,
        "full name": ({ member: { fullName } }) => fullName,
        owner: ({ isAdmin }) => isAdmin,
      });
    },
  );
  verb<Given>(
    org,
    {
      usage: "add <organization> <user>",
      about: "make somebody a member",
      options: [
        new Option("--owner", "who may do everything in the organization"),
        new Option("--no-owner", "an owner becomes a member"),
      ],
    },
    async ({ client, print, options: { owner } }, account, name) => {
      const params = { path: { account, member: name } };
      const set = await dataOf(client.PUT(member, { params, body: said({ isAdmin: owner }) }));
      print.done(`${name} is ${set.isAdmin ? "an owner" : "a member"} of ${account}`, set);
    },
  );
  verb(
    org,
    { usage: "remove <organization> <user>", about: "remove a member, also from the teams" },
    async ({ client, print }, account, name) => {
      await client.DELETE(member, { params: { path: { account, member: name } } });
      print.done(`${name} is no member of ${account} any more`);
    },
  );
  addDeletion(org, "organization", {
    usage: "delete <organization>",
    about: "delete an organization with its repositories, teams and service accounts",
  });
  addAccountNames(org);
  return org;
}
