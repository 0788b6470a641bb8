// Refuses bodies of uploads that are larger than the way to this server lets through, and says what its client can do.
import { type Body, eachSlab, type SlabBody } from "#core/uploads/slabs.ts";
import { type RegistryError, registryError } from "#oci/error.ts";
import type { RequestHead } from "../head.ts";

/** What clients can do about it, by the beginning of their User-Agent; all others send a layer in one request, however large it is. */
const advice: readonly { agent: RegExp; says: (limitBytes: number) => string }[] = [
  {
    agent: /^regclient\//,
    says: (limit) => `send it in chunks: regctl registry set --blob-chunk ${limit} --blob-max ${limit} HOST`,
  },
];
const otherwise =
  "use a client that sends chunks (regctl registry set --blob-chunk), or ask the registry's operator to set " +
  "BERTH_INGEST_ORIGIN, another way in without this limit";

/** The body, which ends with an error as soon as it has more bytes than are let through. @throws BODY_TOO_LARGE when its head announces more. */
export function limitedBody(head: RequestHead, body: Body | null, limitBytes: number | null): Body | null {
  if (limitBytes === null || body === null) return body;
  if (Number(head.header("content-length") ?? 0) > limitBytes) throw tooLarge(head, limitBytes);
  const limited: SlabBody = {
    async eachSlab(source, each) {
      let size = 0;
      return eachSlab(body, source, async (slab) => {
        size += slab.byteLength;
        if (size <= limitBytes) return each(slab);
        source.recycle(slab.buffer);
        throw tooLarge(head, limitBytes);
      });
    },
  };
  return limited;
}

function tooLarge(head: RequestHead, limitBytes: number): RegistryError {
  const agent = head.header("user-agent") ?? "";
  const known = advice.find((client) => client.agent.test(agent));
  return registryError(
    "BODY_TOO_LARGE",
    `a request can bring ${limitBytes} bytes at most here: ${known?.says(limitBytes) ?? otherwise}`,
    { limitBytes },
  );
}
