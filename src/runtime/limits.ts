// The limits that the configuration gives, whatever the runtime.
import type { Limits } from "#core/context.ts";
import type { Config } from "./config/parse.ts";

/** Those that depend on where the bytes lie are the runtime's to add. */
export function limitsOf(config: Config): Omit<Limits, "redirectOver" | "freeSpaceReserve"> {
  return {
    manifestMaxBytes: config.manifestMaxBytes,
    jsonMaxDepth: config.jsonMaxDepth,
    uploadsPerCaller: config.uploadsPerCaller,
    uploadExpirySeconds: config.uploadExpirySeconds,
    condemnedHoldSeconds: config.condemnedHoldSeconds,
    scrubBytesPerSecond: config.scrubRate,
    scrubDays: config.scrubDays,
    tokenSeconds: config.tokenSeconds,
  };
}
