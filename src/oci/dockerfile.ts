// The lines of a Dockerfile, as far as an image's history gives them away, beside the layers that they made.
import type { HistoryEntry } from "./image-config.ts";

/** A layer as the manifest names it. */
export interface Layer {
  digest: string;
  mediaType: string;
  sizeBytes: number;
  /** Where it may be fetched from, when it need not be here. */
  urls: string[];
}

export interface DockerfileLine {
  line: string;
  /** What the line made; null when that was nothing. */
  layer: Layer | null;
}

/** More lines, or longer ones all together, are cut off. */
const maxLines = 1000;
const maxCharacters = 128 * 1024;

/** The history's lines in its order. Layers that it does not account for follow, with lines that say nothing. */
export function dockerfileLines(history: readonly HistoryEntry[], layers: readonly Layer[]): DockerfileLine[] {
  const left = [...layers];
  const lines: DockerfileLine[] = history.map(({ createdBy, isEmpty }) => ({
    line: lineOf(createdBy),
    layer: isEmpty ? null : (left.shift() ?? null),
  }));
  for (const layer of left) lines.push({ line: "", layer });
  let characters = 0;
  const fits = lines.slice(0, maxLines).findIndex((line) => {
    characters += JSON.stringify(line).length;
    return characters > maxCharacters;
  });
  return lines.slice(0, fits < 0 ? maxLines : fits);
}

/** What a builder wrote into the history, as it stood in the Dockerfile. */
export function lineOf(createdBy: string): string {
  const text = createdBy.trim();
  const plain = text.endsWith("# buildkit") ? text.slice(0, -"# buildkit".length).trimEnd() : text;
  const [, marked] = /^(?:\/bin\/sh -c|cmd \/S \/C) #\(nop\)(.*)$/s.exec(plain) ?? [];
  if (marked !== undefined) return marked.trim();
  // `|1 VERSION=3` are the arguments of the build, which stand before the shell that got them.
  const [, command] = /^(?:RUN )?(?:\|\d+ .*? )?(?:\/bin\/sh -c|cmd \/S \/C) (.*)$/s.exec(plain) ?? [];
  return command === undefined ? plain : `RUN ${command.trim()}`;
}
