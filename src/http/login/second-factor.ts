// The second factor of people on the management API.
import { z } from "@hono/zod-openapi";
import {
  confirmSecret,
  endSecondFactor,
  getSecondFactor,
  offerSecret,
  reachOwnAccount,
  removeSecondFactor,
  renewRecoveryCodes,
} from "#core/login/second-factor.ts";
import { type Asked, type Declaring, declare } from "../declare.ts";
import { headOf } from "../head.ts";
import { clientAddress, publicOrigin } from "../origin.ts";

const code = z.string().min(1).max(100);
const password = z.string().max(10_000);
const offerForm = z.strictObject({ password }).openapi("forms.OfferSecondFactor");
const confirmForm = z.strictObject({ code }).openapi("forms.ConfirmSecondFactor");
const proofForm = z.strictObject({ password, code }).openapi("forms.SecondFactorProof");
const secondFactorAnswer = z
  .object({ isOn: z.boolean(), since: z.string().nullable(), recoveryCodesLeft: z.number().int() })
  .openapi("responses.SecondFactor");
const secretAnswer = z
  .object({
    /** In base32. */
    secret: z.string(),
    /** For a QR code: `otpauth://totp/…`. */
    uri: z.string(),
  })
  .openapi("responses.SecondFactorSecret");
const recoveryCodesAnswer = z.object({ recoveryCodes: z.array(z.string()) }).openapi("responses.RecoveryCodes");

export function secondFactorRoutes(to: Declaring): void {
  const { ctx, around } = to.surface;
  const path = "/accounts/{username}/secondFactor";
  const params = z.object({ username: z.string() });
  const one = { path, params } as const;
  const own = ({ caller, param }: Pick<Asked<z.ZodType>, "caller" | "param">) =>
    reachOwnAccount(ctx, caller, param("username"));
  const from = (c: Asked<z.ZodType>["c"]) => ({ address: clientAddress(headOf(c, around), around) });
  declare(
    to,
    { ...one, method: "get", summary: "whether a user has one", status: 200, answer: secondFactorAnswer },
    async ({ caller, param }) => {
      const found = await getSecondFactor(ctx, caller, param("username"));
      const since = found && new Date(found.confirmedAt).toISOString();
      return { isOn: found !== null, since, recoveryCodesLeft: found?.recoveryCodes ?? 0 };
    },
  );
  declare(
    to,
    {
      ...one,
      method: "post",
      summary: "get a secret for one's app: it is told in this answer alone, and counts once confirmed",
      form: offerForm,
      status: 200,
      answer: secretAnswer,
    },
    async ({ c, caller, param, form }) => {
      const account = await own({ caller, param });
      const issuer = publicOrigin(headOf(c, around), around).replace(/^https?:\/\//, "");
      return offerSecret(ctx, account, { ...(await form()), ...from(c), issuer });
    },
  );
  declare(
    to,
    {
      method: "post",
      path: `${path}/confirm`,
      params,
      summary: "put the secret in force with a code of one's app; the recovery codes are told in this answer alone",
      form: confirmForm,
      status: 200,
      answer: recoveryCodesAnswer,
    },
    async ({ caller, param, form }) => {
      await own({ caller, param });
      return { recoveryCodes: await confirmSecret(ctx, caller, (await form()).code) };
    },
  );
  declare(
    to,
    {
      method: "post",
      path: `${path}/recoveryCodes`,
      params,
      summary: "get new recovery codes; the old ones end",
      form: proofForm,
      status: 200,
      answer: recoveryCodesAnswer,
    },
    async ({ c, caller, param, form }) => {
      await own({ caller, param });
      return { recoveryCodes: await renewRecoveryCodes(ctx, caller, { ...(await form()), ...from(c) }) };
    },
  );
  declare(
    to,
    {
      method: "post",
      path: `${path}/disable`,
      params,
      summary: "end one's own, with the password and a code",
      form: proofForm,
      status: 204,
    },
    async ({ c, caller, param, form }) => {
      await own({ caller, param });
      await endSecondFactor(ctx, caller, { ...(await form()), ...from(c) });
    },
  );
  declare(
    to,
    { ...one, method: "delete", summary: "end another user's, who lost it: for system admins", status: 204 },
    ({ caller, param }) => removeSecondFactor(ctx, caller, param("username")),
  );
}
