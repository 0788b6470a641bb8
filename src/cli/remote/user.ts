// `berth user`: people's accounts, for system admins, and one's own password.
import { Command, Option } from "commander";
import { dataOf, type Schemas } from "#client/client.ts";
import { listAll, take } from "#client/pages.ts";
import { addAccountNames } from "./renames.ts";
import { addDeletion } from "./verb/account.ts";
import { askSecret, readInput } from "./verb/ask.ts";
import type { Columns } from "./verb/print.ts";
import { isOn, type OnOff, said, saidSomething, UsageError } from "./verb/usage.ts";
import { type Asking, verb } from "./verb/verb.ts";

type Account = Schemas["enzi.responses.Account"];
const accounts = "/enzi/v0/accounts";
const one = "/enzi/v0/accounts/{account}";
const sessionsPath = "/api/v0/accounts/{username}/sessions";

interface Given {
  fullName?: string;
  admin?: OnOff;
  active?: OnOff;
  role?: "none" | "read-only" | "read-write";
}

const columns: Columns<Account> = {
  name: ({ name }) => name,
  "full name": ({ fullName }) => fullName,
  admin: ({ isAdmin }) => isAdmin,
  active: ({ isActive }) => isActive,
  role: ({ globalRole }) => globalRole,
};
const settings = () => [
  new Option("--full-name <text>", "as people read it"),
  new Option("--admin <word>", "a system admin").choices(["on", "off"]),
  new Option("--active <word>", "off: no login, token or session opens anything").choices(["on", "off"]),
  new Option("--role <level>", "on every repository").choices(["none", "read-only", "read-write"]),
];
const filters = ["users", "admins", "non-admins", "active-users", "inactive-users"];

export function userCommand(): Command {
  const user = new Command("user");
  verb<{ filter: string }>(
    user,
    {
      usage: "list",
      about: "users",
      options: [new Option("--filter <which>", "some of them").choices(filters).default("users")],
    },
    async ({ client, print, options: { filter } }) =>
      print.list(await take(listAll(client, accounts, { query: { filter } }, (answer) => answer.accounts)), columns),
  );
  verb(user, { usage: "show <name>", about: "one user, with the organizations that he belongs to" }, show);
  verb<Given>(
    user,
    {
      usage: "create <name>",
      about: "make a user; the password comes from BERTH_NEW_PASSWORD, the terminal or standard input",
      options: settings(),
    },
    async ({ client, print, options }, name) => {
      const password = await askSecret(`Password of ${name}`, "BERTH_NEW_PASSWORD");
      const body = { name, password, ...said(formOf(options)) };
      print.done(`created ${name}`, await dataOf(client.POST(accounts, { body })));
    },
  );
  verb<Given>(
    user,
    { usage: "set <name>", about: "change a user", options: settings() },
    async ({ client, print, options }, account) => {
      const body = saidSomething(formOf(options));
      print.done(`${account} is changed`, await dataOf(client.PATCH(one, { params: { path: { account } }, body })));
    },
  );
  verb(
    user,
    {
      usage: "password <name>",
      about: "set a password, from BERTH_NEW_PASSWORD, the terminal or standard input; other logins end",
    },
    setPassword,
  );
  verb(
    user,
    { usage: "sessions <name>", about: "where a user is logged in with a browser" },
    async (asking, username) => {
      const { sessions } = await dataOf(asking.client.GET(sessionsPath, { params: { path: { username } } }));
      asking.print.list(sessions, {
        address: ({ address }) => address,
        browser: ({ agent }) => agent,
        since: ({ createdAt }) => createdAt,
        "last used": ({ lastUsedAt }) => lastUsedAt,
      });
    },
  );
  verb(
    user,
    { usage: "logout <name>", about: "log a user out everywhere, docker included" },
    async (asking, username) => {
      await asking.client.DELETE(sessionsPath, { params: { path: { username } } });
      asking.print.done(`${username} is logged out everywhere`);
    },
  );
  addDeletion(user, "user", { usage: "delete <name>", about: "delete a user with his repositories" });
  verb(
    user,
    { usage: "import", about: "make users of lines of user,password,role on standard input: all of them, or none" },
    importUsers,
  );
  addAccountNames(user);
  return user;
}

async function show({ client, print }: Asking<object>, account: string): Promise<void> {
  const path = { account };
  const found = await dataOf(client.GET(one, { params: { path } }));
  const organizations = found.isOrg
    ? []
    : await take(listAll(client, `${one}/organizations`, { path }, ({ memberOrgs }) => memberOrgs));
  const memberOf = organizations.map(({ org, isAdmin }) => `${org.name}${isAdmin ? " (owner)" : ""}`);
  print.one({ ...found, organizations }, { ...columns, organizations: () => memberOf.join(", ") });
}

async function setPassword({ client, print, connection }: Asking<object>, account: string): Promise<void> {
  const newPassword = await askSecret(`New password of ${account}`, "BERTH_NEW_PASSWORD");
  const { account: self } = await dataOf(client.GET("/api/v0/session"));
  const isOwn = self.name === account || self.id === account;
  const { credentials } = connection;
  const oldPassword =
    isOwn &&
    (credentials.kind === "basic" ? credentials.password : await askSecret("Present password", "BERTH_PASSWORD"));
  const body = { newPassword, ...(oldPassword && { oldPassword }) };
  const changed = await dataOf(client.POST(`${one}/changePassword`, { params: { path: { account } }, body }));
  print.done(`the password of ${account} is changed`, changed);
}

async function importUsers({ client, print }: Asking<object>): Promise<void> {
  const body = await readInput();
  if (body.trim() === "") throw new UsageError("write lines of user,password,role to standard input");
  const headers = { "Content-Type": "text/csv" };
  const answer = await dataOf(
    client.POST("/api/v0/accounts/import", { body, headers, bodySerializer: (text) => text }),
  );
  print.done(`created ${answer.created.join(", ")}`, answer);
}

function formOf({ fullName, admin, active, role }: Given) {
  return { fullName, isAdmin: isOn(admin), isActive: isOn(active), globalRole: role };
}
