// Which reads are sent to the store's own address.
import { describe, expect, it } from "vitest";
import { redirectFor } from "#core/content/redirect.ts";
import type { Context, Limits } from "#core/context.ts";
import { type BlobStore, BlobStoreError } from "#ports/blob-store.ts";

const blob = { key: "aa/b", sizeBytes: 100 } as Parameters<typeof redirectFor>[1];

function contextOf(redirectOver: number | null, presign?: BlobStore["presign"]) {
  const blobs = { ...(presign ? { presign } : {}) } as BlobStore;
  return { blobs, limits: { redirectOver } as Limits } satisfies Partial<Context>;
}

const presign: BlobStore["presign"] = async (key, { seconds }) => `https://store/${key}?for=${seconds}`;

describe("a redirect", () => {
  it.each([
    [null, null],
    [0, "https://store/aa/b?for=60"],
    [99, "https://store/aa/b?for=60"],
    [100, null],
  ])("for blobs over %s", async (over, address) => {
    expect(await redirectFor(contextOf(over, presign), blob)).toBe(address);
  });

  it("is not given by a store that has no addresses", async () => {
    expect(await redirectFor(contextOf(0), blob)).toBeNull();
  });

  it("that cannot be given is no other answer", async () => {
    const refuse = async () => {
      throw new BlobStoreError("unavailable", "there are no keys");
    };
    await expect(redirectFor(contextOf(0, refuse), blob)).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });
});
