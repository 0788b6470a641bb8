// Renames of accounts, and the former names that are held for them.
import { z } from "@hono/zod-openapi";
import { listAccountNames, releaseAccountName } from "#core/accounts/aliases.ts";
import { renameAccount } from "#core/accounts/rename.ts";
import { type Declaring, declare } from "../../declare.ts";
import { accountAnswer, describeAccount } from "../../enzi/forms.ts";
import { aliasesAnswer, describeAlias } from "./forms.ts";

const renameForm = z.strictObject({ name: z.string().min(1).max(100) }).openapi("forms.RenameAccount");

export function accountNameRoutes(to: Declaring): void {
  const { ctx } = to.surface;
  const one = "/accounts/{account}";
  const params = z.object({ account: z.string() });
  declare(
    to,
    {
      method: "post",
      path: `${one}/rename`,
      params,
      summary: "give a user or an organization another name; the old name goes on leading to it and its repositories",
      form: renameForm,
      status: 200,
      answer: accountAnswer,
    },
    async ({ caller, param, form }) => describeAccount(await renameAccount(ctx, caller, param("account"), form)),
  );
  declare(
    to,
    {
      method: "get",
      path: `${one}/aliases`,
      params,
      summary: "the former names of an account",
      status: 200,
      answer: aliasesAnswer,
    },
    async ({ caller, param }) => {
      const aliases = await listAccountNames(ctx, caller, param("account"));
      return { aliases: aliases.map(describeAlias) };
    },
  );
  declare(
    to,
    {
      method: "delete",
      path: `${one}/aliases/{alias}`,
      params: params.extend({ alias: z.string() }),
      summary: "release a name that is held for an account that was renamed",
      status: 204,
    },
    ({ caller, param }) => releaseAccountName(ctx, caller, { account: param("account"), alias: param("alias") }),
  );
}
