// The shapes of the management API: DTR's fields, described by zod for checks and for the OpenAPI document.
import { z } from "@hono/zod-openapi";
import type { Repository } from "#core/repositories/repository.ts";

const visibility = z.enum(["public", "private"]);

/** Fields that DTR has and that take effect in a later version: they may be sent with the value that means "off". */
const notYet = {
  scanOnPush: z.boolean().optional(),
  enableManifestLists: z.boolean().optional(),
};

const settings = {
  shortDescription: z.string().max(1000).optional(),
  longDescription: z.string().max(25_000).optional(),
  visibility: visibility.optional(),
  immutableTags: z.boolean().optional(),
  /** 0 for none. */
  tagLimit: z.number().int().min(0).max(1_000_000).optional(),
  /** Berth's own: manifests may name content that is not here. */
  sparse: z.boolean().optional(),
  ...notYet,
};

export const createRepositoryForm = z
  .object({ name: z.string().min(1), ...settings })
  .openapi("forms.CreateRepo", { example: { name: "app", visibility: "private" } });
export const updateRepositoryForm = z
  .object(settings)
  .openapi("forms.UpdateRepo", { example: { shortDescription: "What it is", visibility: "public" } });

export const repositoryAnswer = z
  .object({
    id: z.string(),
    namespace: z.string(),
    namespaceType: z.enum(["user", "organization"]),
    name: z.string(),
    shortDescription: z.string(),
    longDescription: z.string().optional(),
    visibility,
    scanOnPush: z.boolean(),
    immutableTags: z.boolean(),
    enableManifestLists: z.boolean(),
    pulls: z.number().int(),
    pushes: z.number().int(),
    tagLimit: z.number().int(),
    sparse: z.boolean(),
  })
  .openapi("responses.Repository");

export const repositoriesAnswer = z
  .object({ repositories: z.array(repositoryAnswer) })
  .openapi("responses.Repositories");

const errorsAnswer = z
  .object({ errors: z.array(z.object({ code: z.string(), message: z.string(), detail: z.unknown() })).min(1) })
  .openapi("responses.Errors");

/** A JSON body for the OpenAPI document. */
export const json = <T extends z.ZodType>(schema: T, description: string) => ({
  description,
  content: { "application/json": { schema } },
});

/** The errors that every operation may answer. */
export const errorAnswers = {
  400: json(errorsAnswer, "wrong input"),
  401: json(errorsAnswer, "no credentials"),
  403: json(errorsAnswer, "not allowed"),
  404: json(errorsAnswer, "not there"),
  429: json(errorsAnswer, "too many attempts to log in"),
  500: json(errorsAnswer, "an error of the server's own"),
  503: json(errorsAnswer, "the database does not answer: try again"),
};

/** Those of operations that change something. */
export const changeErrorAnswers = {
  ...errorAnswers,
  409: json(errorsAnswer, "it cannot be so beside what is there"),
  415: json(errorsAnswer, "the body is no JSON"),
};

/** A repository in DTR's words. Lists leave the long description out. */
export function describeRepository(row: Repository, options: { long: boolean }): z.infer<typeof repositoryAnswer> {
  return {
    id: row.id,
    namespace: row.namespace,
    namespaceType: row.accountKind,
    name: row.name,
    shortDescription: row.shortDescription,
    ...(options.long ? { longDescription: row.longDescription } : {}),
    visibility: row.visibility,
    scanOnPush: false,
    immutableTags: row.immutableTags,
    enableManifestLists: false,
    pulls: row.pulls,
    pushes: row.pushes,
    tagLimit: row.tagLimit,
    sparse: row.sparse,
  };
}
