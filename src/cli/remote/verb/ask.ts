// What a verb needs from its user that must not stand on a command line, and the question before something is gone for good.
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { UsageError } from "./usage.ts";

/** From the environment, else from the terminal without showing it, else the first line of standard input. */
export async function askSecret(what: string, variable: string): Promise<string> {
  const given = process.env[variable];
  if (given !== undefined && given !== "") return given;
  const secret = process.stdin.isTTY ? await askHidden(`${what}: `) : await firstLine();
  if (secret === "") throw new UsageError(`no ${what.toLowerCase()}: set ${variable}, or write it to standard input`);
  return secret;
}

/** On a terminal the name has to be written again; a script meant it. */
export async function confirm(what: string, name: string, yes: boolean | undefined): Promise<void> {
  if (yes || !process.stdin.isTTY) return;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await lines.question(`This deletes ${what} for good. Write ${name} to go on: `);
  lines.close();
  if (answer.trim() !== name) throw new Error("nothing was deleted");
}

async function askHidden(question: string): Promise<string> {
  process.stderr.write(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  try {
    return await lines.question("");
  } finally {
    lines.close();
    process.stderr.write("\n");
  }
}

async function firstLine(): Promise<string> {
  return (await readInput()).split(/\r?\n/, 1)[0] ?? "";
}

export async function readInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
