// A user's settings and language, on DTR's paths.
import { z } from "@hono/zod-openapi";
import { reachUser } from "#core/accounts/find.ts";
import { registryError } from "#oci/error.ts";
import { type Declaring, declare } from "../../declare.ts";

// Read in another case than written, as DTR does.
const userSettingsAnswer = z.object({ ContentCacheUUID: z.string() }).openapi("responses.UserSettings");
const userSettingsForm = z.object({ contentCacheUUID: z.string().optional() }).openapi("forms.UserSettings");
/** This version has no content caches: everybody pulls from the registry itself. */
const noCache: z.infer<typeof userSettingsAnswer> = { ContentCacheUUID: "" };

export function userSettingsRoutes(to: Declaring): void {
  const { ctx } = to.surface;
  const one = {
    path: "/accounts/{username}/settings",
    params: z.object({ username: z.string() }),
    status: 200,
    answer: userSettingsAnswer,
  } as const;
  declare(
    to,
    {
      method: "get",
      path: "/accounts/language",
      summary: "the language of answers and of the console",
      status: 200,
      answer: z.object({ language: z.string() }).openapi("responses.Language"),
    },
    async () => ({ language: "en" }),
  );
  declare(to, { ...one, method: "get", summary: "a user's settings" }, async ({ caller, param }) => {
    await reachUser(ctx, caller, param("username"));
    return noCache;
  });
  declare(
    to,
    { ...one, method: "patch", summary: "change them", form: userSettingsForm, invalid: "INVALID_USER_SETTINGS" },
    async ({ caller, param, form }) => {
      await reachUser(ctx, caller, param("username"));
      if ((await form()).contentCacheUUID)
        throw registryError("INVALID_USER_SETTINGS", "there is no such content cache: this version has none");
      return noCache;
    },
  );
}
