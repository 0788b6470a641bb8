// Reads BERTH_STORAGE: where the bytes of blobs are kept.
import { z } from "zod";
import type { Value } from "./value.ts";

/** A folder of files, or the memory of this process (for trials: it is empty after a restart). */
export type StorageSetting = { readonly kind: "file"; readonly path: string } | { readonly kind: "memory" };

const ALLOWED = "file:PATH or memory:";

export const storage: Value<StorageSetting> = z.string().transform((input, context): StorageSetting => {
  const [, kind = "", rest = ""] = /^([a-z][a-z0-9+]*):(.*)$/s.exec(input) ?? [];
  if (kind === "file" && rest !== "") return { kind, path: rest.replace(/^\/\/(?=\/)/, "") };
  if (kind === "memory" && rest === "") return { kind };
  const known = ["", "file", "memory"].includes(kind);
  context.addIssue({
    code: "custom",
    message: known ? ALLOWED : `${ALLOWED}; ${kind}: is not supported by this version`,
  });
  return z.NEVER;
});

/** The setting as it is written in the variable. */
export function showStorage(setting: StorageSetting): string {
  return setting.kind === "file" ? `file:${setting.path}` : "memory:";
}
