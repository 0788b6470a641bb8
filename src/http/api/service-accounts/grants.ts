// What a service account may, on repositories of its organization or on all of them.
import { z } from "@hono/zod-openapi";
import {
  getServiceAccountNamespace,
  pageServiceAccountRepositories,
  removeServiceAccountNamespace,
  removeServiceAccountRepository,
  setServiceAccountNamespace,
  setServiceAccountRepository,
} from "#core/accounts/service-accounts/grants.ts";
import { type Asked, type Declaring, declare } from "../../declare.ts";
import { describeAccess, levelOf } from "../access-forms.ts";
import { describeRepository } from "../forms.ts";
import { pageOfNames, pageQuery } from "../request.ts";
import { grantForm, namespaceGrantAnswer, repositoryGrantAnswer, repositoryGrantsAnswer } from "./forms.ts";
import { named, oneParams, onePath } from "./path.ts";

type Named = Pick<Asked<z.ZodType>, "param">;

export function grantRoutes(to: Declaring): void {
  repositoryGrantRoutes(to);
  namespaceGrantRoutes(to);
}

function repositoryGrantRoutes(to: Declaring): void {
  const { ctx } = to.surface;
  const path = `${onePath}/repositoryAccess`;
  const one = { path: `${path}/{reponame}`, params: oneParams.extend({ reponame: z.string() }) };
  const both = (asked: Named) => ({ ...named(asked), repository: asked.param("reponame") });
  declare(
    to,
    {
      method: "get",
      path,
      params: oneParams,
      query: pageQuery,
      summary: "repositories that a service account was granted",
      status: 200,
      answer: repositoryGrantsAnswer,
    },
    async (asked) => {
      const { caller, c } = asked;
      const { items, next } = await pageServiceAccountRepositories(ctx, caller, named(asked), pageOfNames(c));
      c.header("X-Next-Page-Start", next ?? "");
      const repositoryAccessList = items.map(({ repository, ...granted }) =>
        describeAccess(granted, { repository: describeRepository(repository, { long: false }) }),
      );
      return { repositoryAccessList };
    },
  );
  declare(
    to,
    {
      ...one,
      method: "put",
      summary: "say what a service account may on a repository",
      form: grantForm,
      status: 200,
      answer: repositoryGrantAnswer,
    },
    async (asked) => {
      const level = async () => levelOf(await asked.form());
      const { repository, ...granted } = await setServiceAccountRepository(ctx, asked.caller, both(asked), level);
      return describeAccess(granted, { repository: describeRepository(repository, { long: false }) });
    },
  );
  declare(
    to,
    { ...one, method: "delete", summary: "take a service account's grant on a repository away", status: 204 },
    (asked) => removeServiceAccountRepository(ctx, asked.caller, both(asked)),
  );
}

function namespaceGrantRoutes(to: Declaring): void {
  const { ctx } = to.surface;
  const one = { path: `${onePath}/namespaceAccess`, params: oneParams };
  const answered = { ...one, status: 200, answer: namespaceGrantAnswer } as const;
  const answer = (asked: Named) => ({ namespace: asked.param("orgname") });
  declare(
    to,
    { ...answered, method: "get", summary: "what a service account may on every repository of its organization" },
    async (asked) => describeAccess(await getServiceAccountNamespace(ctx, asked.caller, named(asked)), answer(asked)),
  );
  declare(
    to,
    { ...answered, method: "put", summary: "say what it may on every repository", form: grantForm },
    async (asked) => {
      const level = async () => levelOf(await asked.form());
      const granted = await setServiceAccountNamespace(ctx, asked.caller, named(asked), level);
      return describeAccess(granted, answer(asked));
    },
  );
  declare(to, { ...one, method: "delete", summary: "take its grant on every repository away", status: 204 }, (asked) =>
    removeServiceAccountNamespace(ctx, asked.caller, named(asked)),
  );
}
