// The server's settings, on DTR's path: all of DTR's fields, those that have an effect in this version, and Berth's own.
import { changeSettings, type Settings, showSettings } from "#core/settings.ts";
import { type Asked, type Declaring, declare } from "../../declare.ts";
import { headOf } from "../../head.ts";
import { publicOrigin } from "../../origin.ts";
import { replicaIdOf } from "./cluster.ts";
import { changesOf, describeSettings, type Situation, settingsAnswer, settingsForm } from "./settings-fields.ts";

export function settingsRoutes(to: Declaring): void {
  const { ctx, around } = to.surface;
  const path = "/meta/settings";
  const situation = (c: Asked<never>["c"], stored: Settings): Situation => ({
    stored,
    host: new URL(publicOrigin(headOf(c, around), around)).host,
    replicaId: replicaIdOf(ctx),
  });
  declare(
    to,
    { method: "get", path, summary: "the settings in force", status: 200, answer: settingsAnswer },
    async ({ c, caller }) => describeSettings(situation(c, await showSettings(ctx, caller))),
  );
  declare(
    to,
    {
      method: "post",
      path,
      summary: "change settings; another value of a field without effect in this version is refused",
      form: settingsForm,
      invalid: "INVALID_SETTINGS",
      status: 202,
      answer: settingsAnswer,
    },
    async ({ c, caller, form }) => {
      const before = await showSettings(ctx, caller);
      const change = changesOf(await form(), situation(c, before));
      return describeSettings(situation(c, await changeSettings(ctx, caller, change)));
    },
  );
}
