// `berth repo`: lists, shows, creates, changes and deletes repositories.
import { Command, Option } from "commander";
import { type BerthClient, dataOf, type Schemas } from "#client/client.ts";
import { listAll, take } from "#client/pages.ts";
import { addRepositoryNames } from "./renames.ts";
import { confirm } from "./verb/ask.ts";
import type { Columns } from "./verb/print.ts";
import { isOn, type OnOff, readRepository, said, saidSomething, UsageError } from "./verb/usage.ts";
import { type Asking, verb } from "./verb/verb.ts";

type Repository = Schemas["responses.Repository"];
type Change = Schemas["forms.UpdateRepo"];
const one = "/api/v0/repositories/{namespace}/{reponame}";

interface Given {
  visibility?: "public" | "private";
  description?: string;
  readme?: string;
  immutableTags?: OnOff;
  tagLimit?: string;
  sparse?: OnOff;
}

const settings = () => [
  new Option("--visibility <who>", "who may pull").choices(["public", "private"]),
  new Option("--description <text>", "a short one, for lists"),
  new Option("--readme <text>", "a long one, in markdown"),
  new Option("--immutable-tags <word>", "a tag that exists keeps its content").choices(["on", "off"]),
  new Option("--tag-limit <count>", "keep only the tags that were pushed last; 0: all"),
  new Option("--sparse <word>", "manifests may name what is not here").choices(["on", "off"]),
];

const columns: Columns<Repository> = {
  name: fullName,
  visibility: (r) => r.visibility,
  pulls: (r) => r.pulls,
  pushes: (r) => r.pushes,
  description: (r) => r.shortDescription,
};
const fields: Columns<Repository> = {
  name: fullName,
  visibility: (r) => r.visibility,
  description: (r) => r.shortDescription,
  "immutable tags": (r) => r.immutableTags,
  "tag limit": (r) => r.tagLimit || "none",
  sparse: (r) => r.sparse,
  pulls: (r) => r.pulls,
  pushes: (r) => r.pushes,
};

export function repoCommand(): Command {
  const repo = new Command("repo");
  verb(
    repo,
    { usage: "list [namespace]", about: "repositories that you may see" },
    async ({ client, print }, namespace) => print.list(await list(client, namespace), columns),
  );
  verb(repo, { usage: "show <namespace/name>", about: "one repository with its settings" }, async (asking, text) => {
    const path = readRepository(text);
    asking.print.one(await dataOf(asking.client.GET(one, { params: { path } })), fields);
  });
  verb<Given>(
    repo,
    {
      usage: "create <namespace/name>",
      about: "make a repository: private, if nothing else is said",
      options: settings(),
    },
    create,
  );
  verb<Given>(
    repo,
    { usage: "set <namespace/name>", about: "change the settings of a repository", options: settings() },
    async (asking, text) => change(asking, text, saidSomething(formOf(asking.options)), "is changed"),
  );
  verb(
    repo,
    { usage: "publish <namespace/name>", about: "let everyone pull: set --visibility public" },
    (asking, text) => change(asking, text, { visibility: "public" }, "is public now"),
  );
  verb(repo, { usage: "hide <namespace/name>", about: "make it private: set --visibility private" }, (asking, text) =>
    change(asking, text, { visibility: "private" }, "is private now"),
  );
  verb<{ yes?: boolean }>(
    repo,
    {
      usage: "delete <namespace/name>",
      about: "delete a repository with everything in it",
      options: [new Option("--yes", "do not ask")],
    },
    async ({ client, print, options }, text) => {
      const path = readRepository(text);
      const present = fullName(await dataOf(client.GET(one, { params: { path } })));
      if (present !== text) throw new Error(`${text} is called ${present} now: say that name to delete it`);
      await confirm(`the repository ${text} with everything in it`, text, options.yes);
      await client.DELETE(one, { params: { path } });
      print.done(`deleted ${text}`);
    },
  );
  addRepositoryNames(repo);
  return repo;
}

function list(client: BerthClient, namespace: string | undefined): Promise<Repository[]> {
  const found =
    namespace === undefined
      ? listAll(client, "/api/v0/repositories", {}, ({ repositories }) => repositories)
      : listAll(
          client,
          "/api/v0/repositories/{namespace}",
          { path: { namespace } },
          ({ repositories }) => repositories,
        );
  return take(found);
}

async function create({ client, print, options }: Asking<Given>, text: string): Promise<void> {
  const { namespace, reponame } = readRepository(text);
  const body = { name: reponame, visibility: "private" as const, ...said(formOf(options)) };
  const made = await dataOf(client.POST("/api/v0/repositories/{namespace}", { params: { path: { namespace } }, body }));
  print.done(`created ${fullName(made)} (${made.visibility})`, made);
}

async function change({ client, print }: Asking<object>, text: string, body: Change, what: string): Promise<void> {
  const path = readRepository(text);
  print.done(`${text} ${what}`, await dataOf(client.PATCH(one, { params: { path }, body })));
}

function formOf({ visibility, description, readme, immutableTags, tagLimit, sparse }: Given) {
  if (tagLimit !== undefined && !/^\d+$/.test(tagLimit)) throw new UsageError("--tag-limit takes a whole number");
  return {
    visibility,
    shortDescription: description,
    longDescription: readme,
    immutableTags: isOn(immutableTags),
    tagLimit: tagLimit === undefined ? undefined : Number(tagLimit),
    sparse: isOn(sparse),
  };
}

function fullName({ namespace, name }: Repository): string {
  return `${namespace}/${name}`;
}
