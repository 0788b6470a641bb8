// A disk whose power can be cut at any moment while it is in use, as often as a test likes.
//
//   base.img ─ file system "base" ─ outer.img ─ file system "outer" ─ inner.img ─ the file system that Berth works on
//
// To the innermost file system, inner.img is a disk and the page cache of "outer" is that disk's own write cache: what is
// written lands there, what is flushed goes on to outer.img. A freeze of a file system stops every write to the files in it
// at one instant, without asking those above to write anything, so a copy that is made meanwhile is one moment's state:
//  - of inner.img: what the kernel had sent to the disk is there; what was only in the page cache above it is lost;
//  - of outer.img: what the disk had not been told to flush is lost, too.
// A plain copy of a file that is written to would show each block at another moment, which no power cut does. What this
// cannot show: a disk that forgets what it said it had flushed, or that tears a block.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import { mustRun } from "#test/clients/setup/run.ts";
import { newMountPoint } from "./mounts.ts";

/** What the power cut takes with it: what had not reached the disk, or also what the disk had not flushed. */
export const losses = ["the page cache", "the page cache and the disk's own"] as const;
export type Loss = (typeof losses)[number];

export interface Disk {
  /** Where it is mounted. */
  folder: string;
  /** Takes down what a power cut would leave at this moment. What is at work goes on, after a pause. */
  capture(loss: Loss): Promise<void>;
  /** Puts the disk back to what was captured, and mounts it as after a power cut. Nobody may use it. */
  restore(): Promise<void>;
  remove(): Promise<void>;
}

/** The mount points, and the images as they are named now. */
interface Stack {
  place: string;
  base: string;
  outer: string;
  folder: string;
  outerImage: string;
  innerImage: string;
  captured: Loss;
  restored: number;
}

let disks = 0;

export async function makeDisk(sizeMiB: number): Promise<Disk> {
  const place = join(inject("run").folder, `p${process.pid}-${disks++}`);
  const [base, outer, folder] = [join(place, "base"), join(place, "outer"), newMountPoint()];
  const [outerImage, innerImage] = [join(base, "outer.img"), join(outer, "inner.img")];
  const stack: Stack = { place, base, outer, folder, outerImage, innerImage, captured: losses[0], restored: 0 };
  for (const one of [place, base, outer]) mkdirSync(one);
  const layers = [
    { image: `${base}.img`, at: base, size: 4 * sizeMiB },
    { image: outerImage, at: outer, size: 3 * sizeMiB },
    { image: innerImage, at: folder, size: sizeMiB },
  ];
  for (const { image, at, size } of layers) {
    await mustRun(["truncate", "-s", `${size}M`, image]);
    await mustRun(["mkfs.ext4", "-q", "-F", "-E", "nodiscard,lazy_itable_init=1,lazy_journal_init=1", image]);
    await mount(image, at);
  }
  return {
    folder,
    capture: (loss) => capture(stack, loss),
    restore: () => restore(stack),
    async remove() {
      for (const one of [folder, outer, base]) await unmount(one);
      await mustRun(["rm", "-r", place]);
    },
  };
}

async function capture(stack: Stack, loss: Loss): Promise<void> {
  stack.captured = loss;
  const { base, outer, outerImage, innerImage } = stack;
  const [frozen, image] = loss === losses[0] ? [outer, innerImage] : [base, outerImage];
  // One shell, so that nothing stays frozen whatever becomes of the test.
  const script = 'fsfreeze -f "$1" && { cp --sparse=always "$2" "$3"; code=$?; fsfreeze -u "$1"; exit $code; }';
  await mustRun(["sh", "-c", script, "sh", frozen, image, copyOf(stack)]);
}

async function restore(stack: Stack): Promise<void> {
  const { base, outer, folder } = stack;
  stack.restored++;
  await unmount(folder);
  if (stack.captured === losses[0]) {
    stack.innerImage = await replace(stack, stack.innerImage, join(outer, `inner-${stack.restored}.img`));
  } else {
    await unmount(outer);
    stack.outerImage = await replace(stack, stack.outerImage, join(base, `outer-${stack.restored}.img`));
    await mount(stack.outerImage, outer);
  }
  await mount(stack.innerImage, folder);
}

/** A new file, because somebody may still hold the old one. */
async function replace(stack: Stack, old: string, image: string): Promise<string> {
  await mustRun(["rm", old]);
  await mustRun(["cp", "--sparse=always", copyOf(stack), image]);
  return image;
}

function copyOf({ place }: Stack): string {
  return join(place, "copy.img");
}

async function mount(image: string, folder: string): Promise<void> {
  await mustRun(["mount", "-o", "loop,noatime,noinit_itable", image, folder]);
}

/** At once, though a dying process, or another's mount namespace, may hold on to it for a while. */
async function unmount(folder: string): Promise<void> {
  await mustRun(["umount", "-l", folder]);
}
