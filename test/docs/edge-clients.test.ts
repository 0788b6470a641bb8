import { expect, it } from "vitest";
import { renderConducts } from "#test/clients/setup/ingest/conduct.ts";

const words = `# Clients and another way in

What clients do with a layer that is larger than a proxy before Berth lets through (Cloudflare: 100 to 500 MB, by plan), and with
[\`BERTH_INGEST_ORIGIN\`](operations.md#another-way-in-for-large-layers), which leads such layers past it.

${renderConducts()}

- **With an ingest origin**: each push asks Berth as before, and gets an address of the ingest origin for each blob. The address
  holds a ticket for that one upload, so a client that shows its credentials only where it logged in can use it. podman, buildah
  and skopeo send their token there as well; it opens nothing that the registry itself would not open with it, and the ticket counts.
- **oras, helm and notation** (all that is made with oras-go since its GHSA-jxpm-75mh-9fp7) take an address on another host for an
  attack and give up. Berth knows them by their \`User-Agent\` and does not lead them away: what is below the limit they push as
  always, what is above it is refused with a 413. Push that with another client, regctl for instance.
- **Without an ingest origin** only regctl gets a large layer through. Set \`BERTH_BODY_LIMIT\` a little below the proxy's limit: Berth's
  own 413 says what this client can do, and it ends containerd 1.6, which waits for ever after a proxy's.
- docker 20.10 sends a layer five times before it shows the refusal, with pauses of 5, 10, 15 and 20 seconds.

These are outcomes of real runs: \`npm run e2e -- test/clients/ingest.test.ts\` tries every line with the client itself, against Workers in
workerd and a server on one PostgreSQL and one S3 bucket, with a proxy that refuses what is above 4 MiB before Berth sees it. The
ingest origin has another name and another port there, and all of it speaks plain http. Cloudflare itself was not asked.
`;

it("docs/edge-clients.md says what the real runs are held to (write it with: npx vitest run test/docs -u)", async () => {
  await expect(words).toMatchFileSnapshot("../../docs/edge-clients.md");
});
