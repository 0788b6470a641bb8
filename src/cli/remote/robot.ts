// `berth robot`: service accounts, the machines of an organization, with their secrets.
import { Command, Option } from "commander";
import { dataOf, type Schemas } from "#client/client.ts";
import { listAll, take } from "#client/pages.ts";
import { isOn, type OnOff, readBounds, readRobot, readSeconds, said, saidSomething } from "./verb/usage.ts";
import { type Asking, verb } from "./verb/verb.ts";

const robots = "/api/v0/accounts/{orgname}/serviceAccounts";
const one = "/api/v0/accounts/{orgname}/serviceAccounts/{name}";

interface Secret {
  until?: string;
  scope?: string[];
  overlap?: string;
}

const secretOptions = () => [
  new Option("--until <when>", "when the secret ends: 90d, 2027-06-30"),
  new Option("--scope <what...>", "what it is good for at most: 'engineering/web-*:pull,push'"),
];

export function robotCommand(): Command {
  const robot = new Command("robot");
  verb(robot, { usage: "list <organization>", about: "service accounts" }, async ({ client, print }, orgname) => {
    const found = listAll(client, robots, { path: { orgname } }, ({ serviceAccounts }) => serviceAccounts);
    print.list(await take(found), {
      name: ({ name }) => name,
      active: ({ isActive }) => isActive,
      "last used": ({ lastUsed }) => lastUsed ?? "never",
      description: ({ description }) => description,
    });
  });
  verb(robot, { usage: "show <organization+name>", about: "one service account with its secrets and grants" }, show);
  verb<Secret & { description?: string }>(
    robot,
    {
      usage: "create <organization+name>",
      about: "make a service account and its first secret, which is written to standard output",
      options: [new Option("--description <text>", "what it is for"), ...secretOptions()],
    },
    create,
  );
  verb<{ description?: string; active?: OnOff }>(
    robot,
    {
      usage: "set <organization+name>",
      about: "describe it, let it rest, or use it again",
      options: [
        new Option("--description <text>", "what it is for"),
        new Option("--active <word>", "off: its secrets open nothing").choices(["on", "off"]),
      ],
    },
    async ({ client, print, options: { description, active } }, text) => {
      const body = saidSomething({ description, isActive: isOn(active) });
      print.done(`${text} is changed`, await dataOf(client.PATCH(one, { params: { path: readRobot(text) }, body })));
    },
  );
  verb<Secret>(
    robot,
    {
      usage: "rotate <organization+name>",
      about: "make a new secret, written to standard output; those before it end after an overlap",
      options: [
        new Option("--overlap <span>", "how long the old secrets go on: 0s, 1h; a day if nothing is said"),
        ...secretOptions(),
      ],
    },
    async ({ client, print, options }, text) => {
      const overlapSeconds = options.overlap === undefined ? undefined : readSeconds(options.overlap);
      const body = said({ ...readBounds(options), overlapSeconds });
      const made = await dataOf(client.POST(`${one}/secrets/rotate`, { params: { path: readRobot(text) }, body }));
      print.secret(made.token, made, `a new secret of ${text}; those before it end after the overlap`);
    },
  );
  verb(
    robot,
    { usage: "delete <organization+name>", about: "end a service account, its secrets and its grants" },
    async ({ client, print }, text) => {
      await client.DELETE(one, { params: { path: readRobot(text) } });
      print.done(`deleted ${text}`);
    },
  );
  return robot;
}

async function create({ client, print, options }: Asking<Secret & { description?: string }>, text: string) {
  const path = readRobot(text);
  const body = said(readBounds(options));
  const form = { name: path.name, ...said({ description: options.description }) };
  const made = await dataOf(client.POST(robots, { params: { path: { orgname: path.orgname } }, body: form }));
  const secret = await dataOf(client.POST(`${one}/secrets`, { params: { path }, body }));
  print.secret(
    secret.token,
    { ...made, secret },
    `created ${made.name}: docker login -u ${made.name}, with this secret`,
  );
}

async function show({ client, print }: Asking<object>, text: string): Promise<void> {
  const path = readRobot(text);
  const found = await dataOf(client.GET(one, { params: { path } }));
  const secrets = await take(listAll(client, `${one}/secrets`, { path }, (answer) => answer.secrets));
  const grants = await take(
    listAll(client, `${one}/repositoryAccess`, { path }, (answer) => answer.repositoryAccessList),
  );
  print.one(
    { ...found, secrets, repositoryAccessList: grants },
    {
      name: ({ name }) => name,
      description: ({ description }) => description,
      active: ({ isActive }) => isActive,
      "last used": ({ lastUsed }) => lastUsed ?? "never",
      secrets: () => secrets.map(describeSecret).join("; "),
      repositories: () => grants.map(({ repository, accessLevel }) => `${repository.name} (${accessLevel})`).join(", "),
    },
  );
}

function describeSecret({ hashedToken, expiresAt }: Schemas["responses.APIToken"]): string {
  return `${hashedToken.slice(0, 12)}${expiresAt === null ? "" : `, until ${expiresAt}`}`;
}
