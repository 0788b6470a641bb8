// `berth config`: prints what is in force, without secrets.
import { Command } from "commander";
import { describeConfig } from "#runtime/config/describe.ts";
import { requireConfig } from "./settings.ts";

export function configCommand(): Command {
  return new Command("config").action(() => {
    const lines = Object.entries(describeConfig(requireConfig())).map(([name, value]) => `${name}=${value}`);
    console.log(lines.join("\n"));
  });
}
