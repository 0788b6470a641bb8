// What the verbs of the `berth` command are for, and where they lie. Only the one that is asked for is loaded.
import { Command } from "commander";
import { version } from "#core/version.ts";

interface Verb {
  about: string;
  load: () => Promise<() => Command>;
}

const onTheHost: Record<string, Verb> = {
  start: {
    about: "serve until stopped (SIGTERM or Ctrl-C)",
    load: async () => (await import("./start.ts")).startCommand,
  },
  config: {
    about: "print the configuration in force, without secrets",
    load: async () => (await import("./config.ts")).configCommand,
  },
  migrate: {
    about: "bring the database to this version's schema",
    load: async () => (await import("./migrate.ts")).migrateCommand,
  },
  admin: { about: "help for admins", load: async () => (await import("./admin.ts")).adminCommand },
  storage: { about: "look after the stored bytes", load: async () => (await import("./storage.ts")).storageCommand },
  audit: {
    about: "what happened, and whether the record was changed",
    load: async () => (await import("./audit.ts")).auditCommand,
  },
};

const fromAnywhere: Record<string, Verb> = {
  login: {
    about: "keep an access token for this machine",
    load: async () => (await import("./remote/login.ts")).loginCommand,
  },
  logout: { about: "end it, and forget it", load: async () => (await import("./remote/login.ts")).logoutCommand },
  whoami: { about: "who you are to the server", load: async () => (await import("./remote/login.ts")).whoamiCommand },
  repo: { about: "repositories", load: async () => (await import("./remote/repo.ts")).repoCommand },
  tag: { about: "tags of a repository", load: async () => (await import("./remote/tag.ts")).tagCommand },
  user: { about: "people's accounts", load: async () => (await import("./remote/user.ts")).userCommand },
  org: { about: "organizations and their members", load: async () => (await import("./remote/org.ts")).orgCommand },
  team: { about: "teams of an organization", load: async () => (await import("./remote/team.ts")).teamCommand },
  grant: { about: "who was granted what", load: async () => (await import("./remote/grant.ts")).grantCommand },
  access: {
    about: "why somebody may, and who reaches a repository",
    load: async () => (await import("./remote/access.ts")).accessCommand,
  },
  token: { about: "access tokens", load: async () => (await import("./remote/token.ts")).tokenCommand },
  robot: {
    about: "service accounts and their secrets",
    load: async () => (await import("./remote/robot.ts")).robotCommand,
  },
  trust: {
    about: "builds that push without a stored secret",
    load: async () => (await import("./remote/trust.ts")).trustCommand,
  },
  events: { about: "what happened", load: async () => (await import("./remote/events.ts")).eventsCommand },
  settings: {
    about: "the server's settings",
    load: async () => (await import("./remote/settings.ts")).settingsCommand,
  },
};

/** @param words what stands on the command line after `berth` */
export async function createProgram(words: readonly string[]): Promise<Command> {
  const program = new Command("berth")
    .description("A private registry for container images and every OCI artifact.")
    .version(version, "--version");
  const asked = words[0] === "help" ? words[1] : words[0];
  for (const [title, verbs] of Object.entries({ "On the host:": onTheHost, "From anywhere:": fromAnywhere }))
    for (const [name, { about, load }] of Object.entries(verbs)) {
      const command = name === asked ? (await load())() : new Command(name);
      program.addCommand(command.description(command.description() || about).helpGroup(title));
    }
  endWithStatusOfUsage(program);
  return program;
}

/** A command line that cannot be meant ends with 2, as one line of ours does; what was refused ends with 1. */
function endWithStatusOfUsage(command: Command): void {
  command.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));
  command.configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "berth: ")) });
  for (const sub of command.commands) endWithStatusOfUsage(sub);
}
