// Service accounts of an organization: made, seen, changed and ended.
import { z } from "@hono/zod-openapi";
import {
  changeServiceAccount,
  createServiceAccount,
  pageServiceAccounts,
  reachServiceAccount,
  removeServiceAccount,
} from "#core/accounts/service-accounts/service-accounts.ts";
import { type Declaring, declare } from "../../declare.ts";
import { pageOfNames, pageQuery } from "../request.ts";
import {
  createServiceAccountForm,
  describeServiceAccount,
  serviceAccountAnswer,
  serviceAccountsAnswer,
  updateServiceAccountForm,
} from "./forms.ts";
import { grantRoutes } from "./grants.ts";
import { named, oneParams, onePath } from "./path.ts";
import { secretRoutes } from "./secrets.ts";
import { trustRuleRoutes } from "./trust-rules.ts";

const path = "/accounts/{orgname}/serviceAccounts";
const params = z.object({ orgname: z.string() });

export function serviceAccountRoutes(to: Declaring): void {
  allRoutes(to);
  oneRoutes(to);
  secretRoutes(to);
  grantRoutes(to);
  trustRuleRoutes(to);
}

function allRoutes(to: Declaring): void {
  const { ctx } = to.surface;
  declare(
    to,
    {
      method: "get",
      path,
      params,
      query: pageQuery,
      summary: "service accounts of an organization",
      status: 200,
      answer: serviceAccountsAnswer,
    },
    async ({ c, caller, param }) => {
      const { items, next } = await pageServiceAccounts(ctx, caller, param("orgname"), pageOfNames(c));
      c.header("X-Next-Page-Start", next ?? "");
      return { serviceAccounts: items.map(describeServiceAccount) };
    },
  );
  declare(
    to,
    {
      method: "post",
      path,
      params,
      summary: "make a service account",
      form: createServiceAccountForm,
      status: 201,
      answer: serviceAccountAnswer,
    },
    async ({ caller, param, form }) =>
      describeServiceAccount(await createServiceAccount(ctx, caller, param("orgname"), form)),
  );
}

function oneRoutes(to: Declaring): void {
  const { ctx } = to.surface;
  const one = { path: onePath, params: oneParams, status: 200, answer: serviceAccountAnswer } as const;
  declare(to, { ...one, method: "get", summary: "one service account" }, async (asked) =>
    describeServiceAccount((await reachServiceAccount(ctx, asked.caller, named(asked))).robot),
  );
  declare(
    to,
    { ...one, method: "patch", summary: "describe, rest or use again", form: updateServiceAccountForm },
    async (asked) => {
      const read = async () => {
        const { description, isActive } = await asked.form();
        return { ...(description !== undefined && { description }), ...(isActive !== undefined && { isActive }) };
      };
      return describeServiceAccount(await changeServiceAccount(ctx, asked.caller, named(asked), read));
    },
  );
  declare(
    to,
    {
      method: "delete",
      path: onePath,
      params: oneParams,
      summary: "end a service account, its secrets and its grants",
      status: 204,
    },
    (asked) => removeServiceAccount(ctx, asked.caller, named(asked)),
  );
}
