// OAuth 2.0 Token Exchange (RFC 8693) at the token endpoint: a build's own token for one of a service account.
import { exchangeOutsideToken } from "#core/access/workload/exchange.ts";
import { registryError } from "#oci/error.ts";
import type { AppContext, Surface } from "../environment.ts";
import { headOf } from "../head.ts";
import { clientAddress } from "../origin.ts";

export const tokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange";

const accessTokenType = "urn:ietf:params:oauth:token-type:access_token";
/** Both name a JWT; an id token is one. */
const subjectTypes = ["urn:ietf:params:oauth:token-type:jwt", "urn:ietf:params:oauth:token-type:id_token"];

/** @throws INVALID_PARAMETERS, and as exchangeOutsideToken. */
export async function exchangeToken(c: AppContext, { ctx, around }: Surface, form: URLSearchParams): Promise<Response> {
  const token = form.get("subject_token") ?? "";
  const type = form.get("subject_token_type");
  if (token === "") throw registryError("INVALID_PARAMETERS", "subject_token is missing");
  if (type !== null && !subjectTypes.includes(type))
    throw registryError("INVALID_PARAMETERS", `subject_token_type must be one of ${subjectTypes.join(", ")}`);
  // A plus that a client did not encode is read as a space, which no name has.
  const account = form.get("account")?.replaceAll(" ", "+") || null;
  const address = clientAddress(headOf(c, around), around);
  const creatorAgent = c.req.header("user-agent") ?? "";
  const given = await exchangeOutsideToken(ctx, { token, account, creatorAgent, address });
  c.set("who", given.account);
  return c.json({
    access_token: given.token,
    issued_token_type: accessTokenType,
    token_type: "Bearer",
    expires_in: given.expiresInSeconds,
    account: given.account,
  });
}
