// What teams may, on DTR's paths: on a repository, and on a whole namespace.
import { z } from "@hono/zod-openapi";
import type { Caller } from "#core/access/caller.ts";
import {
  getNamespaceTeam,
  pageNamespaceTeams,
  pageRepositoryTeams,
  removeNamespaceTeam,
  removeRepositoryTeam,
  setNamespaceTeam,
  setRepositoryTeam,
  type TeamAccess,
} from "#core/grants/team-access.ts";
import { type Asked, type Declaring, declare } from "../declare.ts";
import {
  accessForm,
  describeAccess,
  describeTeamFor,
  levelOf,
  namespaceTeamAnswer,
  namespaceTeamsAnswer,
  repositoryTeamsAnswer,
} from "./access-forms.ts";
import { describeRepository } from "./forms.ts";
import { pageOfNames, pageQuery } from "./request.ts";

type Named = Pick<Asked<z.ZodType>, "param">;
const described = (caller: Caller, { team, ...granted }: TeamAccess) =>
  describeAccess(granted, { team: describeTeamFor(caller, team) });

export function teamAccessRoutes(to: Declaring): void {
  repositoryTeamRoutes(to);
  namespaceTeamRoutes(to);
}

function repositoryTeamRoutes(to: Declaring): void {
  const { ctx } = to.surface;
  const path = "/repositories/{namespace}/{reponame}/teamAccess";
  const params = z.object({ namespace: z.string(), reponame: z.string() });
  const one = { path: `${path}/{teamname}`, params: params.extend({ teamname: z.string() }) };
  const repository = ({ param }: Named) => `${param("namespace")}/${param("reponame")}`;
  const named = (asked: Named) => ({ path: repository(asked), team: asked.param("teamname") });
  declare(
    to,
    {
      method: "get",
      path,
      params,
      query: pageQuery,
      summary: "teams that may do something on a repository",
      status: 200,
      answer: repositoryTeamsAnswer,
    },
    async (asked) => {
      const { c, caller } = asked;
      const found = await pageRepositoryTeams(ctx, caller, repository(asked), pageOfNames(c));
      c.header("X-Next-Page-Start", found.next ?? "");
      const teamAccessList = found.items.map((access) => described(caller, access));
      return { repository: describeRepository(found.repository, { long: true }), teamAccessList };
    },
  );
  declare(
    to,
    {
      ...one,
      method: "put",
      summary: "say what a team may on a repository",
      form: accessForm,
      status: 200,
      answer: repositoryTeamsAnswer,
    },
    async (asked) => {
      const { caller } = asked;
      const set = await setRepositoryTeam(ctx, caller, named(asked), async () => levelOf(await asked.form()));
      return {
        repository: describeRepository(set.repository, { long: true }),
        teamAccessList: [described(caller, set.access)],
      };
    },
  );
  declare(to, { ...one, method: "delete", summary: "take a team's grant on a repository away", status: 204 }, (asked) =>
    removeRepositoryTeam(ctx, asked.caller, named(asked)),
  );
}

function namespaceTeamRoutes(to: Declaring): void {
  const { ctx } = to.surface;
  const path = "/repositoryNamespaces/{namespace}/teamAccess";
  const params = z.object({ namespace: z.string() });
  const one = { path: `${path}/{teamname}`, params: params.extend({ teamname: z.string() }) };
  const named = ({ param }: Named) => ({ namespace: param("namespace"), team: param("teamname") });
  const answer = ({ caller, param }: Pick<Asked<z.ZodType>, "caller" | "param">, access: TeamAccess) => ({
    ...described(caller, access),
    namespace: param("namespace"),
  });
  declare(
    to,
    {
      method: "get",
      path,
      params,
      query: pageQuery,
      summary: "teams that may do something on every repository of a namespace",
      status: 200,
      answer: namespaceTeamsAnswer,
    },
    async ({ c, caller, param }) => {
      const { items, next } = await pageNamespaceTeams(ctx, caller, param("namespace"), pageOfNames(c));
      c.header("X-Next-Page-Start", next ?? "");
      return { namespace: param("namespace"), teamAccessList: items.map((access) => described(caller, access)) };
    },
  );
  declare(
    to,
    { ...one, method: "get", summary: "what a team may on a namespace", status: 200, answer: namespaceTeamAnswer },
    async (asked) => answer(asked, await getNamespaceTeam(ctx, asked.caller, named(asked))),
  );
  declare(
    to,
    {
      ...one,
      method: "put",
      summary: "say what a team may on a namespace",
      form: accessForm,
      status: 200,
      answer: namespaceTeamAnswer,
    },
    async (asked) => {
      const level = async () => levelOf(await asked.form());
      return answer(asked, await setNamespaceTeam(ctx, asked.caller, named(asked), level));
    },
  );
  declare(to, { ...one, method: "delete", summary: "take a team's grant on a namespace away", status: 204 }, (asked) =>
    removeNamespaceTeam(ctx, asked.caller, named(asked)),
  );
}
