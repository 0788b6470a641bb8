// Verbs on names, for what has some: give another one, list the former ones that lead there, release one of them.
import type { Command } from "commander";
import { dataOf } from "#client/client.ts";
import type { Columns } from "./verb/print.ts";
import { readRepository } from "./verb/usage.ts";
import { verb } from "./verb/verb.ts";

const repository = "/api/v0/repositories/{namespace}/{reponame}";
const account = "/api/v0/accounts/{account}";
const columns: Columns<{ name: string; createdAt: string }> = {
  name: ({ name }) => name,
  since: ({ createdAt }) => createdAt,
};

export function repositoryNameVerbs(repo: Command): void {
  verb(
    repo,
    {
      usage: "rename <namespace/name> <new-namespace/name>",
      about: "give a repository another name or namespace; the old name goes on leading to it",
    },
    async ({ client, print }, text, to) => {
      const { namespace, reponame } = readRepository(to);
      const params = { path: readRepository(text) };
      const body = { namespace, name: reponame };
      const renamed = await dataOf(client.POST(`${repository}/rename`, { params, body }));
      print.done(`${text} is ${renamed.namespace}/${renamed.name} now`, renamed);
    },
  );
  verb(
    repo,
    { usage: "names <namespace/name>", about: "former names that lead to a repository" },
    async ({ client, print }, text) => {
      const { aliases } = await dataOf(client.GET(`${repository}/aliases`, { params: { path: readRepository(text) } }));
      print.list(aliases, columns);
    },
  );
  verb(
    repo,
    { usage: "release <former-namespace/name>", about: "let a former name go: it leads nowhere then, and is free" },
    async ({ client, print }, text) => {
      const { namespace, reponame: alias } = readRepository(text);
      await client.DELETE("/api/v0/repositoryNamespaces/{namespace}/aliases/{alias}", {
        params: { path: { namespace, alias } },
      });
      print.done(`released ${text}`);
    },
  );
}

/** @param what an account is called in this group: `user`. */
export function accountNameVerbs(group: Command, what: "user" | "organization"): void {
  verb(
    group,
    {
      usage: `rename <${what}> <new-name>`,
      about: `give a${what === "user" ? "" : "n"} ${what} another name; the old name goes on leading to it`,
    },
    async ({ client, print }, name, to) => {
      const renamed = await dataOf(
        client.POST(`${account}/rename`, { params: { path: { account: name } }, body: { name: to } }),
      );
      print.done(`${name} is ${renamed.name} now`, renamed);
    },
  );
  verb(
    group,
    { usage: `names <${what}>`, about: `former names that lead to the ${what}` },
    async ({ client, print }, name) => {
      const { aliases } = await dataOf(client.GET(`${account}/aliases`, { params: { path: { account: name } } }));
      print.list(aliases, columns);
    },
  );
  verb(
    group,
    { usage: `release <${what}> <former-name>`, about: "let a former name go: it leads nowhere then, and is free" },
    async ({ client, print }, name, alias) => {
      await client.DELETE(`${account}/aliases/{alias}`, { params: { path: { account: name, alias } } });
      print.done(`released ${alias}`);
    },
  );
}
