// `berth events`: what happened, as far as who asks may learn of it.
import { type Command, Option } from "commander";
import { type BerthClient, dataOf } from "#client/client.ts";
import { listAll, take } from "#client/pages.ts";
import { readRepository, readTime, said, UsageError } from "./verb/usage.ts";
import { loneVerb } from "./verb/verb.ts";

interface Given {
  limit: string;
  since?: string;
  until?: string;
  type?: string;
  by?: string;
  pulls?: boolean;
}

export function eventsCommand(): Command {
  return loneVerb<Given>(
    {
      usage: "events [namespace/name]",
      about: "what happened, newest first",
      options: [
        new Option("--limit <count>", "how many").default("50"),
        new Option("--since <when>", "24h, 2027-01-31"),
        new Option("--until <when>", "24h, 2027-01-31"),
        new Option("--type <type>", "such as PUSH, CREATE, DELETE"),
        new Option("--by <user>", "what one account did"),
        new Option("--no-pulls", "without pulls"),
      ],
    },
    async ({ client, print, options }, text) => {
      const { since, until, type, by, pulls } = options;
      if (!/^[1-9]\d{0,8}$/.test(options.limit)) throw new UsageError("--limit takes a whole number from 1 on");
      const query = said({
        publishedAfter: since && readTime(since, -1),
        publishedBefore: until && readTime(until, -1),
        eventType: type,
        actorId: by && (await idOf(client, by)),
        excludePull: pulls === false ? "true" : undefined,
      });
      const repository = text === undefined ? null : readRepository(text);
      const found = repository
        ? listAll(
            client,
            "/api/v0/repositories/{namespace}/{reponame}/events",
            { path: repository, query },
            ({ events }) => events,
          )
        : listAll(client, "/api/v0/events", { query }, ({ events }) => events);
      print.list(await take(found, Number(options.limit)), {
        time: ({ publishedAt }) => publishedAt,
        who: ({ actorName }) => actorName || "-",
        type: (event) => event.type,
        what: ({ object }) => object.type,
        object: ({ repository, object }) =>
          [...new Set([repository, object.name ?? object.id])].filter(Boolean).join(" "),
      });
    },
  );
}

async function idOf(client: BerthClient, account: string): Promise<string> {
  return (await dataOf(client.GET("/enzi/v0/accounts/{account}", { params: { path: { account } } }))).id;
}
