// Accounts on DTR's own path: what is there beside eNZi's.
import { z } from "@hono/zod-openapi";
import { deleteAccount } from "#core/accounts/accounts.ts";
import { pageTeamRepositories } from "#core/grants/team-access.ts";
import { getUserAccess } from "#core/grants/user-access.ts";
import { deleteRepositoriesOf } from "#core/repositories/change.ts";
import { type Declaring, declare } from "../declare.ts";
import { describeAccount } from "../enzi/forms.ts";
import { describeAccess, describeTeamFor, teamRepositoriesAnswer, userAccessAnswer } from "./access-forms.ts";
import { describeRepository } from "./forms.ts";
import { pageOfNames, pageQuery } from "./request.ts";

export function accountRoutes(to: Declaring): void {
  const { ctx } = to.surface;
  declare(
    to,
    {
      method: "delete",
      path: "/accounts/{namespace}",
      params: z.object({ namespace: z.string() }),
      summary: "delete an account and its repositories",
      status: 204,
    },
    ({ caller, param }) => deleteAccount(ctx, caller, param("namespace")),
  );
  declare(
    to,
    {
      method: "delete",
      path: "/accounts/{namespace}/repositories",
      params: z.object({ namespace: z.string() }),
      summary: "delete every repository of a user or an organization",
      status: 204,
    },
    ({ caller, param }) => deleteRepositoriesOf(ctx, caller, param("namespace")),
  );
  declare(
    to,
    {
      method: "get",
      path: "/accounts/{username}/repositoryAccess/{namespace}/{reponame}",
      params: z.object({ username: z.string(), namespace: z.string(), reponame: z.string() }),
      summary: "what a user may on a repository",
      status: 200,
      answer: userAccessAnswer,
    },
    async ({ caller, param }) => {
      const names = { user: param("username"), path: `${param("namespace")}/${param("reponame")}` };
      const { user, repository, level } = await getUserAccess(ctx, caller, names);
      return describeAccess(
        { level },
        {
          user: describeAccount(user),
          repository: describeRepository(repository, { long: true }),
        },
      );
    },
  );
  declare(
    to,
    {
      method: "get",
      path: "/accounts/{orgname}/teams/{teamname}/repositoryAccess",
      params: z.object({ orgname: z.string(), teamname: z.string() }),
      query: pageQuery,
      summary: "repositories that a team was granted",
      status: 200,
      answer: teamRepositoriesAnswer,
    },
    async ({ c, caller, param }) => {
      const names = { organization: param("orgname"), team: param("teamname") };
      const { team, items, next } = await pageTeamRepositories(ctx, caller, names, pageOfNames(c));
      c.header("X-Next-Page-Start", next ?? "");
      const list = items.map(({ repository, ...granted }) =>
        describeAccess(granted, { repository: describeRepository(repository, { long: false }) }),
      );
      return { team: describeTeamFor(caller, team), repositoryAccessList: list };
    },
  );
}
