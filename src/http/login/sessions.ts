// Sessions on the management API: the one that is asking, and those of a user.
import { z } from "@hono/zod-openapi";
import { csrfTokenOf, getSessions, removeSession, removeSessions, type SessionRow } from "#core/login/sessions.ts";
import { type Declaring, declare } from "../declare.ts";
import { accountAnswer, describeFully } from "../enzi/forms.ts";
import { headOf } from "../head.ts";
import { sessionToken } from "./cookie.ts";

const presentAnswer = z
  .object({
    account: accountAnswer,
    /** `basic`, `bearer` or `cookie`. */
    credential: z.string(),
    /** Of the session that the cookie stands for; null with another credential. */
    id: z.string().nullable(),
    /** For the header `X-Csrf-Token`; null with another credential, which needs none. */
    csrfToken: z.string().nullable(),
  })
  .openapi("responses.PresentSession");
const sessionAnswer = z
  .object({
    id: z.string(),
    agent: z.string(),
    address: z.string(),
    createdAt: z.string(),
    lastUsedAt: z.string(),
    endsAt: z.string(),
    /** The one that is asking. */
    isPresent: z.boolean(),
  })
  .openapi("responses.Session");
const sessionsAnswer = z.object({ sessions: z.array(sessionAnswer) }).openapi("responses.Sessions");

function describe(row: SessionRow, present: string | undefined): z.infer<typeof sessionAnswer> {
  const time = (text: string) => new Date(text).toISOString();
  const { id, agent, address, createdAt, lastUsedAt, endsAt } = row;
  const times = { createdAt: time(createdAt), lastUsedAt: time(lastUsedAt), endsAt: time(endsAt) };
  return { id, agent, address, ...times, isPresent: id === present };
}

export function sessionRoutes(to: Declaring): void {
  const { ctx, around } = to.surface;
  const user = z.object({ username: z.string() });
  const path = "/accounts/{username}/sessions";
  declare(
    to,
    { method: "get", path: "/session", summary: "who is asking, and by what", status: 200, answer: presentAnswer },
    async ({ c, caller }) => {
      const token = caller.session === undefined ? null : sessionToken(headOf(c, around), around);
      return {
        account: describeFully(caller.account),
        credential: caller.how,
        id: caller.session ?? null,
        csrfToken: token === null ? null : await csrfTokenOf(ctx, token),
      };
    },
  );
  declare(
    to,
    { method: "get", path, params: user, summary: "sessions of a user", status: 200, answer: sessionsAnswer },
    async ({ caller, param }) => {
      const rows = await getSessions(ctx, caller, param("username"));
      return { sessions: rows.map((row) => describe(row, caller.session)) };
    },
  );
  declare(
    to,
    { method: "delete", path, params: user, summary: "log a user out everywhere, docker included", status: 204 },
    ({ caller, param }) => removeSessions(ctx, caller, param("username")),
  );
  declare(
    to,
    {
      method: "delete",
      path: `${path}/{session}`,
      params: user.extend({ session: z.string() }),
      summary: "end a session",
      status: 204,
    },
    ({ caller, param }) => removeSession(ctx, caller, { user: param("username"), id: param("session") }),
  );
}
