// `berth tag`: lists, shows and deletes the tags of a repository.
import { Command, Option } from "commander";
import { dataOf, type Schemas } from "#client/client.ts";
import { listAll, take } from "#client/pages.ts";
import { readReference, readRepository } from "./verb/usage.ts";
import { verb } from "./verb/verb.ts";

const one = "/api/v0/repositories/{namespace}/{reponame}/tags/{reference}";

export function tagCommand(): Command {
  const tag = new Command("tag");
  verb(tag, { usage: "list <namespace/name>", about: "tags of a repository" }, async ({ client, print }, text) => {
    const path = readRepository(text);
    const tags = listAll(client, "/api/v0/repositories/{namespace}/{reponame}/tags", { path }, (answer) => answer);
    print.list(await take(tags), {
      tag: ({ name }) => name,
      digest: ({ digest }) => digest,
      pushed: ({ updatedAt }) => updatedAt,
      by: ({ author }) => author,
    });
  });
  verb<{ os?: string; arch?: string }>(
    tag,
    {
      usage: "show <namespace/name:tag>",
      about: "what a tag names, once for each platform; with a digest in place of the tag: the tags that name it",
      options: [new Option("--os <name>", "one platform"), new Option("--arch <name>", "one platform")],
    },
    async ({ client, print, options }, text) => {
      const { os, arch } = options;
      const query = { ...(os && { os }), ...(arch && { arch }) };
      print.list(await dataOf(client.GET(one, { params: { path: readReference(text), query } })), {
        tag: ({ name }) => name,
        digest: ({ manifest, digest }) => manifest?.digest ?? digest,
        platform: ({ manifest }) => platformOf(manifest),
        bytes: ({ manifest }) => manifest?.size,
        created: ({ manifest }) => manifest?.createdAt,
      });
    },
  );
  verb(
    tag,
    { usage: "delete <namespace/name:tag...>", about: "delete tags, not what they name" },
    async ({ client, print }, ...texts) => {
      const references = texts.map((text) => ({ text, path: readReference(text) }));
      for (const { text, path } of references) {
        await client.DELETE(one, { params: { path } });
        print.done(`deleted ${text}`);
      }
    },
  );
  return tag;
}

function platformOf(manifest: Partial<Schemas["responses.Manifest"]> | undefined): string {
  const { os, architecture, variant } = manifest ?? {};
  return [os, architecture, variant].filter(Boolean).join("/");
}
