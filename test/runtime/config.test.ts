// The configuration: defaults, precedence, every kind of wrong value, and what may be shown of it.
import { describe, expect, test } from "vitest";
import { describeConfig } from "#runtime/config/describe.ts";
import { loadConfig } from "#runtime/config/load.ts";
import { type Config, type ConfigProblems, type Environment, parseConfig } from "#runtime/config/parse.ts";

const KEY = "ab".repeat(32);
const MACHINE = { cpuCount: 4, isRoot: false };

function parse(env: Environment, file?: unknown): Config {
  const result = parseConfig(env, file, MACHINE);
  if ("problems" in result) throw new Error(result.problems.join("\n"));
  return result;
}

function problems(env: Environment, file?: unknown): readonly string[] {
  const result: Config | ConfigProblems = parseConfig(env, file, MACHINE);
  return "problems" in result ? result.problems : [];
}

describe("defaults", () => {
  test("hold when nothing is set", () => {
    expect(parse({})).toMatchObject({
      listen: { host: "127.0.0.1", port: 5000 },
      dataDir: "./data",
      storage: { kind: "file", path: "./data/blobs" },
      freeSpaceReserve: { bytes: 256 * 2 ** 20, percent: 1 },
      trustedProxies: [],
      allowHttp: false,
      logLevel: "info",
      poolThreads: 4,
      manifestMaxBytes: 4_194_304,
    });
    expect(parse({}).databaseUrl).toBeUndefined();
  });

  test("put the data folder of root below /var/lib", () => {
    expect(parseConfig({}, undefined, { cpuCount: 1, isRoot: true })).toMatchObject({
      dataDir: "/var/lib/berth",
      storage: { path: "/var/lib/berth/blobs" },
    });
  });

  test("let the storage follow the data folder", () => {
    expect(parse({ BERTH_DATA_DIR: "/srv/b" }).storage).toEqual({ kind: "file", path: "/srv/b/blobs" });
  });
});

describe("precedence", () => {
  test("the environment wins over the file, the file over the default", () => {
    const config = parse({ BERTH_LOG_LEVEL: "warn" }, { BERTH_LOG_LEVEL: "debug", BERTH_IDLE_SECONDS: 7 });
    expect(config).toMatchObject({ logLevel: "warn", idleSeconds: 7, headerSeconds: 20 });
    expect(config.origins).toMatchObject({ logLevel: "environment", idleSeconds: "file", headerSeconds: "default" });
  });

  test("an empty variable counts as not set", () => {
    expect(parse({ BERTH_LOG_LEVEL: "" }, { BERTH_LOG_LEVEL: "debug" }).logLevel).toBe("debug");
  });

  test("the file may hold numbers, true and lists", () => {
    const config = parse(
      {},
      { BERTH_DRAIN_SECONDS: 5, BERTH_ALLOW_HTTP: true, BERTH_TRUSTED_PROXIES: ["10.0.0.1", "fd00::/8"] },
    );
    expect(config).toMatchObject({ drainSeconds: 5, allowHttp: true, trustedProxies: ["10.0.0.1", "fd00::/8"] });
  });
});

describe("accepted values", () => {
  test.each([
    ["BERTH_LISTEN", "[::1]:0", { listen: { host: "::1", port: 0 } }],
    ["BERTH_LISTEN", "localhost:80", { listen: { host: "localhost", port: 80 } }],
    ["BERTH_PUBLIC_URL", "https://r.example.com:8443", { publicUrl: "https://r.example.com:8443" }],
    ["BERTH_STORAGE", "file:///srv/blobs", { storage: { kind: "file", path: "/srv/blobs" } }],
    ["BERTH_STORAGE", "memory:", { storage: { kind: "memory" } }],
    [
      "BERTH_STORAGE",
      "s3://bucket/a/b/?region=eu-west-1",
      {
        storage: { kind: "s3", bucket: "bucket", prefix: "a/b", region: "eu-west-1", endpoint: null, style: "virtual" },
      },
    ],
    [
      "BERTH_STORAGE",
      "s3://bucket?endpoint=http://h:9000&kmsKey=alias/k&class=STANDARD_IA",
      {
        storage: {
          prefix: "",
          region: "us-east-1",
          endpoint: "http://h:9000",
          style: "path",
          encryption: "aws:kms",
          kmsKey: "alias/k",
          storageClass: "STANDARD_IA",
        },
      },
    ],
    ["BERTH_FREE_SPACE_RESERVE", "512MiB", { freeSpaceReserve: { bytes: 512 * 2 ** 20, percent: 0 } }],
    ["BERTH_FREE_SPACE_RESERVE", "2%", { freeSpaceReserve: { bytes: 0, percent: 2 } }],
    ["BERTH_MANIFEST_MAX_BYTES", "8MiB", { manifestMaxBytes: 8_388_608 }],
    ["BERTH_SCRUB_RATE", "0", { scrubRate: 0 }],
    ["BERTH_SCRUB_RATE", "1MiB", { scrubRate: 1_048_576 }],
    ["BERTH_SECRET_KEY", KEY, { secretKey: new Uint8Array(32).fill(0xab) }],
    ["BERTH_SECRET_KEY", Buffer.from(KEY, "hex").toString("base64"), { secretKey: new Uint8Array(32).fill(0xab) }],
    ["BERTH_METRICS_LISTEN", ":9090", { metricsListen: { host: "", port: 9090 } }],
  ])("%s=%s", (name, text, expected) => {
    expect(parse({ [name]: text })).toMatchObject(expected);
  });
});

describe("refused values", () => {
  test.each([
    ["BERTH_LISTEN", "5000", "host:port"],
    ["BERTH_LISTEN", "999.1.1.1:80", "host:port"],
    ["BERTH_LISTEN", "127.0.0.1:65536", "host:port"],
    ["BERTH_PUBLIC_URL", "https://r.example.com/", "without path"],
    ["BERTH_PUBLIC_URL", "https://r.example.com/v2", "without path"],
    ["BERTH_PUBLIC_URL", "ftp://r.example.com", "https://registry.example.com"],
    ["BERTH_STORAGE", "gcs:bucket", "gcs: is not supported by this version"],
    ["BERTH_STORAGE", "s3:bucket", "s3://BUCKET/PREFIX?region=…"],
    ["BERTH_STORAGE", "s3://Bucket?region=a", "lower-case letters"],
    ["BERTH_STORAGE", "s3://bucket", "with region="],
    ["BERTH_STORAGE", "s3://bucket/a//b?region=a", "in the prefix"],
    ["BERTH_STORAGE", "s3://bucket/../b?region=a", "in the prefix"],
    ["BERTH_STORAGE", "s3://bucket?region=a&speed=1", "region, endpoint, style, sse, kmsKey, class"],
    ["BERTH_STORAGE", "s3://bucket?endpoint=localhost:9000", "https://s3.example.com:9000"],
    ["BERTH_STORAGE", "s3://bucket?region=a&style=host", "path or virtual"],
    ["BERTH_STORAGE", "s3://bucket?region=a&sse=yes", "AES256 or aws:kms"],
    ["BERTH_STORAGE", "s3://bucket?region=a&class=cold", "STANDARD_IA"],
    ["BERTH_S3_BUFFER_BYTES", "64MiB", "a number of bytes from 134217728"],
    ["BERTH_STORAGE", "/srv/blobs", "file:PATH"],
    ["BERTH_LOG_LEVEL", "loud", "one of trace, debug"],
    ["BERTH_TRUSTED_PROXIES", "10.0.0.0/33", "IP addresses and ranges"],
    ["BERTH_TRUSTED_PROXIES", "10.0.0.1,,10.0.0.2", "IP addresses and ranges"],
    ["BERTH_TOKEN_SECONDS", "59", "from 60"],
    ["BERTH_DRAIN_SECONDS", "-1", "a whole number"],
    ["BERTH_DRAIN_SECONDS", "1.5", "a whole number"],
    ["BERTH_FREE_SPACE_RESERVE", "2 apples", "512MiB"],
    ["BERTH_SCRUB_RATE", "1000", "0 (off), or a number of bytes from 1048576"],
    ["BERTH_SCRUB_DAYS", "0", "a whole number from 1"],
    ["BERTH_ALLOW_HTTP", "yes", "1, 0, true or false"],
    ["DATABASE_URL", "mysql://h/d", "postgres://"],
  ])("%s=%s is one line with name, value and what is allowed", (name, text, allowed) => {
    const lines = problems({ [name]: text });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(name);
    expect(lines[0]).toContain(JSON.stringify(text));
    expect(lines[0]).toContain(allowed);
  });

  test("are all named at once", () => {
    expect(problems({ BERTH_LISTEN: "x", BERTH_LOG_LEVEL: "y", BERTH_NOPE: "z" })).toHaveLength(3);
  });

  test("in the file are said to be in the file", () => {
    expect(problems({}, { BERTH_DRAIN_SECONDS: "soon" })[0]).toContain("in the configuration file");
    expect(problems({}, { BERTH_DRAIN_SECONDS: { a: 1 } })[0]).toContain('{\\"a\\":1}');
    expect(problems({}, [])).toEqual(["the configuration file must be a JSON object"]);
  });

  test("stay on one line", () => {
    expect(problems({ BERTH_LISTEN: `a\nb${"c".repeat(500)}` })[0]).toMatch(/^.{1,250}$/);
  });
});

describe("unknown names", () => {
  test("a mistyped variable is refused with the name that was meant", () => {
    expect(problems({ BERTH_LISTN: "x" })).toEqual([
      "BERTH_LISTN is not a variable of Berth; did you mean BERTH_LISTEN?",
    ]);
  });

  test("a name that resembles nothing gets no suggestion", () => {
    expect(problems({ BERTH_XYZZY_FROB: "x" })).toEqual(["BERTH_XYZZY_FROB is not a variable of Berth"]);
  });

  test("an unknown key of the file is refused, also BERTH_CONFIG", () => {
    expect(problems({}, { database_url: "x" })[0]).toContain("did you mean DATABASE_URL?");
    expect(problems({}, { BERTH_CONFIG: "x" })[0]).toContain("is not a setting");
  });

  test("what Kubernetes sets beside a Service called berth is left alone", () => {
    const links = {
      BERTH_PORT: "tcp://10.0.0.1:5000",
      BERTH_SERVICE_HOST: "10.0.0.1",
      BERTH_SERVICE_PORT_HTTP: "5000",
    };
    const more = {
      BERTH_PORT_5000_TCP_ADDR: "10.0.0.1",
      BERTH_DB_SERVICE_HOST: "10.0.0.2",
      BERTH_DB_PORT_5432_TCP: "x",
    };
    expect(problems({ ...links, ...more, PATH: "/bin" })).toEqual([]);
  });
});

describe("combinations", () => {
  test.each([":5000", "0.0.0.0:5000", "[::]:5000", "registry.lan:5000"])(
    "plain HTTP on %s needs a reason",
    (listen) => {
      expect(problems({ BERTH_LISTEN: listen })[0]).toContain("BERTH_ALLOW_HTTP=1");
      expect(problems({ BERTH_LISTEN: listen, BERTH_ALLOW_HTTP: "1" })).toEqual([]);
      expect(problems({ BERTH_LISTEN: listen, BERTH_TRUSTED_PROXIES: "10.0.0.0/8" })).toEqual([]);
      expect(problems({ BERTH_LISTEN: listen, BERTH_TLS_CERT: "c", BERTH_TLS_KEY: "k" })).toEqual([]);
    },
  );

  test.each(["127.0.0.1:1", "127.8.0.1:1", "[::1]:1", "localhost:1"])("%s is loopback", (listen) => {
    expect(problems({ BERTH_LISTEN: listen })).toEqual([]);
  });

  test("TLS needs certificate and key", () => {
    expect(problems({ BERTH_TLS_CERT: "c" })[0]).toContain("BERTH_TLS_KEY is not");
    expect(problems({ BERTH_TLS_KEY: "k" })[0]).toContain("BERTH_TLS_CERT is not");
  });

  test("a database server needs the secret key and says how to make one", () => {
    expect(problems({ DATABASE_URL: "postgres://h/d" })[0]).toContain("openssl rand -hex 32");
    expect(problems({ DATABASE_URL: "postgres://h/d", BERTH_SECRET_KEY: KEY })).toEqual([]);
  });

  test("two listeners cannot share a port", () => {
    expect(problems({ BERTH_METRICS_LISTEN: "127.0.0.1:5000" })[0]).toContain("BERTH_METRICS_LISTEN");
  });
});

describe("secrets", () => {
  const SECRETS = {
    BERTH_ADMIN_PASSWORD: "hunter2hunter2",
    BERTH_METRICS_TOKEN: "metrics-token-x",
    BERTH_SECRET_KEY: KEY,
    DATABASE_URL: "postgres://berth:s3cr3t@db:5432/berth?sslpassword=other",
  };

  test("are not in the description", () => {
    const shown = describeConfig(parse(SECRETS));
    expect(shown).toMatchObject({
      BERTH_ADMIN_PASSWORD: "(set) (environment)",
      BERTH_SECRET_KEY: "(set) (environment)",
      DATABASE_URL: "postgres://berth:***@db:5432/berth?sslpassword=*** (environment)",
      BERTH_LISTEN: "127.0.0.1:5000 (default)",
      BERTH_PUBLIC_URL: "(not set)",
    });
    expect(JSON.stringify(shown)).not.toMatch(/hunter2|metrics-token|abab|s3cr3t|other/);
  });

  test("are not in the problems", () => {
    const wrong = {
      BERTH_SECRET_KEY: "hunter2",
      DATABASE_URL: "mysql://u:hunter2@h/d",
      BERTH_STORAGE: "s3:id:hunter2@bucket",
      BERTH_PUBLIC_URL: "https://u:hunter2@h",
    };
    expect(problems(wrong)).toHaveLength(4);
    expect(problems(wrong).join("\n")).not.toContain("hunter2");
  });
});

describe("the file", () => {
  test("is read from BERTH_CONFIG", () => {
    const config = loadConfig({ BERTH_CONFIG: "/b.json" }, (path) => `{"BERTH_DATA_DIR": "/from${path}"}`);
    expect(config).toMatchObject({ dataDir: "/from/b.json" });
  });

  test("that cannot be read is one line", () => {
    const fail = () => {
      throw new Error("ENOENT: no such file");
    };
    expect(loadConfig({ BERTH_CONFIG: "/b.json" }, fail)).toEqual({
      problems: ['BERTH_CONFIG: cannot read "/b.json" (ENOENT: no such file)'],
    });
  });

  test("that is no JSON is one line without its text", () => {
    const result = loadConfig({ BERTH_CONFIG: "/b.json" }, () => '{"BERTH_ADMIN_PASSWORD": "hunter2"');
    expect(result).toEqual({ problems: ['BERTH_CONFIG: "/b.json" is not valid JSON'] });
  });
});
