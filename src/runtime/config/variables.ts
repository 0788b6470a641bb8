// The table of all settings: name of the variable, what it may be, and what holds when nobody sets it.
import { maskUrl } from "./mask.ts";
import { showStorage, storage } from "./storage.ts";
import * as v from "./value.ts";

/** What defaults depend on. */
export interface Machine {
  readonly cpuCount: number;
  readonly isRoot: boolean;
}

/** A default as it would be written in the variable; some depend on the machine or on the data folder in force. */
type Fallback = string | ((machine: Machine, dataDir: string) => string);

/** One setting; `Absent` is undefined where it may be left unset, else never. */
export interface Variable<T, Absent = undefined> {
  readonly name: string;
  readonly value: v.Value<T>;
  readonly fallback: Fallback | Absent;
  readonly isSecret: boolean;
  /** How `berth config` writes the value. */
  readonly show: (value: T) => string;
}

const showAddress = ({ host, port }: v.ListenAddress) => `${host.includes(":") ? `[${host}]` : host}:${port}`;
const showReserve = (r: v.FreeSpaceReserve) =>
  [r.bytes > 0 ? `${r.bytes} bytes` : "", r.percent > 0 ? `${r.percent}%` : ""].filter(Boolean).join(" or ") || "0";

const showOver = (bytes: number | null) => (bytes === null ? "off" : bytes === 0 ? "on" : `over ${bytes} bytes`);

const HOUR = 3_600;
const YEAR = 365 * 24 * HOUR;

export const VARIABLES = {
  // Where Berth listens and how it is reached.
  listen: setting("BERTH_LISTEN", v.listenAddress, "127.0.0.1:5000", showAddress),
  publicUrl: optional("BERTH_PUBLIC_URL", v.origin),
  ingestOrigin: optional("BERTH_INGEST_ORIGIN", v.origin),
  tlsCert: optional("BERTH_TLS_CERT", v.text),
  tlsKey: optional("BERTH_TLS_KEY", v.text),
  trustedProxies: setting("BERTH_TRUSTED_PROXIES", v.addressRanges, "", (ranges) => ranges.join(",")),
  egressAllow: setting("BERTH_EGRESS_ALLOW", v.addressRanges, "", (ranges) => ranges.join(",")),
  allowHttp: setting("BERTH_ALLOW_HTTP", v.flag, "0", (on) => (on ? "1" : "0")),
  metricsListen: optional("BERTH_METRICS_LISTEN", v.listenAddress, showAddress),
  metricsToken: secret("BERTH_METRICS_TOKEN", v.text),
  logLevel: setting("BERTH_LOG_LEVEL", v.oneOf("trace", "debug", "info", "warn", "error", "fatal", "silent"), "info"),

  // Where it keeps what it knows.
  dataDir: setting("BERTH_DATA_DIR", v.text, ({ isRoot }) => (isRoot ? "/var/lib/berth" : "./data")),
  databaseUrl: optional("DATABASE_URL", v.databaseUrl, maskUrl),
  dbConnections: setting("BERTH_DB_CONNECTIONS", v.whole(1, 1_000), "10"),
  storage: setting("BERTH_STORAGE", storage, (_, dataDir) => `file:${dataDir}/blobs`, showStorage),
  s3AccessKey: optional("BERTH_S3_ACCESS_KEY", v.text),
  s3SecretKey: secret("BERTH_S3_SECRET_KEY", v.text),
  s3SessionToken: secret("BERTH_S3_SESSION_TOKEN", v.text),
  s3BufferBytes: setting("BERTH_S3_BUFFER_BYTES", v.bytes(128 * 2 ** 20, 2 ** 40), "256MiB"),
  s3Redirect: setting("BERTH_S3_REDIRECT", v.overBytes, "off", showOver),
  r2PartBytes: setting("BERTH_R2_PART_BYTES", v.bytes(5 * 2 ** 20, 64 * 2 ** 20), "16MiB"),
  durability: setting("BERTH_DURABILITY", v.oneOf("full", "relaxed"), "full"),
  freeSpaceReserve: setting("BERTH_FREE_SPACE_RESERVE", v.reserve, "256MiB or 1%", showReserve),
  secretKey: secret("BERTH_SECRET_KEY", v.key32),

  // What it may answer from memory.
  memoryBytes: setting("BERTH_MEMORY_BYTES", v.bytes(0, 2 ** 40), "32MiB"),
  smallBlobBytes: setting("BERTH_SMALL_BLOB_BYTES", v.bytes(0, 2 ** 24), "64KiB"),
  hotBlobBytes: setting("BERTH_HOT_BLOB_BYTES", v.bytes(0, 2 ** 40), "128MiB"),
  staleAccessSeconds: setting("BERTH_STALE_ACCESS", v.whole(0, HOUR), "60"),

  // The first account, and how long a token holds.
  adminUser: setting("BERTH_ADMIN_USER", v.matching("a user name", /^[A-Za-z0-9][A-Za-z0-9._@-]{0,99}$/), "admin"),
  adminPassword: secret("BERTH_ADMIN_PASSWORD", v.text),
  tokenSeconds: setting("BERTH_TOKEN_SECONDS", v.whole(60, 24 * HOUR), "300"),

  // Limits of a connection and of a request.
  idleSeconds: setting("BERTH_IDLE_SECONDS", v.whole(1, HOUR), "60"),
  headerSeconds: setting("BERTH_HEADER_SECONDS", v.whole(1, HOUR), "20"),
  minRateBytes: setting("BERTH_MIN_RATE_BYTES", v.bytes(0, 2 ** 30), "1024"),
  minRateSeconds: setting("BERTH_MIN_RATE_SECONDS", v.whole(1, HOUR), "30"),
  bodyLimitBytes: setting("BERTH_BODY_LIMIT", v.bytesOrOff(2 ** 20, 2 ** 40), "0"),
  manifestMaxBytes: setting("BERTH_MANIFEST_MAX_BYTES", v.bytes(1_024, 2 ** 26), "4194304"),
  jsonMaxDepth: setting("BERTH_JSON_MAX_DEPTH", v.whole(8, 1_000), "64"),
  uploadsPerCaller: setting("BERTH_UPLOADS_PER_CALLER", v.whole(1, 100_000), "1000"),

  // Periods and work.
  drainSeconds: setting("BERTH_DRAIN_SECONDS", v.whole(0, HOUR), "30"),
  uploadExpirySeconds: setting("BERTH_UPLOAD_EXPIRY_SECONDS", v.whole(60, YEAR), "86400"),
  condemnedHoldSeconds: setting("BERTH_CONDEMNED_HOLD_SECONDS", v.whole(0, YEAR), "3600"),
  scrubRate: setting("BERTH_SCRUB_RATE", v.bytesOrOff(2 ** 20, 2 ** 40), "20MiB"),
  scrubDays: setting("BERTH_SCRUB_DAYS", v.whole(1, 3_650), "30"),
  poolThreads: setting("BERTH_POOL_THREADS", v.whole(1, 1_024), ({ cpuCount }) => String(cpuCount)),
};

function setting<T>(
  name: string,
  value: v.Value<T>,
  fallback: Fallback,
  show: (value: T) => string = String,
): Variable<T, never> {
  return { name, value, fallback, isSecret: false, show };
}

function optional<T>(name: string, value: v.Value<T>, show: (value: T) => string = String): Variable<T> {
  return { name, value, fallback: undefined, isSecret: false, show };
}

function secret<T>(name: string, value: v.Value<T>): Variable<T> {
  return { name, value, fallback: undefined, isSecret: true, show: () => "(set)" };
}
