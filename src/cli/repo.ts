// `berth repo`: lists, creates, renames, publishes and deletes repositories over the management API of a server that runs.
import fs from "node:fs";
import path from "node:path";
import { Command } from "commander";
import { fail, requireConfig } from "./settings.ts";

interface Options {
  url?: string;
  user?: string;
}

interface Repository {
  namespace: string;
  name: string;
  visibility: string;
  shortDescription: string;
}

export function repoCommand(): Command {
  const repo = new Command("repo").description(
    "work with repositories of a running server (password: BERTH_PASSWORD, else the generated first one)",
  );
  const verb = (name: string, text: string, run: (options: Options, ...names: string[]) => Promise<void>) => {
    const command = new Command(name)
      .description(text)
      .option("--url <url>", "the server")
      .option("--user <name>", "the account");
    command.action(async (...given: unknown[]) => {
      const names = given.slice(0, -2) as string[];
      await run(given.at(-2) as Options, ...names).catch(fail);
    });
    repo.addCommand(command);
    return command;
  };
  verb("list", "list repositories", list).argument("[namespace]", "only those of a namespace");
  verb("create", "create a private repository", create).argument("<namespace/name>");
  verb("rename", "rename a repository, or move it; its old name goes on leading to it", rename)
    .argument("<namespace/name>")
    .argument("<new namespace/name>");
  verb("publish", "let everyone read a repository", (o, name) => change(o, name, "public")).argument(
    "<namespace/name>",
  );
  verb("hide", "make a repository private", (o, name) => change(o, name, "private")).argument("<namespace/name>");
  verb("delete", "delete a repository with everything in it", remove).argument("<namespace/name>");
  return repo;
}

async function list(options: Options, namespace = ""): Promise<void> {
  const base = namespace ? `/repositories/${encodeURIComponent(namespace)}` : "/repositories";
  let start = "";
  do {
    const answer = await call(options, "GET", `${base}?pageSize=100&pageStart=${encodeURIComponent(start)}`);
    const { repositories } = (await answer.json()) as { repositories: Repository[] };
    for (const r of repositories) console.log(`${r.namespace}/${r.name}\t${r.visibility}\t${r.shortDescription}`);
    start = answer.headers.get("x-next-page-start") ?? "";
  } while (start);
}

async function create(options: Options, text = ""): Promise<void> {
  const { namespace, name } = split(text);
  await call(options, "POST", `/repositories/${namespace}`, { name: decodeURIComponent(name), visibility: "private" });
  console.log(`created ${text} (private)`);
}

async function rename(options: Options, text = "", to = ""): Promise<void> {
  const { namespace, name } = split(text);
  const wanted = split(to);
  const body = { namespace: decodeURIComponent(wanted.namespace), name: decodeURIComponent(wanted.name) };
  await call(options, "POST", `/repositories/${namespace}/${name}/rename`, body);
  console.log(`${text} is ${to} now`);
}

async function change(options: Options, text = "", visibility: "public" | "private"): Promise<void> {
  const { namespace, name } = split(text);
  await call(options, "PATCH", `/repositories/${namespace}/${name}`, { visibility });
  console.log(`${text} is ${visibility} now`);
}

async function remove(options: Options, text = ""): Promise<void> {
  const { namespace, name } = split(text);
  await call(options, "DELETE", `/repositories/${namespace}/${name}`);
  console.log(`deleted ${text}`);
}

function split(text: string): { namespace: string; name: string } {
  const slash = text.indexOf("/");
  if (slash <= 0) throw new Error(`write the repository as namespace/name, not ${JSON.stringify(text)}`);
  return { namespace: encodeURIComponent(text.slice(0, slash)), name: encodeURIComponent(text.slice(slash + 1)) };
}

async function call(options: Options, method: string, where: string, body?: unknown): Promise<Response> {
  const config = requireConfig();
  const url =
    options.url ??
    config.publicUrl ??
    `${config.tlsCert === undefined ? "http" : "https"}://127.0.0.1:${config.listen.port}`;
  const user = options.user ?? config.adminUser;
  const authorization = `Basic ${Buffer.from(`${user}:${readPassword(config.dataDir)}`).toString("base64")}`;
  const init = {
    method,
    headers: { authorization, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
  const answer = await fetch(`${url}/api/v0${where}`, init).catch((error: Error) => {
    throw new Error(
      `no server answers at ${url} (${(error.cause as Error | undefined)?.message ?? error.message}): start it, or name it with --url`,
    );
  });
  if (answer.ok) return answer;
  const { errors } = (await answer.json().catch(() => ({ errors: [] }))) as { errors: { message: string }[] };
  throw new Error(errors[0]?.message ?? `the server answered ${answer.status}`);
}

function readPassword(dataDir: string): string {
  if (process.env.BERTH_PASSWORD !== undefined) return process.env.BERTH_PASSWORD;
  if (process.env.BERTH_ADMIN_PASSWORD !== undefined) return process.env.BERTH_ADMIN_PASSWORD;
  try {
    return fs.readFileSync(path.join(dataDir, "admin-password"), "utf8").trim();
  } catch {
    throw new Error("set BERTH_PASSWORD to the account's password");
  }
}
