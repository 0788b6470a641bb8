// What every BlobStore must do, run for each adapter. An adapter that cannot do a thing says why: without a reason nothing is skipped.
import { afterAll, describe } from "vitest";
import type { BlobStoreHarness } from "./blob-store-harness.ts";
import { describeKeeping } from "./blob-store-keeping.ts";
import { describeTogether } from "./blob-store-together.ts";
import { describeWriting } from "./blob-store-writing.ts";

/** The suite. Each part opens a store of its own. */
export function describeBlobStore(name: string, harness: BlobStoreHarness): void {
  describe(`the blob store ${name}`, () => {
    afterAll(() => harness.close());
    describeWriting(harness);
    describeKeeping(harness);
    describeTogether(harness);
  });
}
