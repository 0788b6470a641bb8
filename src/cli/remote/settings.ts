// `berth settings`: the server's settings, as far as they are not each process's own.
import { Command } from "commander";
import { type BerthClient, dataOf, type Schemas } from "#client/client.ts";
import { readPair } from "./verb/usage.ts";
import { verb } from "./verb/verb.ts";

const path = "/api/v0/meta/settings";

export function settingsCommand(): Command {
  const settings = new Command("settings");
  verb(settings, { usage: "show [name...]", about: "the settings in force" }, async ({ client, print }, ...words) => {
    const names = words.filter((word) => word !== undefined);
    const found = await read(client, names);
    const fields = found.map(([name, value]) => [name, () => textOf(value)]);
    print.one(Object.fromEntries(found), Object.fromEntries(fields));
  });
  verb(
    settings,
    { usage: "set <name=value...>", about: "change settings: passwordMinLength=12 createRepositoryOnPush=false" },
    async ({ client, print }, ...words) => {
      const wanted = words.map(readPair);
      const names = wanted.map(([name]) => name);
      await read(client, names);
      // The server knows what each of them may be, and says so.
      const body = Object.fromEntries(
        wanted.map(([name, text]) => [name, readValue(text)]),
      ) as Schemas["forms.Settings"];
      print.done(`changed ${names.join(", ")}`, await dataOf(client.POST(path, { body })));
    },
  );
  return settings;
}

/** Those settings, or all. @throws for one that is not there. */
async function read(client: BerthClient, names: readonly string[]): Promise<[string, unknown][]> {
  const all = Object.entries(await dataOf(client.GET(path)));
  const absent = names.filter((name) => !all.some(([known]) => known === name));
  if (absent.length > 0) throw new Error(`there is no setting ${absent.join(", ")}`);
  return names.length === 0 ? all : all.filter(([name]) => names.includes(name));
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** JSON, or a text that is none. */
function readValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
