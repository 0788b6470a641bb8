// Requests for the operations on second factors: the admin's own is put in force and ended again, by an access token meanwhile.
import { createHmac } from "node:crypto";
import { password, user } from "../../setup/berth.ts";
import { type Seen, type Step, step } from "./step.ts";

const factor = "/api/v0/accounts/{username}/secondFactor";
const own = `/api/v0/accounts/${user}/secondFactor`;
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The code of a time step beside the present one (RFC 6238). */
function codeOf(seen: Seen, steps: number): string {
  const { secret } = seen.get(`POST ${factor}`) as { secret: string };
  const bits = [...secret].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const message = Buffer.alloc(8);
  message.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const mac = createHmac("sha1", key).update(message).digest();
  const offset = (mac[19] as number) & 15;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

const recoveryCode = (seen: Seen) =>
  (seen.get(`POST ${factor}/recoveryCodes`) as { recoveryCodes: [string] }).recoveryCodes[0];
const byToken = (seen: Seen) => `Bearer ${(seen.get("POST /api/v0/api_tokens") as { token: string }).token}`;
const tom = `Basic ${Buffer.from("tom:correct horse battery staple!").toString("base64")}`;

/** They need the user tom. */
export const secondFactorSteps: Step[] = [
  step("POST /api/v0/api_tokens", "/api/v0/api_tokens", { tokenLabel: "second factor" }),
  step(`POST ${factor}`, "/api/v0/accounts/tom/secondFactor", { password: "correct horse battery staple!" }, () => tom),
  step(`DELETE ${factor}`, "/api/v0/accounts/tom/secondFactor"),
  step(`POST ${factor}`, own, { password }),
  // Each code is taken once: that of this step, and that of the next, which is taken before and after it begins.
  step(`POST ${factor}/confirm`, `${own}/confirm`, (seen: Seen) => ({ code: codeOf(seen, 0) }), byToken),
  step(`GET ${factor}`, own, undefined, byToken),
  step(
    `POST ${factor}/recoveryCodes`,
    `${own}/recoveryCodes`,
    (seen: Seen) => ({ password, code: codeOf(seen, 1) }),
    byToken,
  ),
  step(`POST ${factor}/disable`, `${own}/disable`, (seen: Seen) => ({ password, code: recoveryCode(seen) }), byToken),
];
