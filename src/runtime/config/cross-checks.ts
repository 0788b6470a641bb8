// The rules between settings: combinations that are wrong although each value is allowed.
import { isIPv4 } from "node:net";
import type { Settings } from "./parse.ts";

/** One line per combination that must not start. */
export function checkTogether(settings: Settings): string[] {
  return [
    checkTls(settings),
    checkPlainHttp(settings),
    checkSecretKey(settings),
    checkMetrics(settings),
    checkS3Keys(settings),
  ].filter((problem) => problem !== null);
}

function checkTls({ tlsCert, tlsKey }: Settings): string | null {
  if ((tlsCert === undefined) === (tlsKey === undefined)) return null;
  const [set, missing] =
    tlsKey === undefined ? ["BERTH_TLS_CERT", "BERTH_TLS_KEY"] : ["BERTH_TLS_KEY", "BERTH_TLS_CERT"];
  return `${set} is set but ${missing} is not: TLS needs both`;
}

function checkPlainHttp({ listen, tlsCert, trustedProxies, allowHttp }: Settings): string | null {
  if (isLoopback(listen.host) || tlsCert !== undefined || trustedProxies.length > 0 || allowHttp) return null;
  return (
    `BERTH_LISTEN: ${JSON.stringify(`${listen.host}:${listen.port}`)} is reached from other machines without encryption: ` +
    "set BERTH_TLS_CERT and BERTH_TLS_KEY, or BERTH_TRUSTED_PROXIES when a proxy ends TLS, or BERTH_ALLOW_HTTP=1"
  );
}

function checkSecretKey({ databaseUrl, secretKey }: Settings): string | null {
  if (databaseUrl === undefined || secretKey !== undefined) return null;
  return "BERTH_SECRET_KEY is required with DATABASE_URL, the same for every replica; make one with: openssl rand -hex 32";
}

function checkMetrics({ listen, metricsListen }: Settings): string | null {
  if (metricsListen === undefined || metricsListen.port === 0) return null;
  if (metricsListen.port !== listen.port || metricsListen.host !== listen.host) return null;
  return "BERTH_METRICS_LISTEN is the same as BERTH_LISTEN: give it another port, or leave it out";
}

function checkS3Keys({ s3AccessKey, s3SecretKey }: Settings): string | null {
  if ((s3AccessKey === undefined) === (s3SecretKey === undefined)) return null;
  const [set, missing] =
    s3SecretKey === undefined
      ? ["BERTH_S3_ACCESS_KEY", "BERTH_S3_SECRET_KEY"]
      : ["BERTH_S3_SECRET_KEY", "BERTH_S3_ACCESS_KEY"];
  return `${set} is set but ${missing} is not: requests to the bucket are signed with both`;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."));
}
