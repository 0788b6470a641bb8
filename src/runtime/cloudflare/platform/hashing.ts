// The digests of a Worker: workerd's own hash of a stream, and modules that were compiled when the Worker was deployed.
import type { InlineHashing, NativeHash } from "#adapters/compute/inline-hasher.ts";
import sha256 from "#adapters/compute/wasm/sha256.wasm";
import sha512 from "#adapters/compute/wasm/sha512.wasm";
import { type DigestAlgorithm, hexOf } from "#oci/digest.ts";

/** A stream that is written to and gives a digest; workerd alone has it. */
interface DigestStream extends WritableStream<Uint8Array> {
  readonly digest: Promise<ArrayBuffer>;
}

type WorkerdCrypto = Crypto & { DigestStream: new (algorithm: string) => DigestStream };

export const workerdHashing: InlineHashing = { modules: { sha256, sha512 }, startNative };

function startNative(algorithm: DigestAlgorithm): NativeHash {
  const { DigestStream } = crypto as WorkerdCrypto;
  const stream = new DigestStream(algorithm === "sha256" ? "SHA-256" : "SHA-512");
  // Of a hash that is given up nobody wants the digest.
  stream.digest.catch(() => {});
  const writer = stream.getWriter();
  return {
    update: (bytes) => writer.write(bytes),
    async digest() {
      await writer.close();
      return hexOf(new Uint8Array(await stream.digest));
    },
    discard: () => void writer.abort().catch(() => {}),
  };
}
