// Runs a verb within the test's own process: a process of its own takes longer than what most verbs do.
import { vi } from "vitest";
import { createProgram } from "../../../src/cli/program.ts";

class Exit extends Error {}

/** @param variables take the place of all that begin with `BERTH_`. */
export async function runHere(args: readonly string[], variables: Record<string, string>) {
  const before = { ...process.env };
  for (const name of Object.keys(before)) if (name.startsWith("BERTH_")) delete process.env[name];
  Object.assign(process.env, variables);
  const ended = { code: 0, out: "", err: "" };
  const writes = (to: "out" | "err") => (text: unknown) => {
    ended[to] += text;
    return true;
  };
  const says = (to: "out" | "err") => (text: unknown) => void writes(to)(`${text}\n`);
  const mocks = [
    vi.spyOn(console, "log").mockImplementation(says("out")),
    vi.spyOn(console, "error").mockImplementation(says("err")),
    vi.spyOn(process.stdout, "write").mockImplementation(writes("out")),
    vi.spyOn(process.stderr, "write").mockImplementation(writes("err")),
    vi.spyOn(process, "exit").mockImplementation((code) => {
      ended.code = Number(code ?? 0);
      throw new Exit();
    }),
  ];
  try {
    const program = await createProgram(args);
    await program.parseAsync(args, { from: "user" });
    ended.code = Number(process.exitCode ?? 0);
  } catch (error) {
    if (!(error instanceof Exit)) throw error;
  } finally {
    process.exitCode = undefined;
    for (const mock of mocks) mock.mockRestore();
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  }
  return ended;
}
