import fs from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createRoom } from "#adapters/blob-store/fs-space.ts";

let root: string;
beforeAll(async () => {
  root = await fs.mkdtemp(path.join(tmpdir(), "berth-space-"));
});
afterAll(() => fs.rm(root, { recursive: true, force: true }));

it("knows of what is about to be written before the file system does", async () => {
  const room = createRoom(root);
  const before = await room.look();
  room.take(1_000_000);
  room.take(500_000);
  expect(await room.look()).toEqual({ ...before, freeBytes: before.freeBytes - 1_500_000 });
});

it("never tells less than nothing", async () => {
  const room = createRoom(root);
  const { totalBytes } = await room.look();
  room.take(2 * totalBytes);
  expect(await room.look()).toEqual({ freeBytes: 0, totalBytes });
});

it("looks again after a while, and forgets what it counted until then", async () => {
  const room = createRoom(root);
  const { totalBytes } = await room.look();
  room.take(2 * totalBytes);
  await new Promise((resolve) => setTimeout(resolve, 1100));
  expect((await room.look()).freeBytes).toBeGreaterThan(0);
});

it("says that the store does not answer when its folder is gone", async () => {
  await expect(createRoom(path.join(root, "gone")).look()).rejects.toMatchObject({ problem: "unavailable" });
});
