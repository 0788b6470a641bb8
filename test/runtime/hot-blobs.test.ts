// What is kept of hot blobs, and what makes way.
import { expect, it } from "vitest";
import { createHotBlobs } from "#runtime/node/direct/hot-blobs.ts";

const entry = 1000;
/** Room for three. */
const room = 3 * (entry + 512);
const bytes = (letter: string) => new Uint8Array(entry).fill(letter.charCodeAt(0));

function scene(totalBytes = room) {
  let ms = 0;
  const hot = createHotBlobs(totalBytes, () => ms);
  const kept = () => ["a", "b", "c", "d", "e"].filter((key) => hot.get(key) !== undefined);
  return { hot, kept, pass: (more: number) => (ms += more) };
}

it("gives what was kept, and refuses more than there is room for while all of it is in use", () => {
  const { hot, kept } = scene();
  for (const key of ["a", "b", "c"]) hot.put(key, bytes(key));
  expect(hot.get("b")).toEqual(bytes("b"));
  expect(hot.wants(entry)).toBe(false);
  hot.put("d", bytes("d"));
  expect(kept()).toEqual(["a", "b", "c"]);
});

it("of more blobs than there is room for, asked for in turn, those that are kept stay", () => {
  const { hot, pass } = scene();
  let found = 0;
  for (let round = 0; round < 20; round++)
    for (const key of ["a", "b", "c", "d", "e"]) {
      pass(100);
      if (hot.get(key)) found++;
      else if (hot.wants(entry)) hot.put(key, bytes(key));
    }
  expect(found).toBe(19 * 3);
});

it("what nobody wanted for a while makes way, wherever it stands", () => {
  const { hot, kept, pass } = scene();
  for (const key of ["a", "b", "c"]) hot.put(key, bytes(key));
  pass(4_000);
  hot.get("a");
  hot.get("c");
  pass(4_000);
  // "a" stands first and is in use: the next look finds "b".
  expect(hot.wants(entry)).toBe(false);
  expect(hot.wants(entry)).toBe(true);
  hot.put("d", bytes("d"));
  expect(kept()).toEqual(["a", "c", "d"]);
});

it("keeps nothing that is too large, nothing where it has no room, and nothing after its release", () => {
  const { hot } = scene(8 * 1024 * 1024);
  expect(hot.wants(1024 * 1024)).toBe(true);
  expect(hot.wants(1024 * 1024 + 1)).toBe(false);
  hot.put("a", bytes("a"));
  hot.release();
  expect(hot.get("a")).toBeUndefined();
  const none = scene(0).hot;
  expect(none.wants(0)).toBe(false);
  none.put("a", bytes("a"));
  expect(none.get("a")).toBeUndefined();
});
