// What single users may on a repository, on DTR 1.x's paths; who reaches a repository, and why somebody may do something.
import { z } from "@hono/zod-openapi";
import { explainAccess, pageReaching } from "#core/grants/explain.ts";
import {
  pageRepositoryUsers,
  removeRepositoryUser,
  setRepositoryUser,
  type UserAccess,
} from "#core/grants/user-access.ts";
import { registryError } from "#oci/error.ts";
import { type Asked, type Declaring, declare } from "../declare.ts";
import { describeAccount } from "../enzi/forms.ts";
import {
  accessForm,
  describeAccess,
  describeBecause,
  explanationAnswer,
  levelOf,
  reachingAnswer,
  repositoryUsersAnswer,
  userAccessAnswer,
} from "./access-forms.ts";
import { describeRepository } from "./forms.ts";
import { pageOfNames, pageQuery } from "./request.ts";

type Named = Pick<Asked<z.ZodType>, "param">;
const params = z.object({ namespace: z.string(), reponame: z.string() });
const repository = ({ param }: Named) => `${param("namespace")}/${param("reponame")}`;
const described = ({ user, ...granted }: UserAccess) => describeAccess(granted, { user: describeAccount(user) });

export function userAccessRoutes(to: Declaring): void {
  const { ctx } = to.surface;
  const path = "/repositories/{namespace}/{reponame}/userAccess";
  const one = { path: `${path}/{grantee}`, params: params.extend({ grantee: z.string() }) };
  const named = (asked: Named) => ({ path: repository(asked), user: asked.param("grantee") });
  declare(
    to,
    {
      method: "get",
      path,
      params,
      query: pageQuery,
      summary: "users that were granted something on a repository themselves",
      status: 200,
      answer: repositoryUsersAnswer,
    },
    async (asked) => {
      const found = await pageRepositoryUsers(ctx, asked.caller, repository(asked), pageOfNames(asked.c));
      asked.c.header("X-Next-Page-Start", found.next ?? "");
      return {
        repository: describeRepository(found.repository, { long: true }),
        userAccessList: found.items.map(described),
      };
    },
  );
  declare(
    to,
    {
      ...one,
      method: "put",
      summary: "say what a user may on a repository",
      form: accessForm,
      status: 200,
      answer: userAccessAnswer,
    },
    async (asked) => {
      const level = async () => levelOf(await asked.form());
      const set = await setRepositoryUser(ctx, asked.caller, named(asked), level);
      return { ...described(set.access), repository: describeRepository(set.repository, { long: true }) };
    },
  );
  declare(to, { ...one, method: "delete", summary: "take a user's grant on a repository away", status: 204 }, (asked) =>
    removeRepositoryUser(ctx, asked.caller, named(asked)),
  );
}

export function explainRoutes(to: Declaring): void {
  const { ctx } = to.surface;
  declare(
    to,
    {
      method: "get",
      path: "/repositories/{namespace}/{reponame}/access",
      params,
      query: pageQuery,
      summary: "who reaches a repository, and why",
      status: 200,
      answer: reachingAnswer,
    },
    async (asked) => {
      const found = await pageReaching(ctx, asked.caller, repository(asked), pageOfNames(asked.c));
      asked.c.header("X-Next-Page-Start", found.next ?? "");
      const accessList = found.items.map(({ user, level, because }) =>
        describeAccess({ level }, { user: describeAccount(user), because: because.map(describeBecause) }),
      );
      return { visibility: found.repository.visibility, accessList };
    },
  );
  const action = z.enum(["pull", "push", "delete", "administer"]);
  declare(
    to,
    {
      method: "get",
      path: "/access/explain",
      query: z.object({ user: z.string().optional(), repository: z.string(), action }),
      summary: "why somebody may do something on a repository, or what is missing",
      status: 200,
      answer: explanationAnswer,
    },
    async ({ c, caller }) => {
      const path = c.req.query("repository");
      const asked = action.safeParse(c.req.query("action") ?? "pull");
      if (!path) throw registryError("INVALID_PARAMETERS", "name a repository: ?repository=namespace/name");
      if (!asked.success) throw registryError("INVALID_PARAMETERS", "action must be pull, push, delete or administer");
      const told = await explainAccess(ctx, caller, { user: c.req.query("user"), path, action: asked.data });
      return {
        user: told.user.name,
        repository: told.repository.path,
        action: told.action,
        allowed: told.isAllowed,
        accessLevel: told.level,
        needs: told.needs,
        because: told.because.map(describeBecause),
        missing: told.missing,
      };
    },
  );
}
