// Starts workerd with the Worker, its bucket in the data folder, its database, and a clock that runs the periodic work.
import fs from "node:fs";
import path from "node:path";
import type { Config } from "../../config/parse.ts";
import { readSecretKey } from "../../node/secret-key.ts";
import { settingsForEdge } from "../settings.ts";
import { openDevDatabase } from "./database.ts";
import { startWorkerd } from "./workerd.ts";

export interface RunningEdge {
  url: string;
  /** What a person wants to know first. */
  banner: string;
  stop(): Promise<void>;
}

const usual = { host: "127.0.0.1", port: 8787 };
const cronMs = 60_000;

type Environment = Readonly<Record<string, string | undefined>>;

export async function startEdge(config: Config, environment: Environment): Promise<RunningEdge> {
  const dataDir = path.join(config.dataDir, "edge");
  const { host, port } = config.origins.listen === "default" ? usual : config.listen;
  const database = await openDevDatabase(config.databaseUrl, dataDir);
  try {
    fs.mkdirSync(dataDir, { recursive: true });
    const secretKey = Buffer.from(readSecretKey(dataDir, config.secretKey)).toString("hex");
    const workerd = await startWorkerd({
      databaseUrl: database.url,
      settings: { ...settingsForEdge(environment), BERTH_SECRET_KEY: secretKey },
      listen: { hostname: host, port },
      persist: path.join(dataDir, "workerd"),
      onLine: (line) => console.log(line),
    });
    const { origin } = workerd;
    const report = (error: unknown) => console.error(`berth: ${(error as Error).message}`);
    const cron = setInterval(() => void workerd.runScheduled().catch(report), cronMs);
    const stop = async () => {
      clearInterval(cron);
      await workerd.stop();
      await database.stop();
    };
    return { url: origin, banner: bannerOf(origin, config, dataDir), stop };
  } catch (error) {
    await database.stop();
    throw error;
  }
}

function bannerOf(origin: string, config: Config, dataDir: string): string {
  const host = origin.replace(/^https?:\/\//, "");
  const { adminUser, adminPassword } = config;
  const admin =
    adminPassword === undefined
      ? "  No BERTH_ADMIN_PASSWORD is set: without it the first account is not made. Set it and start again."
      : `  First account: ${adminUser}, with the password in BERTH_ADMIN_PASSWORD`;
  return [
    "",
    `  Berth's Worker is ready at ${origin} (workerd, local R2)`,
    `  Data folder: ${path.resolve(dataDir)}`,
    admin,
    "",
    "  Try it:",
    `    docker login -u ${adminUser} ${host}`,
    `    docker tag hello-world ${host}/library/hello-world`,
    `    docker push ${host}/library/hello-world`,
    "",
  ].join("\n");
}
