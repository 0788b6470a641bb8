// Users from a CSV file, as DTR 1.x took them in its settings.
import { z } from "@hono/zod-openapi";
import { importUsers } from "#core/accounts/import/import-users.ts";
import { registryError } from "#oci/error.ts";
import { type Declaring, declare } from "../declare.ts";
import { readText } from "./request.ts";

const maxBytes = 256 * 1024;

export function importRoutes(to: Declaring): void {
  const { ctx, around } = to.surface;
  declare(
    to,
    {
      method: "post",
      path: "/accounts/import",
      summary: "create users from lines of user, password and role: all of them, or none",
      text: "text/csv",
      status: 201,
      answer: z.object({ created: z.array(z.string()) }).openapi("berth.ImportedUsers"),
    },
    async ({ c, caller }) => {
      const read = () => {
        if (!/^text\/csv\b/i.test(c.req.header("content-type") ?? ""))
          throw registryError("UNSUPPORTED_MEDIA_TYPE", "The list must be sent as text/csv.");
        return readText(c, around, maxBytes);
      };
      return { created: await importUsers(ctx, caller, read) };
    },
  );
}
