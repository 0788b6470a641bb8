// The secrets of a service account, in the form of access tokens.
import { z } from "@hono/zod-openapi";
import {
  createSecret,
  type NewSecret,
  pageSecrets,
  removeSecret,
  rotateSecrets,
} from "#core/accounts/service-accounts/secrets.ts";
import { type Declaring, declare } from "../../declare.ts";
import { describeToken, newTokenAnswer, tokenAnswer, tokenFormOf } from "../access-tokens.ts";
import { pageQuery, readPage } from "../request.ts";
import { createSecretForm, rotateSecretsForm } from "./forms.ts";
import { named, oneParams, onePath } from "./path.ts";

const path = `${onePath}/secrets`;
const aDay = 86_400;

const described = ({ row, token }: NewSecret) => ({ ...describeToken(row), token });

export function secretRoutes(to: Declaring): void {
  const { ctx } = to.surface;
  declare(
    to,
    {
      method: "get",
      path,
      params: oneParams,
      query: pageQuery,
      summary: "secrets of a service account, newest first",
      status: 200,
      answer: z.object({ secrets: z.array(tokenAnswer) }),
    },
    async (asked) => {
      const { after, limit } = readPage(asked.c);
      const { items, next } = await pageSecrets(ctx, asked.caller, named(asked), { after, limit });
      asked.c.header("X-Next-Page-Start", next ?? "");
      return { secrets: items.map(describeToken) };
    },
  );
  const made = { params: oneParams, status: 201, answer: newTokenAnswer } as const;
  declare(
    to,
    {
      ...made,
      method: "post",
      path,
      summary: "make a secret: it is told in this answer alone",
      form: createSecretForm,
    },
    async (asked) =>
      described(
        await createSecret(ctx, asked.caller, named(asked), async () => tokenFormOf(asked.c, await asked.form())),
      ),
  );
  declare(
    to,
    {
      ...made,
      method: "post",
      path: `${path}/rotate`,
      summary: "make a secret, and let those before it end after an overlap",
      form: rotateSecretsForm,
    },
    async (asked) => {
      const read = async () => {
        const { overlapSeconds = aDay, ...form } = await asked.form();
        return { ...tokenFormOf(asked.c, form), overlapSeconds };
      };
      return described(await rotateSecrets(ctx, asked.caller, named(asked), read));
    },
  );
  declare(
    to,
    {
      method: "delete",
      path: `${path}/{hashedtoken}`,
      params: oneParams.extend({ hashedtoken: z.string() }),
      summary: "end a secret",
      status: 204,
    },
    (asked) => removeSecret(ctx, asked.caller, named(asked), asked.param("hashedtoken")),
  );
}
