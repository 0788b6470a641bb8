// Works that show whether a repository with many tags is read as fast as one with a single tag.
import { type Content, emptyConfig, makeManifest } from "../content/blobs.ts";
import { openRepository, pushBlobs, pushManifests, type Repository } from "../content/registry.ts";
import { puller } from "./big-blobs.ts";
import { type Read, reader, reads } from "./reads.ts";
import type { Contender, Scene, Work } from "./work.ts";

const manyTags = 5_000;
/** As many as the repository of the plain works has, so that only the repository's size differs. */
const tagsRead = 20;

export const tags5000Works: Work[] = [
  ...reads.map((read) => readWork(read.name, 0.9, (scene, tags) => pathsOf(scene, { read, tags }))),
  // All 5,000 in turn, which also tells what a working set of that size costs.
  readWork("manifest-tag-all", null, (_, tags) => [...tags.keys()].map((tag) => `manifests/${tag}`)),
  {
    name: "tags5000:pull512",
    unit: "MiB",
    better: "higher",
    asked: 0.9,
    contenders: (scene) => sideBySide(scene, ({ label, repository }) => puller(scene, { label, repository })),
  },
];

type Tags = Map<string, Content>;

/** One repository of the pair, with the tags that are read in it. */
interface Side {
  label: string;
  repository: Repository;
  tags: Tags;
}

function readWork(name: string, asked: number | null, paths: (scene: Scene, tags: Tags) => string[]): Work {
  const read = reads.find((one) => one.name === name) ?? { name, asked: 0, sizeBytes: 0, paths: () => [] };
  const contenders = (scene: Scene) =>
    sideBySide(scene, ({ label, repository, tags }) =>
      reader(scene, { read, label, repository, paths: paths(scene, tags) }),
    );
  return { name: `tags5000:${name}`, unit: "requests", better: "higher", asked, contenders };
}

function pathsOf({ library }: Scene, { read, tags }: { read: Read; tags: Tags }): string[] {
  const every = Math.ceil(tags.size / tagsRead);
  const manifests = new Map([...tags].filter((_, i) => i % every === 0));
  return read.paths({ ...library, manifests });
}

async function sideBySide(scene: Scene, contender: (side: Side) => Contender): Promise<Contender[]> {
  const many = await scene.once("5,000 tags", () => makeSide(scene, manyTags));
  const single = await scene.once("one tag", () => makeSide(scene, 1));
  return [contender(many), contender(single)];
}

async function makeSide({ berth: server, library }: Scene, count: number): Promise<Side> {
  const name = `bench/tags-${count}`;
  await pushBlobs(await openRepository(server, name), [emptyConfig]);
  const repository = await openRepository(server, name);
  await pushBlobs(repository, [...library.blobs4k, ...library.blobs1m]);
  const layers = library.blobs4k.slice(0, 5);
  const tags = new Map(
    Array.from({ length: count }, (_, i) => [`v${i}`, makeManifest(layers, `${name} ${i}`)] as const),
  );
  await pushManifests(repository, tags);
  return { label: count === 1 ? "berth, 1 tag" : `berth, ${count} tags`, repository, tags };
}
