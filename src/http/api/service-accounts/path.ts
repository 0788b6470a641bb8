// The path of one service account, and what it names.
import { z } from "@hono/zod-openapi";
import type { ServiceAccountNames } from "#core/accounts/service-accounts/service-accounts.ts";
import type { Asked } from "../../declare.ts";

export const onePath = "/accounts/{orgname}/serviceAccounts/{name}";
export const oneParams = z.object({ orgname: z.string(), name: z.string() });

export function named({ param }: Pick<Asked<z.ZodType>, "param">): ServiceAccountNames {
  return { organization: param("orgname"), name: param("name") };
}
