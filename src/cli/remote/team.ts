// `berth team`: teams of an organization and who belongs to them.
import { Command, Option } from "commander";
import { dataOf } from "#client/client.ts";
import { listAll, take } from "#client/pages.ts";
import { readTeam, said } from "./verb/usage.ts";
import { verb } from "./verb/verb.ts";

const teams = "/enzi/v0/accounts/{account}/teams";
const one = "/enzi/v0/accounts/{account}/teams/{team}";
const members = "/enzi/v0/accounts/{account}/teams/{team}/members";
const member = "/enzi/v0/accounts/{account}/teams/{team}/members/{member}";

export function teamCommand(): Command {
  const team = new Command("team");
  verb(team, { usage: "list <organization>", about: "teams that you may see" }, async ({ client, print }, account) => {
    const found = listAll(client, teams, { path: { account } }, (answer) => answer.teams);
    print.list(await take(found), {
      name: ({ name }) => name,
      members: ({ membersCount }) => membersCount,
      yours: ({ clientUserIsMember }) => clientUserIsMember,
      description: ({ description }) => description,
    });
  });
  verb<{ description?: string }>(
    team,
    {
      usage: "create <organization/team>",
      about: "make a team",
      options: [new Option("--description <text>", "what it is for")],
    },
    async ({ client, print, options: { description } }, text) => {
      const { account, team: name } = readTeam(text);
      const body = { name, ...said({ description }) };
      print.done(`created ${text}`, await dataOf(client.POST(teams, { params: { path: { account } }, body })));
    },
  );
  verb(team, { usage: "members <organization/team>", about: "members of a team" }, async ({ client, print }, text) => {
    const found = listAll(client, members, { path: readTeam(text) }, (answer) => answer.members);
    print.list(await take(found), {
      name: ({ member: { name } }) => name,
      "full name": ({ member: { fullName } }) => fullName,
      leader: ({ isAdmin }) => isAdmin,
    });
  });
  verb<{ leader?: boolean }>(
    team,
    {
      usage: "add <organization/team> <user>",
      about: "add somebody to a team",
      options: [
        new Option("--leader", "who may add and remove its members"),
        new Option("--no-leader", "a leader becomes a member"),
      ],
    },
    async ({ client, print, options: { leader } }, text, name) => {
      const params = { path: { ...readTeam(text), member: name } };
      const set = await dataOf(client.PUT(member, { params, body: said({ isAdmin: leader }) }));
      print.done(`${name} ${set.isAdmin ? "leads" : "is a member of"} ${text}`, set);
    },
  );
  verb(
    team,
    { usage: "remove <organization/team> <user>", about: "take somebody out of a team" },
    async ({ client, print }, text, name) => {
      await client.DELETE(member, { params: { path: { ...readTeam(text), member: name } } });
      print.done(`${name} is no member of ${text} any more`);
    },
  );
  verb(
    team,
    { usage: "delete <organization/team>", about: "delete a team and its grants" },
    async ({ client, print }, text) => {
      await client.DELETE(one, { params: { path: readTeam(text) } });
      print.done(`deleted ${text}`);
    },
  );
  return team;
}
