// Declares a verb that asks a server: the options that all of them share, how it ends, and what it says when it was refused.
import { Command, Option } from "commander";
import { ApiError } from "#client/error.ts";
import { type Connection, connect, type Way } from "./connect.ts";
import { createPrinter, type Printer } from "./print.ts";
import { UsageError } from "./usage.ts";

/** What a verb runs with. */
export interface Asking<O> {
  client: Connection["client"];
  connection: Connection;
  options: O & Way;
  print: Printer;
}

interface Verb {
  /** With its arguments: `create <namespace/name>`. */
  usage: string;
  about: string;
  options?: Option[];
}

type Words = [string, string, string, ...string[]];
type Run<A> = (asking: A, ...words: Words) => Promise<void>;

/** @param run gets the arguments in their order; those left out are undefined, though their type does not say so. */
export function verb<O extends object = object>(group: Command, about: Verb, run: Run<Asking<O>>): void {
  group.addCommand(loneVerb(about, run));
}

/** One that belongs to no group. */
export function loneVerb<O extends object = object>(about: Verb, run: Run<Asking<O>>): Command {
  return unconnectedVerb<O>(about, async ({ options, print }, ...words) => {
    const connection = await connect(options);
    const asking = { client: connection.client, connection, options, print };
    await run(asking, ...words).catch((error: unknown) => Promise.reject(withHint(error, connection)));
  });
}

/** One that finds its server itself. */
export function unconnectedVerb<O extends object = object>(
  { usage, about, options = [] }: Verb,
  run: Run<Pick<Asking<O>, "options" | "print">>,
): Command {
  const [name, ...words] = usage.split(" ");
  const command = new Command(name).description(about);
  if (words.length > 0) command.arguments(words.join(" "));
  for (const option of [...options, ...sharedOptions()]) command.addOption(option);
  return command.action(async (...given: unknown[]) => {
    const { json, ...rest } = given.at(-2) as O & Way & { json?: boolean };
    const asking = { options: rest as unknown as O & Way, print: createPrinter(json === true) };
    await run(asking, ...(given.slice(0, -2).flat() as Words)).catch(end);
  });
}

function sharedOptions(): Option[] {
  return [
    new Option("--url <address>", "the server (BERTH_URL; else the last login, else this host's)"),
    new Option("--user <name>", "who asks (BERTH_USER), with the password in BERTH_PASSWORD"),
    new Option("--json", "answer in JSON, for scripts"),
  ];
}

/** What to do about it, where the server cannot know. */
function withHint(error: unknown, { url, credentials }: Connection): unknown {
  if (!(error instanceof ApiError)) return error;
  if (error.code === "NO_ANSWER")
    return new Error(`${error.message}: start it, name another with --url, or berth login <address>`);
  if (error.status !== 401) return error;
  if (credentials.kind === "none")
    return new Error(`${url} wants to know who you are: berth login ${url}, or set BERTH_TOKEN or BERTH_PASSWORD`);
  return credentials.kind === "token" ? new Error(`${error.message}: log in again, berth login ${url}`) : error;
}

/** One line for each thing that is wrong; 2 for a command line that cannot be meant, 1 for everything else. */
function end(error: unknown): never {
  const lines = error instanceof ApiError ? error.all.map(({ message }) => message) : [messageOf(error)];
  for (const line of lines) console.error(`berth: ${line.split("\n", 1)[0]}`);
  process.exit(error instanceof UsageError || (error instanceof ApiError && error.code === "NOT_SENT") ? 2 : 1);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
