// What every client must show of access: a wrong password fails clearly, strangers get public images and nothing else.
import { expect, it } from "vitest";
import { password } from "./berth.ts";
import { type Box, makeBox } from "./box.ts";
import type { Stage } from "./matrix.ts";
import type { CommandLine } from "./run.ts";

/** The client's own words for logging in; the password comes on standard input unless the command holds it. */
export interface LoginVerbs {
  login(stage: Stage, password: string): CommandLine;
  /** Given when the login only writes the password down: a wrong one is found out at the first use. */
  firstUse?(stage: Stage): CommandLine;
}

export interface PullVerbs {
  /** Fetches without credentials. */
  pull(stage: Stage, reference: string, box: Box): CommandLine;
  /** Prepares a box where nobody logged in. */
  prepare?(stage: Stage, box: Box): Promise<unknown>;
}

// What clients make of Berth's 401: its code, its message, or the status.
const refusal = /unauthorized|authentication required|401|denied|credential|invalid username/i;

/** Registers tests that leave the client logged in. */
export function loginTests(stage: Stage, { login, firstUse }: LoginVerbs): void {
  it("refuses a wrong password and says so", async () => {
    const command = login(stage, "wrong-password");
    const options = { stdin: "wrong-password" };
    if (firstUse) await stage.box.run(command, options);
    expect(await stage.box.fail(firstUse?.(stage) ?? command, options)).toMatch(refusal);
  });

  it("logs in", async () => {
    await stage.box.run(login(stage, password), { stdin: password });
  });
}

/** Registers tests of who did not log in. */
export function strangerTests(stage: Stage, { pull, prepare }: PullVerbs): void {
  it.each([
    { name: "is refused a private image without a login", repository: "seed/app", granted: false },
    { name: "pulls a public image without a login", repository: "seed/open", granted: true },
  ])("$name", async ({ repository, granted }) => {
    const stranger = makeBox();
    await prepare?.(stage, stranger);
    const command = pull(stage, `${stage.host}/${repository}:1`, stranger);
    if (granted) await stranger.run(command);
    else expect(await stranger.fail(command)).toMatch(refusal);
  });
}

export function accessTests(stage: Stage, verbs: LoginVerbs & PullVerbs): void {
  loginTests(stage, verbs);
  strangerTests(stage, verbs);
}
