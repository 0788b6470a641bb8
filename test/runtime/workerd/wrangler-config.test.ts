// The written configuration of the Worker: what local emulation does not show, because it neither caches nor forgets.
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { unstable_readConfig } from "wrangler";

const file = path.join(import.meta.dirname, "../../../wrangler.toml");
const text = readFileSync(file, "utf8");
const environments = ["dev", "staging", "production"] as const;

/** What is looked at here; the package's own type says less. */
interface Written {
  name: string;
  r2_buckets: { binding: string; bucket_name: string }[];
  hyperdrive: { binding: string }[];
  kv_namespaces: { binding: string }[];
  d1_databases: unknown[];
  durable_objects: { bindings: unknown[] };
  vars: Record<string, unknown>;
  triggers: { crons: string[] };
  observability?: { enabled: boolean };
  compatibility_date: string;
  compatibility_flags: string[];
  placement: unknown;
}
const read = (env?: string) => unstable_readConfig({ config: file, ...(env && { env }) }) as unknown as Written;

describe("wrangler.toml", () => {
  it.each(environments)("gives %s a bucket and a Hyperdrive of its own", (env) => {
    const { r2_buckets, hyperdrive, name } = read(env);
    expect(name).toBe(`berth-${env}`);
    expect(r2_buckets.map(({ binding, bucket_name }) => [binding, bucket_name])).toEqual([["BLOBS", `berth-${env}`]]);
    expect(hyperdrive.map(({ binding }) => binding)).toEqual(["HYPERDRIVE"]);
  });

  it("has the periodic work done, requests logged and the same platform everywhere", () => {
    const whole = [read(), ...environments.map(read)];
    for (const { triggers, observability, compatibility_date, compatibility_flags, placement } of whole) {
      expect(triggers.crons).toEqual(["* * * * *"]);
      expect(observability?.enabled).toBe(true);
      expect(compatibility_flags).toEqual(["nodejs_compat"]);
      // From when on a promise that another request settles goes on where it is waited for.
      expect(compatibility_date >= "2024-10-14").toBe(true);
      expect(placement).toEqual({ mode: "smart" });
    }
  });

  it("tells wherever a Hyperdrive is named to make it without its query cache", () => {
    const named = [...text.matchAll(/\[\[env\.(\w+)\.hyperdrive\]\]([^[]*)/g)];
    expect(named.map(([, env]) => env)).toEqual([...environments]);
    for (const [, env, section] of named)
      expect(section).toMatch(new RegExp(`# wrangler hyperdrive create berth-${env} .*--caching-disabled`));
  });

  it("holds no secret, and nothing else that keeps what may change", () => {
    for (const { vars, kv_namespaces, d1_databases, durable_objects } of [read(), ...environments.map(read)]) {
      expect(Object.keys(vars).filter((name) => /KEY|PASSWORD|TOKEN|SECRET/.test(name))).toEqual([]);
      expect(kv_namespaces.map(({ binding }) => binding).filter((binding) => binding !== "BYTES")).toEqual([]);
      expect(d1_databases).toEqual([]);
      expect(durable_objects.bindings).toEqual([]);
    }
  });
});
