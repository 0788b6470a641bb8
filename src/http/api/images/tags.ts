// Tags, on DTR's paths: list, look, delete.
import { z } from "@hono/zod-openapi";
import { deleteTag } from "#core/images/delete.ts";
import { getTagRecords, pageTagRecords } from "#core/images/records.ts";
import { type Declaring, declareOpen } from "../../declare.ts";
import { describeTag, listTagAnswer, tagAnswer } from "./answers.ts";
import { answerPage, imagePageQuery, readImagePage } from "./page.ts";

const path = "/repositories/{namespace}/{reponame}/tags";
const params = z.object({ namespace: z.string(), reponame: z.string() });
const one = { path: `${path}/{reference}`, params: params.extend({ reference: z.string() }) };
/** The host that signed tags are named by; nothing is signed here yet. */
const domain = z.object({ domain: z.string().optional() });
const mostWithManifests = 100;

export function tagRoutes(to: Declaring): void {
  const { ctx } = to.surface;
  declareOpen(
    to,
    {
      method: "get",
      path,
      params,
      query: imagePageQuery.extend({ includeManifests: z.string().optional(), ...domain.shape }),
      summary: "tags of a repository",
      status: 200,
      answer: z.array(listTagAnswer),
    },
    async ({ c, caller, param }) => {
      const withManifests = c.req.query("includeManifests") === "true";
      const page = { ...readImagePage(c, withManifests ? mostWithManifests : undefined), withManifests };
      const found = await pageTagRecords(ctx, caller, `${param("namespace")}/${param("reponame")}`, page);
      return answerPage(c, found).map(describeTag);
    },
  );
  declareOpen(
    to,
    {
      ...one,
      method: "get",
      query: z.object({ os: z.string().optional(), arch: z.string().optional(), ...domain.shape }),
      summary: "a tag, or the tags of a digest: once for each platform",
      status: 200,
      answer: z.array(tagAnswer),
    },
    async ({ c, caller, param }) => {
      const repository = `${param("namespace")}/${param("reponame")}`;
      const asked = { reference: param("reference"), os: c.req.query("os"), architecture: c.req.query("arch") };
      return (await getTagRecords(ctx, caller, repository, asked)).map(describeTag);
    },
  );
  declareOpen(
    to,
    { ...one, method: "delete", query: domain, summary: "delete a tag, not what it names", status: 204 },
    ({ caller, param }) => deleteTag(ctx, caller, `${param("namespace")}/${param("reponame")}`, param("reference")),
  );
}
