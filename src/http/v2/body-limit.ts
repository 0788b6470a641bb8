// Refuses bodies of uploads that are larger than the way to this server lets through, and says what its client can do.
import { type Body, eachSlab, type SlabBody } from "#core/uploads/slabs.ts";
import { type RegistryError, registryError } from "#oci/error.ts";
import type { Surroundings } from "../environment.ts";
import type { RequestHead } from "../head.ts";
import { sendsChunks, staysHere } from "./clients.ts";

type Limited = { head: RequestHead; around: Surroundings };

/** The body, which ends with an error as soon as it has more bytes than are let through. @throws BODY_TOO_LARGE when its head announces more. */
export function limitedBody(request: Limited, body: Body | null): Body | null {
  const { bodyLimitBytes } = request.around;
  if (bodyLimitBytes === null || body === null) return body;
  if (Number(request.head.header("content-length") ?? 0) > bodyLimitBytes) throw tooLarge(request, bodyLimitBytes);
  const limited: SlabBody = {
    async eachSlab(source, each) {
      let size = 0;
      return eachSlab(body, source, async (slab) => {
        size += slab.byteLength;
        if (size <= bodyLimitBytes) return each(slab);
        source.recycle(slab.buffer);
        throw tooLarge(request, bodyLimitBytes);
      });
    },
  };
  return limited;
}

function tooLarge(request: Limited, limitBytes: number): RegistryError {
  const message = `a request can bring ${limitBytes} bytes at most here: ${adviceFor(request, limitBytes)}`;
  return registryError("BODY_TOO_LARGE", message, { limitBytes });
}

function adviceFor({ head, around }: Limited, limitBytes: number): string {
  const agent = head.header("user-agent");
  if (sendsChunks(agent))
    return `send it in chunks: regctl registry set --blob-chunk ${limitBytes} --blob-max ${limitBytes} HOST`;
  const chunks = "use a client that sends chunks, such as regctl";
  if (around.ingestOrigin === null)
    return `${chunks}, or ask the registry's operator for another way in (BERTH_INGEST_ORIGIN)`;
  if (staysHere(agent))
    return `this client does not go to ${around.ingestOrigin}, where there is no limit: use docker, podman, skopeo, crane or regctl`;
  return `begin the upload with POST and send it to the Location of the answer, or ${chunks}`;
}
