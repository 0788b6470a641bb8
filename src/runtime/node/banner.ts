// What a person sees on the terminal when the server is up.
import path from "node:path";
import type { Config } from "../config/parse.ts";
import type { Listener, Machine } from "../machine.ts";
import type { FirstAdmin } from "./first-admin.ts";

interface Told {
  config: Config;
  machine: Machine;
  listener: Listener;
  admin: FirstAdmin;
  isReadOnly: boolean;
  /** Only then a generated password is shown: elsewhere it would end up in a log. */
  onTerminal: boolean;
}

export function banner({ config, machine, listener, admin, isReadOnly, onTerminal }: Told): string {
  const url = urlOf(config, listener);
  const host = url.replace(/^https?:\/\//, "");
  const folder = path.resolve(config.dataDir);
  const where = config.databaseUrl === undefined ? folder : `${folder} (database: the server named by DATABASE_URL)`;
  const lines = ["", `  Berth is ready at ${url}`, `  Data folder: ${where}`];
  if (machine.lacks.length > 0)
    lines.push(`  On ${machine.name}, without:`, ...machine.lacks.map((lack) => `    - ${lack}`));
  if (config.durability === "relaxed")
    lines.push("  BERTH_DURABILITY=relaxed: a power cut may cost pushes that were acknowledged");
  if (isReadOnly) lines.push("  The registry is read-only (setting readOnlyRegistry): pulls go on, nothing is changed");
  if (admin.password !== null) {
    lines.push(`  First account: ${admin.name}`);
    lines.push(onTerminal ? `  Password: ${admin.password} (also in ${admin.file})` : `  Password: in ${admin.file}`);
  }
  lines.push(
    "",
    "  Try it:",
    `    docker login -u ${admin.name} ${host}`,
    `    docker tag hello-world ${host}/library/hello-world`,
    `    docker push ${host}/library/hello-world`,
    "",
  );
  return lines.join("\n");
}

function urlOf(config: Config, { port }: Listener): string {
  if (config.publicUrl !== undefined) return config.publicUrl;
  const { host } = config.listen;
  const name = host === "0.0.0.0" || host === "::" ? "localhost" : host.includes(":") ? `[${host}]` : host;
  return `${config.tlsCert === undefined ? "http" : "https"}://${name}:${port}`;
}
