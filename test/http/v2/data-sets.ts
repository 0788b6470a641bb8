// The manifests that the conformance suite pushes (its "data sets"), each with the blobs that it refers to.
import { mediaTypes } from "#oci/media-type.ts";
import {
  type Algorithm,
  type Content,
  contentOf,
  descriptorOf,
  emptyType,
  imageOf,
  indexOf,
  type ManifestContent,
  manifestOf,
  randomContent,
} from "./content.ts";

export interface DataSet {
  name: string;
  blobs: Content[];
  /** Children first. */
  manifests: ManifestContent[];
}

const artifactType = "application/vnd.example.artifact.v1";

/** The sets in one digest algorithm; `sparse` asks for those whose content is not all there. */
export function dataSets(algorithm: Algorithm, options: { sparse?: boolean } = {}): DataSet[] {
  const make = setMaker(algorithm);
  return options.sparse
    ? sparseSets(make)
    : [...imageSets(make), ...indexSets(make), ...artifactSets(make), ...oddSets(make)];
}

type Maker = ReturnType<typeof setMaker>;

function setMaker(algorithm: Algorithm) {
  let count = 0;
  const config = () => contentOf(JSON.stringify({ os: "linux", nr: count++, of: crypto.randomUUID() }), algorithm);
  const image = (more: { [field: string]: unknown } = {}, type?: string) => {
    const blobs = [config(), randomContent(300, algorithm), randomContent(400, algorithm)] as const;
    const [first, ...layers] = blobs;
    const typed = type ? { layers: layers.map((layer) => descriptorOf(layer, type)) } : {};
    return { blobs: [...blobs], manifest: imageOf(first, layers, { ...typed, ...more }, algorithm) };
  };
  const empty = contentOf("{}", algorithm);
  const artifact = (more: { [field: string]: unknown } = {}, layers: Content[] = []) => {
    const fields = {
      artifactType,
      config: descriptorOf(empty, emptyType),
      layers: layers.map((l) => descriptorOf(l, "text/plain")),
    };
    return manifestOf({ mediaType: mediaTypes.ociManifest, ...fields, ...more }, algorithm);
  };
  const index = (children: ManifestContent[], more: { [field: string]: unknown } = {}) =>
    indexOf(children, more, algorithm);
  return { algorithm, config, image, empty, artifact, index };
}

function imageSets({ image }: Maker): DataSet[] {
  const annotations = Object.fromEntries(
    Array.from({ length: 390 }, (_, i) => [`org.example.${i}`, "x".repeat(10_000)]),
  );
  const plain = image();
  const uncompressed = image({}, "application/vnd.oci.image.layer.v1.tar");
  const large = image({ annotations });
  const custom = image({ "org.example.custom": { deep: [1, null, "\u00e9"] }, extra: "  kept " });
  return [
    { name: "image", blobs: plain.blobs, manifests: [plain.manifest] },
    { name: "image-uncompressed", blobs: uncompressed.blobs, manifests: [uncompressed.manifest] },
    { name: "large-manifest", blobs: large.blobs, manifests: [large.manifest] },
    { name: "custom-fields", blobs: custom.blobs, manifests: [custom.manifest] },
  ];
}

function indexSets({ image, index }: Maker): DataSet[] {
  const [amd, arm, one, two] = [image(), image(), image(), image()];
  const platforms = [amd, arm].map(({ manifest }, i) => ({
    ...descriptorOf(manifest, manifest.mediaType),
    platform: { os: "linux", architecture: i ? "arm64" : "amd64" },
  }));
  const platformed = index([], { manifests: platforms });
  const inner = [index([one.manifest]), index([two.manifest])];
  return [
    { name: "index", blobs: [...amd.blobs, ...arm.blobs], manifests: [amd.manifest, arm.manifest, platformed] },
    {
      name: "nested-index",
      blobs: [...one.blobs, ...two.blobs],
      manifests: [one.manifest, two.manifest, ...inner, index(inner)],
    },
    { name: "empty-index", blobs: [], manifests: [index([])] },
  ];
}

function artifactSets({ algorithm, image, empty, artifact, index }: Maker): DataSet[] {
  const file = randomContent(50, algorithm);
  const subject = image();
  const on = (manifest: ManifestContent) => ({ subject: descriptorOf(manifest, manifest.mediaType) });
  const annotations = { "org.example": "kept", "": "empty key" };
  const asImage = image(on(subject.manifest));
  const first = artifact({ ...on(subject.manifest), annotations }, [file]);
  const second = artifact({ ...on(subject.manifest), artifactType: `${artifactType}.b` }, [file]);
  const indexed = image();
  const subjectIndex = index([indexed.manifest]);
  const missing = imageOf(empty, [randomContent()], {}, algorithm);
  return [
    { name: "artifact", blobs: [empty, file], manifests: [artifact({}, [file])] },
    {
      name: "artifact-index",
      blobs: [empty, file],
      manifests: [artifact({ a: 1 }, [file])].flatMap((m) => [m, index([m], { artifactType })]),
    },
    {
      name: "artifact-without-layers",
      blobs: [empty],
      manifests: [artifact({ layers: [descriptorOf(empty, emptyType)] })],
    },
    {
      name: "artifacts-with-subject",
      blobs: [...subject.blobs, ...asImage.blobs, empty, file],
      manifests: [subject.manifest, asImage.manifest, first, second],
    },
    {
      name: "index-with-subject",
      blobs: indexed.blobs,
      manifests: [indexed.manifest, subjectIndex, index([indexed.manifest], { artifactType, ...on(subjectIndex) })],
    },
    { name: "missing-subject", blobs: [empty, file], manifests: [artifact({ ...on(missing), b: 2 }, [file])] },
  ];
}

function oddSets({ algorithm, config, image, empty, artifact }: Maker): DataSet[] {
  const withData = { ...descriptorOf(empty, emptyType), data: btoa("{}") };
  const kinds = ["tar", "tar+gzip", "tar+zstd"].map((end) => ({
    ...descriptorOf(randomContent(10, algorithm), `application/vnd.oci.image.layer.nondistributable.v1.${end}`),
    urls: ["https://example.com/layer"],
  }));
  const elsewhere = config();
  const none = config();
  const odd = image();
  return [
    { name: "data-field", blobs: [empty], manifests: [artifact({ config: withData, layers: [withData] })] },
    {
      name: "non-distributable-layers",
      blobs: [elsewhere],
      manifests: [imageOf(elsewhere, [], { layers: kinds }, algorithm)],
    },
    { name: "no-layers", blobs: [none], manifests: [imageOf(none, [], {}, algorithm)] },
    { name: "odd-spaces", blobs: odd.blobs, manifests: [respaced(odd.manifest, algorithm)] },
  ];
}

function sparseSets({ config, index, algorithm }: Maker): DataSet[] {
  const present = config();
  const absent = imageOf(config(), [randomContent(20, algorithm)], {}, algorithm);
  return [
    {
      name: "sparse-image",
      blobs: [present],
      manifests: [imageOf(present, [randomContent(10, algorithm)], {}, algorithm)],
    },
    { name: "sparse-index", blobs: [], manifests: [index([absent])] },
  ];
}

/** The same fields in other bytes, which must come back as they are. */
function respaced(manifest: ManifestContent, algorithm: Algorithm): ManifestContent {
  const text = `\n${JSON.stringify(JSON.parse(new TextDecoder().decode(manifest.bytes)), null, "\t")}  \r\n`;
  const content = contentOf(text, algorithm);
  return { ...content, mediaType: manifest.mediaType, size: content.bytes.byteLength };
}
