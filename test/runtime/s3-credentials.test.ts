// Where the keys of a bucket come from, in which order, and that lent ones are exchanged before they run out.
import fs from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createCredentials } from "#runtime/node/s3/credentials.ts";

const own = { accessKeyId: "own", secretAccessKey: "s", sessionToken: null };
const region = "eu-west-1";
const hour = 3_600_000;

let server: Server;
let base: string;
let requests: string[];
let answer: (request: IncomingMessage, body: string) => { status?: number; text: string };
const lent = (id: string, livesMs = hour) =>
  JSON.stringify({ AccessKeyId: id, SecretAccessKey: "s", Token: "t", Expiration: new Date(Date.now() + livesMs) });

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const body = (await Array.fromAsync(request as AsyncIterable<Buffer>)).join("");
    requests.push(`${request.method} ${request.url}`);
    const { status = 200, text } = answer(request, body);
    response.writeHead(status).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  requests = [];
});

describe("keys of a bucket", () => {
  it("are those of the settings before those of the environment", async () => {
    const env = { AWS_ACCESS_KEY_ID: "env", AWS_SECRET_ACCESS_KEY: "s", AWS_SESSION_TOKEN: "t" };
    expect(await createCredentials(own, env, region)()).toEqual(own);
    expect(await createCredentials(null, env, region)()).toEqual({
      accessKeyId: "env",
      secretAccessKey: "s",
      sessionToken: "t",
    });
  });

  it("come from a container's endpoint, with its token", async () => {
    answer = ({ headers }) => (headers.authorization === "let-me" ? { text: lent("task") } : { status: 401, text: "" });
    const env = { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${base}/creds`, AWS_CONTAINER_AUTHORIZATION_TOKEN: "let-me" };
    expect(await createCredentials(null, env, region)()).toMatchObject({ accessKeyId: "task", sessionToken: "t" });
  });

  it("come from the machine's role, asked with a session of its own", async () => {
    answer = ({ url, method, headers }) => {
      if (url === "/latest/api/token") return { status: method === "PUT" ? 200 : 405, text: "session" };
      if (headers["x-aws-ec2-metadata-token"] !== "session") return { status: 401, text: "" };
      return url?.endsWith("/security-credentials/") ? { text: "registry" } : { text: lent("machine") };
    };
    const get = createCredentials(null, { AWS_EC2_METADATA_SERVICE_ENDPOINT: base }, region);
    expect(await Promise.all([get(), get()])).toMatchObject([{ accessKeyId: "machine" }, { accessKeyId: "machine" }]);
    expect(requests).toEqual([
      "PUT /latest/api/token",
      "GET /latest/meta-data/iam/security-credentials/",
      "GET /latest/meta-data/iam/security-credentials/registry",
    ]);
  });

  it("come for a web identity", async () => {
    const folder = await fs.mkdtemp(path.join(tmpdir(), "berth-identity-"));
    const file = path.join(folder, "token");
    await fs.writeFile(file, "web-token\n");
    answer = (_, body) => {
      expect(new URLSearchParams(body).get("WebIdentityToken")).toBe("web-token");
      const keys = `<AccessKeyId>pod</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>`;
      const until = `<Expiration>${new Date(Date.now() + hour).toISOString()}</Expiration>`;
      return { text: `<R><Result><Credentials>${keys}${until}</Credentials></Result></R>` };
    };
    const env = { AWS_ROLE_ARN: "arn", AWS_WEB_IDENTITY_TOKEN_FILE: file, AWS_ENDPOINT_URL_STS: base };
    expect(await createCredentials(null, env, region)()).toMatchObject({ accessKeyId: "pod", sessionToken: "t" });
    await fs.rm(folder, { recursive: true });
  });

  it("are exchanged before they run out, and when they were refused", async () => {
    let count = 0;
    answer = () => ({ text: lent(`task-${++count}`) });
    const get = createCredentials(null, { AWS_CONTAINER_CREDENTIALS_FULL_URI: base }, region);
    const first = await get();
    expect(await get()).toBe(first);
    vi.useFakeTimers({ now: Date.now() + hour - 4 * 60_000, toFake: ["Date"] });
    const second = await get();
    vi.useRealTimers();
    expect(second.accessKeyId).toBe("task-2");
    expect((await get(second)).accessKeyId).toBe("task-3");
  });

  it("are used on while they are valid when no others can be had", async () => {
    let works = true;
    answer = () => (works ? { text: lent("task", 60_000) } : { status: 500, text: "" });
    const get = createCredentials(null, { AWS_CONTAINER_CREDENTIALS_FULL_URI: base }, region);
    await get();
    works = false;
    expect((await get()).accessKeyId).toBe("task");
    await get();
    expect(requests).toHaveLength(2);
  });

  it("that are nowhere are missed in one line that says what to set", async () => {
    answer = () => ({ status: 404, text: "not here" });
    const error = await createCredentials(null, { AWS_EC2_METADATA_SERVICE_ENDPOINT: base }, region)().catch((e) => e);
    expect(error.message).toMatch(
      /^there are no keys: neither BERTH_S3_ACCESS_KEY nor AWS_ACCESS_KEY_ID is set, and the machine's role gave none \(status 404\)$/,
    );
  });
});
