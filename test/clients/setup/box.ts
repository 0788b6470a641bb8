// A place of its own for a client: home, logins, temporary files; nothing of the machine's user is read or written.
import { randomBytes } from "node:crypto";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import { type CommandLine, mustFail, mustRun, type Ran, type RunOptions } from "./run.ts";
import { clientPath, toolsBin } from "./tools.ts";

export interface Box {
  folder: string;
  env: NodeJS.ProcessEnv;
  /** Runs a command that must succeed. */
  run(command: CommandLine, options?: RunOptions): Promise<Ran>;
  /** Runs a command that must fail, and gives what it said. */
  fail(command: CommandLine, options?: RunOptions): Promise<string>;
}

/** A new box: whoever logged in in another one is a stranger here. */
export function makeBox(env: NodeJS.ProcessEnv = {}): Box {
  const folder = join(inject("run").folder, `x${randomBytes(3).toString("hex")}`);
  const plugins = join(folder, "docker/cli-plugins");
  mkdirSync(plugins, { recursive: true });
  symlinkSync(join(toolsBin, "docker-buildx"), join(plugins, "docker-buildx"));
  writeFileSync(join(folder, "auth.json"), "{}"); // podman and buildah want the file to be there.
  const all = {
    PATH: clientPath(),
    HOME: folder,
    TMPDIR: folder,
    XDG_CONFIG_HOME: join(folder, "config"),
    DOCKER_CONFIG: join(folder, "docker"),
    REGISTRY_AUTH_FILE: join(folder, "auth.json"),
    REGCTL_CONFIG: join(folder, "regctl.json"),
    ...env,
  };
  const here = (options: RunOptions = {}) => ({ cwd: folder, ...options, env: { ...all, ...options.env } });
  return {
    folder,
    env: all,
    run: (command, options) => mustRun(command, here(options)),
    fail: (command, options) => mustFail(command, here(options)),
  };
}
