// What each client does with a layer that is larger than the way in lets through: the outcomes that ingest.test.ts holds real
// runs to, and the table of docs/edge-clients.md.

/** One client's conduct. */
export interface Conduct {
  /** The request that brings a layer, and whether its length is announced. */
  layer: "PATCH" | "PUT";
  announced: boolean;
  /** Whether it goes to an upload's Location on another host; one that does not stays, because Berth does not lead it there. */
  goes: boolean;
  /** Whether it shows its credentials there, too. */
  showsCredentials: boolean;
  /** What comes of a layer above the limit where there is no other way in. */
  atTheLimit: "fails" | "hangs" | "sends chunks";
  /** Whether it shows the words of Berth's own 413. */
  showsWords: boolean;
  /** What it says when it stumbles over itself at the limit, as it does now and then: the push is tried again. */
  stumblesWith?: string;
  note?: string;
}

const usual = { announced: true, goes: true, showsCredentials: false, atTheLimit: "fails", showsWords: true } as const;
const containersImage = { ...usual, layer: "PATCH", announced: false, showsCredentials: true } as const;
const orasGo = { ...usual, layer: "PUT", goes: false } as const;

export const conducts: Record<string, Conduct> = {
  "docker 20.10": { ...usual, layer: "PATCH", announced: false, note: "tries five times before it gives up" },
  "docker (moby 2, containerd's store)": { ...usual, layer: "PUT" },
  "containerd 1.6 (ctr)": {
    ...usual,
    layer: "PUT",
    atTheLimit: "hangs",
    showsWords: false,
    note: "says only `413 Payload Too Large`",
  },
  "containerd 2.4 (ctr)": { ...usual, layer: "PUT" },
  "podman 4.3": containersImage,
  "buildah 1.28": containersImage,
  "skopeo 1.9": { ...containersImage, announced: true },
  "crane 0.21": { ...usual, layer: "PATCH", note: "not to an address that is a private IP address instead of a name" },
  "oras 1.3": orasGo,
  "helm 4.2": orasGo,
  "regctl 0.11": {
    ...usual,
    layer: "PUT",
    atTheLimit: "sends chunks",
    // It rewinds the layer for the chunks while what sent the refused request may still read from it, and hashes both.
    stumblesWith: "digest mismatch",
    note: "after the 413 it sends chunks of 1 MiB by itself; where that comes in the middle of the layer it may end with `digest mismatch`, its own mistake: push again, or with --blob-max",
  },
  "regctl 0.11 with --blob-chunk and --blob-max": { ...usual, layer: "PATCH", atTheLimit: "sends chunks" },
};

/** The table as the documentation has it. */
export function renderConducts(): string {
  const rows = Object.entries(conducts).map(([name, conduct]) => rowOf(name, conduct));
  const head = [
    "client",
    "a layer comes by",
    "with an ingest origin",
    "shows it its credentials",
    "without: a proxy's 413",
    "without: Berth's 413",
  ];
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function rowOf(name: string, conduct: Conduct): string[] {
  const { layer, announced, goes, showsCredentials, atTheLimit, showsWords, note } = conduct;
  const sends = atTheLimit === "sends chunks";
  const length = layer === "PATCH" && sends ? "in chunks" : announced ? "of a known length" : "of an unknown length";
  return [
    note ? `${name} (${note})` : name,
    `${layer} ${length}`,
    goes ? "pushes" : "stays; small layers only",
    goes ? (showsCredentials ? "yes" : "no") : "-",
    sends ? "pushes in chunks" : atTheLimit,
    sends ? "pushes in chunks" : showsWords ? "fails and says what to do" : "fails",
  ];
}
