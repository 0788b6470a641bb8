// What every client must show of access: a wrong password fails clearly, strangers get public images and nothing else.
import { expect, it } from "vitest";
import { password } from "./berth.ts";
import { type Box, makeBox } from "./box.ts";
import type { Stage } from "./matrix.ts";
import type { CommandLine } from "./run.ts";

/** The client's own words; `password` comes on standard input unless the command holds it. */
export interface AccessVerbs {
  login?(stage: Stage, password: string): CommandLine;
  /** Fetches without credentials. */
  pull(stage: Stage, reference: string, box: Box): CommandLine;
  /** Prepares a box where nobody logged in. */
  prepare?(stage: Stage, box: Box): Promise<unknown>;
}

// What clients make of Berth's 401: its code, its message, or the status.
const refusal = /unauthorized|authentication required|401|denied|credential/i;

/** Registers the tests; the first one leaves the client logged in. */
export function accessTests(stage: Stage, verbs: AccessVerbs): void {
  const { login } = verbs;
  if (login) {
    it("refuses a wrong password and says so", async () => {
      const said = await stage.box.fail(login(stage, "wrong-password"), { stdin: "wrong-password" });
      expect(said).toMatch(refusal);
    });

    it("logs in", async () => {
      await stage.box.run(login(stage, password), { stdin: password });
    });
  }

  it.each([
    { name: "is refused a private image without a login", repository: "seed/app", granted: false },
    { name: "pulls a public image without a login", repository: "seed/open", granted: true },
  ])("$name", async ({ repository, granted }) => {
    const stranger = makeBox();
    await verbs.prepare?.(stage, stranger);
    const command = verbs.pull(stage, `${stage.host}/${repository}:1`, stranger);
    if (granted) await stranger.run(command);
    else expect(await stranger.fail(command)).toMatch(refusal);
  });
}
