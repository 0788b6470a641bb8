// All works, in the order in which a round goes through them.
import { pullWork, pushWorks } from "./big-blobs.ts";
import { diskWorks } from "./disk.ts";
import { imagesWork } from "./images.ts";
import { readWorks } from "./reads.ts";
import { stormWorks } from "./storm.ts";
import { tagPageWork } from "./tag-page.ts";
import { tags5000Works } from "./tags5000.ts";
import type { Work } from "./work.ts";

const defaultWorks: readonly Work[] = [...readWorks, imagesWork, pullWork, ...pushWorks];
const extraWorks: readonly Work[] = [...tags5000Works, ...stormWorks, tagPageWork, ...diskWorks];

/** What `soak.ts` does after the rounds: no work that contenders do in turn. */
export const soakName = "soak";

/** Names for the command line; a work named `a:b` belongs to `a`. */
export function workNames(which: "default" | "extra"): string[] {
  const works = which === "default" ? defaultWorks : extraWorks;
  const names = works.map(({ name }) => name.split(":")[0] as string);
  return [...new Set(which === "default" ? names : [...names, soakName])];
}

export function findWorks(names: readonly string[]): Work[] {
  return [...defaultWorks, ...extraWorks].filter(({ name }) => names.includes(name.split(":")[0] as string));
}
