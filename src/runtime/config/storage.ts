// Reads BERTH_STORAGE: where the bytes of blobs are kept.
import { z } from "zod";
import { readS3Storage, type S3Storage, showS3Storage } from "./storage-s3.ts";
import type { Value } from "./value.ts";

/** A folder of files, a bucket, or the memory of this process (for trials: it is empty after a restart). */
export type StorageSetting = { readonly kind: "file"; readonly path: string } | S3Storage | { readonly kind: "memory" };

const ALLOWED = "file:PATH, s3://BUCKET/PREFIX?region=REGION or memory:";

export const storage: Value<StorageSetting> = z.string().transform((input, context): StorageSetting => {
  const [, kind = "", rest = ""] = /^([a-z][a-z0-9+]*):(.*)$/s.exec(input) ?? [];
  if (kind === "file" && rest !== "") return { kind, path: rest.replace(/^\/\/(?=\/)/, "") };
  if (kind === "memory" && rest === "") return { kind };
  const known = ["", "file", "memory"].includes(kind);
  const s3 = kind === "s3" ? readS3Storage(input) : null;
  if (s3 !== null && typeof s3 === "object") return s3;
  const message = s3 ?? (known ? ALLOWED : `${ALLOWED}; ${kind}: is not supported by this version`);
  context.addIssue({ code: "custom", message });
  return z.NEVER;
});

/** The setting as it is written in the variable. */
export function showStorage(setting: StorageSetting): string {
  if (setting.kind === "s3") return showS3Storage(setting);
  return setting.kind === "file" ? `file:${setting.path}` : "memory:";
}
