// `berth grant`: who was granted what: teams, users and service accounts, on a repository, a namespace or a pattern of names.
import { Command, Option } from "commander";
import { type BerthClient, dataOf } from "#client/client.ts";
import { listAll, take } from "#client/pages.ts";
import { type Grantee, type Place, placeName, readGrantee, readPlace } from "./verb/places.ts";
import { readEnd, said, UsageError } from "./verb/usage.ts";
import { verb } from "./verb/verb.ts";

type Level = "read-only" | "read-write" | "admin";
interface Grant {
  on: string;
  to: string;
  accessLevel: Level;
  expiresAt: string | null;
}

const levels: readonly string[] = ["read-only", "read-write", "admin"] satisfies Level[];
const onRepository = "/api/v0/repositories/{namespace}/{reponame}";
const onNamespace = "/api/v0/repositoryNamespaces/{namespace}";
const ofRobot = "/api/v0/accounts/{orgname}/serviceAccounts/{name}";
const where = "namespace/name, a whole namespace, or 'namespace/web-*'";

export function grantCommand(): Command {
  const grant = new Command("grant").addHelpText(
    "after",
    `\n<where>: ${where}\n<to>: team:NAME of the namespace, user:NAME, or robot:NAME of the namespace\n<level>: ${levels.join(", ")}`,
  );
  verb(
    grant,
    { usage: "list <where>", about: "what teams and users were granted there" },
    async ({ client, print }, text) => {
      print.list(await list(client, readPlace(text)), {
        on: ({ on }) => on,
        to: ({ to }) => to,
        level: ({ accessLevel }) => accessLevel,
        ends: ({ expiresAt }) => expiresAt ?? "never",
      });
    },
  );
  verb<{ until?: string }>(
    grant,
    {
      usage: "set <where> <to> <level>",
      about: "grant something, in place of what was granted there before",
      options: [new Option("--until <when>", "when it ends by itself: 30d, 2027-01-31")],
    },
    async ({ client, print, options: { until } }, text, whom, level) => {
      if (!levels.includes(level)) throw new UsageError(`a level is one of ${levels.join(", ")}`);
      const body = { accessLevel: level as Level, ...said({ expiresAt: readEnd(until) }) };
      const answer = await set(client, readPlace(text), readGrantee(whom), body);
      print.done(`${whom} has ${level} on ${text}`, answer);
    },
  );
  verb(grant, { usage: "remove <where> <to>", about: "take a grant away" }, async ({ client, print }, text, whom) => {
    await remove(client, readPlace(text), readGrantee(whom));
    print.done(`the grant of ${whom} on ${text} is gone`);
  });
  return grant;
}

async function list(client: BerthClient, place: Place): Promise<Grant[]> {
  const { namespace, reponame } = place;
  if (reponame !== undefined) {
    const path = { namespace, reponame };
    const { namespaceType } = await dataOf(client.GET(onRepository, { params: { path } }));
    const teams =
      namespaceType === "organization"
        ? await take(listAll(client, `${onRepository}/teamAccess`, { path }, (answer) => answer.teamAccessList))
        : [];
    const users = await take(
      listAll(client, `${onRepository}/userAccess`, { path }, (answer) => answer.userAccessList),
    );
    return [
      ...teams.map(({ team, ...level }) => entry(placeName(place), `team:${team.name}`, level)),
      ...users.map(({ user, ...level }) => entry(placeName(place), `user:${user.name}`, level)),
    ];
  }
  const path = { namespace };
  const teams = await take(listAll(client, `${onNamespace}/teamAccess`, { path }, (answer) => answer.teamAccessList));
  const patterns = await patternsOf(client, namespace);
  return [
    ...teams.map(({ team, ...level }) => entry(namespace, `team:${team.name}`, level)),
    ...patterns.map(({ pattern, team, user, ...level }) =>
      entry(`${namespace}/${pattern}`, team === null ? `user:${user}` : `team:${team}`, level),
    ),
  ].filter(({ on }) => place.pattern === undefined || on === placeName(place));
}

function entry(
  on: string,
  to: string,
  { accessLevel, expiresAt }: { accessLevel: Level; expiresAt?: string | null },
): Grant {
  return { on, to, accessLevel, expiresAt: expiresAt ?? null };
}

function patternsOf(client: BerthClient, namespace: string) {
  return take(
    listAll(client, `${onNamespace}/patternAccess`, { path: { namespace } }, (answer) => answer.patternAccessList),
  );
}

/** One operation for each kind of place and of grantee; some pairs the API does not have. */
function set(
  client: BerthClient,
  { namespace, reponame, pattern }: Place,
  { kind, name }: Grantee,
  body: { accessLevel: Level; expiresAt?: string },
): Promise<unknown> {
  if (pattern !== undefined) {
    const form = { pattern, [requireMember(kind)]: name, ...body };
    return dataOf(client.POST(`${onNamespace}/patternAccess`, { params: { path: { namespace } }, body: form }));
  }
  if (kind === "robot") {
    const path = { orgname: namespace, name };
    return reponame === undefined
      ? dataOf(client.PUT(`${ofRobot}/namespaceAccess`, { params: { path }, body }))
      : dataOf(client.PUT(`${ofRobot}/repositoryAccess/{reponame}`, { params: { path: { ...path, reponame } }, body }));
  }
  if (reponame === undefined) {
    const path = { namespace, teamname: requireTeam(kind, namespace, name) };
    return dataOf(client.PUT(`${onNamespace}/teamAccess/{teamname}`, { params: { path }, body }));
  }
  const path = { namespace, reponame };
  return kind === "team"
    ? dataOf(
        client.PUT(`${onRepository}/teamAccess/{teamname}`, { params: { path: { ...path, teamname: name } }, body }),
      )
    : dataOf(
        client.PUT(`${onRepository}/userAccess/{grantee}`, { params: { path: { ...path, grantee: name } }, body }),
      );
}

async function remove(
  client: BerthClient,
  { namespace, reponame, pattern }: Place,
  { kind, name }: Grantee,
): Promise<unknown> {
  if (pattern !== undefined) {
    const of = requireMember(kind);
    const found = (await patternsOf(client, namespace)).find(
      (grant) => grant.pattern === pattern && grant[of] === name,
    );
    if (!found) throw new Error(`${kind}:${name} was granted nothing on ${namespace}/${pattern}`);
    return client.DELETE(`${onNamespace}/patternAccess/{id}`, { params: { path: { namespace, id: found.id } } });
  }
  if (kind === "robot") {
    const path = { orgname: namespace, name };
    return reponame === undefined
      ? client.DELETE(`${ofRobot}/namespaceAccess`, { params: { path } })
      : client.DELETE(`${ofRobot}/repositoryAccess/{reponame}`, { params: { path: { ...path, reponame } } });
  }
  if (reponame === undefined) {
    const path = { namespace, teamname: requireTeam(kind, namespace, name) };
    return client.DELETE(`${onNamespace}/teamAccess/{teamname}`, { params: { path } });
  }
  const path = { namespace, reponame };
  return kind === "team"
    ? client.DELETE(`${onRepository}/teamAccess/{teamname}`, { params: { path: { ...path, teamname: name } } })
    : client.DELETE(`${onRepository}/userAccess/{grantee}`, { params: { path: { ...path, grantee: name } } });
}

function requireMember(kind: Grantee["kind"]): "team" | "user" {
  if (kind === "robot")
    throw new UsageError("a service account is granted repositories or the whole namespace, no pattern");
  return kind;
}

function requireTeam(kind: Grantee["kind"], namespace: string, name: string): string {
  if (kind !== "team") throw new UsageError(`a user is granted a pattern: '${namespace}/*' for all repositories`);
  return name;
}
