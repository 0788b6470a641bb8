// The verbs of `berth repo`, `user` and `org` that give another name, list former ones and release them.
import type { Command } from "commander";
import { dataOf, type Schemas } from "#client/client.ts";
import { listAll, take } from "#client/pages.ts";
import type { Columns } from "./verb/print.ts";
import { readRepository } from "./verb/usage.ts";
import { verb } from "./verb/verb.ts";

const repository = "/api/v0/repositories/{namespace}/{reponame}";
const account = "/api/v0/accounts/{account}";
const columns: Columns<Schemas["responses.Aliases"]["aliases"][0]> = {
  name: ({ name }) => name,
  since: ({ createdAt }) => createdAt,
};

export function addRepositoryNames(repo: Command): void {
  verb(
    repo,
    {
      usage: "rename <namespace/name> <new-namespace/new-name>",
      about: "give a repository another name, or move it; the old name goes on leading to it",
    },
    async ({ client, print }, text, wanted) => {
      const path = readRepository(text);
      const { namespace, reponame: name } = readRepository(wanted);
      const body = { ...(name !== path.reponame && { name }), ...(namespace !== path.namespace && { namespace }) };
      const renamed = await dataOf(client.POST(`${repository}/rename`, { params: { path }, body }));
      print.done(`${text} is ${renamed.namespace}/${renamed.name} now`, renamed);
    },
  );
  verb(
    repo,
    { usage: "aliases <namespace/name>", about: "former names that lead to a repository" },
    async ({ client, print }, text) => {
      const found = listAll(client, `${repository}/aliases`, { path: readRepository(text) }, ({ aliases }) => aliases);
      print.list(await take(found), columns);
    },
  );
  verb(
    repo,
    { usage: "release <namespace/former-name>", about: "let a former name lead nowhere, and be free" },
    async ({ client, print }, text) => {
      const { namespace, reponame: alias } = readRepository(text);
      const path = { namespace, alias };
      await client.DELETE("/api/v0/repositoryNamespaces/{namespace}/aliases/{alias}", { params: { path } });
      print.done(`${text} is free`);
    },
  );
}

export function addAccountNames(group: Command): void {
  verb(
    group,
    {
      usage: "rename <name> <new-name>",
      about: "give an account another name; the old one goes on leading to it and its repositories",
    },
    async ({ client, print }, text, name) => {
      const renamed = await dataOf(
        client.POST(`${account}/rename`, { params: { path: { account: text } }, body: { name } }),
      );
      print.done(`${text} is ${renamed.name} now`, renamed);
    },
  );
  verb(
    group,
    { usage: "aliases <name>", about: "former names that lead to an account" },
    async ({ client, print }, text) => {
      const found = listAll(client, `${account}/aliases`, { path: { account: text } }, ({ aliases }) => aliases);
      print.list(await take(found), columns);
    },
  );
  verb(
    group,
    { usage: "release <name> <former-name>", about: "let a former name lead nowhere, and be free" },
    async ({ client, print }, text, alias) => {
      await client.DELETE(`${account}/aliases/{alias}`, { params: { path: { account: text, alias } } });
      print.done(`${alias} is free`);
    },
  );
}
