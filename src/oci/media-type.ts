// Media types of manifests, layers and configurations that the registry itself has to know.

export const mediaTypes = {
  ociManifest: "application/vnd.oci.image.manifest.v1+json",
  ociIndex: "application/vnd.oci.image.index.v1+json",
  dockerManifest: "application/vnd.docker.distribution.manifest.v2+json",
  dockerList: "application/vnd.docker.distribution.manifest.list.v2+json",
  ociArtifact: "application/vnd.oci.artifact.manifest.v1+json",
} as const;

export type ManifestMediaType = (typeof mediaTypes)[keyof typeof mediaTypes];

const schema1Types = new Set([
  "application/vnd.docker.distribution.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v1+prettyjws",
]);

/** The media type without its parameters, in lower case. */
export function bareMediaType(header: string): string {
  return (header.split(";")[0] as string).trim().toLowerCase();
}

/** Whether the type is one of the manifests that can be pushed. */
export function isManifestMediaType(type: string): type is ManifestMediaType {
  return (Object.values(mediaTypes) as string[]).includes(type);
}

/** Whether the type is Docker's first manifest schema, which is no longer accepted. */
export function isSchema1(type: string): boolean {
  return schema1Types.has(type);
}

/** Whether the type names a list of manifests. */
export function isIndex(type: string): boolean {
  return type === mediaTypes.ociIndex || type === mediaTypes.dockerList;
}

/** Whether a layer of this type may live elsewhere (its descriptor has urls) and so may be absent here. */
export function isNonDistributable(type: string): boolean {
  return (
    type.startsWith("application/vnd.oci.image.layer.nondistributable.v1.tar") ||
    type === "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip" ||
    type === "application/vnd.docker.image.rootfs.foreign.diff.tar"
  );
}
