import { createMemoryBlobStore } from "#adapters/blob-store/memory.ts";
import { describeBlobStore } from "#test/suites/blob-store.ts";

describeBlobStore("in memory", {
  open: async () => createMemoryBlobStore(),
  reopen: async () => createMemoryBlobStore(),
  close: async () => {},
  lacks: {
    "stamps objects": "nobody else can reach its memory",
    "outlives its instance": "everything is gone with the instance",
    "holds no object in memory": "memory is where it keeps them",
    "knows its space": "memory has no measure that would mean something",
    "stores objects together": "nothing is saved by that in memory",
  },
});
