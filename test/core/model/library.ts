// The few contents that all clients push, so that they meet: blobs, images over them and an index over an image.
import { parseDigest } from "#oci/digest.ts";
import { type Content, contentOf, imageOf, indexOf, type ManifestContent } from "#test/http/v2/content.ts";

/** Bytes whose every stretch differs. */
function pattern(sizeBytes: number, seed: number): Uint8Array {
  return Uint8Array.from({ length: sizeBytes }, (_, i) => (i * 31 + (i >> 8) * 7 + seed * 13) & 0xff);
}

/** One that is hashed where it is, one with the other algorithm, one that goes to the pool. */
export const blobs: readonly Content[] = [
  contentOf(pattern(300, 1)),
  contentOf(pattern(2000, 2), "sha512"),
  contentOf(pattern(70_000, 3)),
];

const [first, second, third] = blobs as [Content, Content, Content];
const small = imageOf(first, [second]);
const large = imageOf(first, [third]);

/** A manifest and what it needs: places in the list of blobs, and other manifests. */
interface KnownManifest extends ManifestContent {
  layers: readonly number[];
  children: readonly Content[];
}

export const manifests: readonly KnownManifest[] = [
  { ...small, layers: [0, 1], children: [] },
  { ...large, layers: [0, 2], children: [] },
  { ...indexOf([small]), layers: [], children: [small] },
];

/** The first ones are images, which need nothing but blobs. */
export const images = 2;

/** The blobs of a manifest. */
export function blobsOf({ layers }: KnownManifest): Content[] {
  return layers.map((place) => blobs[place] as Content);
}

export const tags = ["latest", "v1"] as const;

export const digestParts = ({ digest }: { digest: string }) => parseDigest(digest);
