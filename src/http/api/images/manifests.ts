// Manifests, on DTR's paths: list, look, delete.
import { z } from "@hono/zod-openapi";
import { deleteManifest } from "#core/images/delete.ts";
import { getManifestRecord, pageManifestRecords } from "#core/images/records.ts";
import { type Declaring, declareOpen } from "../../declare.ts";
import { describeManifest, manifestAnswer } from "./answers.ts";
import { answerPage, imagePageQuery, readImagePage } from "./page.ts";

const path = "/repositories/{namespace}/{reponame}/manifests";
const params = z.object({ namespace: z.string(), reponame: z.string() });
const one = { path: `${path}/{reference}`, params: params.extend({ reference: z.string() }) };
const most = 100;

export function manifestRoutes(to: Declaring): void {
  const { ctx } = to.surface;
  declareOpen(
    to,
    {
      method: "get",
      path,
      params,
      query: imagePageQuery,
      summary: "manifests of a repository",
      status: 200,
      answer: z.array(manifestAnswer),
    },
    async ({ c, caller, param }) => {
      const repository = `${param("namespace")}/${param("reponame")}`;
      const found = await pageManifestRecords(ctx, caller, repository, readImagePage(c, most));
      return answerPage(c, found).map(describeManifest);
    },
  );
  declareOpen(
    to,
    { ...one, method: "get", summary: "the manifest of a tag or a digest", status: 200, answer: manifestAnswer },
    async ({ caller, param }) => {
      const repository = `${param("namespace")}/${param("reponame")}`;
      return describeManifest(await getManifestRecord(ctx, caller, repository, param("reference")));
    },
  );
  declareOpen(
    to,
    { ...one, method: "delete", summary: "delete a manifest with its tags, or a tag alone", status: 204 },
    ({ caller, param }) =>
      deleteManifest(ctx, caller, `${param("namespace")}/${param("reponame")}`, param("reference")),
  );
}
