import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import https from "node:https";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { connect } from "node:tls";
import { afterAll, beforeAll, expect, it } from "vitest";
import { needs } from "#test/setup/needs.ts";
import { type BerthProcess, makeFolder, startBerth } from "./berth-process.ts";

// Self-signed, for localhost and 127.0.0.1, valid for a hundred years; made once for these tests.
const certificates = join(import.meta.dirname, "certificates");
const ca = ["first.crt", "second.crt"].map((name) => readFileSync(join(certificates, name), "utf8"));

const reloads = needs("new certificates at once");
const folder = makeFolder();
const files = { BERTH_TLS_CERT: join(folder, "tls.crt"), BERTH_TLS_KEY: join(folder, "tls.key") };
let berth: BerthProcess;

function install(name: "first" | "second"): void {
  copyFileSync(join(certificates, `${name}.key`), files.BERTH_TLS_KEY);
  copyFileSync(join(certificates, `${name}.crt`), files.BERTH_TLS_CERT);
}

beforeAll(async () => {
  install("first");
  berth = await startBerth(makeFolder(), files);
});
afterAll(() => berth.stop());

/** Asks over an agent's connections. @returns the status, the challenge, and the connection that was used. */
function ask(
  agent: https.Agent,
  path = "/v2/",
): Promise<{ status?: number | undefined; challenge?: string | undefined; socket: TLSSocket }> {
  return new Promise((resolve, reject) => {
    const request = https.get(`${berth.url}${path}`, { agent }, (answer) => {
      const socket = answer.socket as TLSSocket;
      answer.resume();
      answer.once("end", () =>
        resolve({ status: answer.statusCode, challenge: answer.headers["www-authenticate"], socket }),
      );
    });
    request.once("error", reject);
  });
}

/** The name in the certificate that a new connection gets. */
function presented(): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port: berth.port, ca, servername: "localhost" }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.destroy();
    });
    socket.once("error", reject);
  });
}

it("serves over TLS, says so in its banner and its challenge, and refuses old protocols", async () => {
  expect(berth.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
  const agent = new https.Agent({ ca });
  const { status, challenge } = await ask(agent);
  expect(status).toBe(401);
  expect(challenge).toContain(`realm="${berth.url}/auth/token"`);
  agent.destroy();
  const old = new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port: berth.port, ca, maxVersion: "TLSv1.1", minVersion: "TLSv1" });
    socket.once("secureConnect", () => resolve("connected"));
    socket.once("error", () => resolve("refused"));
  });
  expect(await old).toBe("refused");
});

reloads.it(reloads.name("takes a new certificate for new connections, and drops none that is open"), async () => {
  const agent = new https.Agent({ ca, keepAlive: true, maxSockets: 1 });
  const before = await ask(agent);
  expect(await presented()).toBe("berth-test-first");
  install("second");
  await berth.says(/the new certificate is in use/);
  expect(await presented()).toBe("berth-test-second");
  const after = await ask(agent);
  expect(after.status).toBe(401);
  expect(after.socket).toBe(before.socket);
  agent.destroy();
});

reloads.it(reloads.name("keeps the old certificate while the new one cannot be used"), async () => {
  writeFileSync(files.BERTH_TLS_CERT, "half written");
  await berth.says(/the new certificate cannot be used; the old one stays in use/);
  expect(await presented()).toBe("berth-test-second");
});
