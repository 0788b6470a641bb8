// The shapes of service accounts: Berth's own, so a field that it does not know is refused.
import { z } from "@hono/zod-openapi";
import type { ServiceAccountRow } from "#core/accounts/service-accounts/service-accounts.ts";
import { accessLevel } from "../access-forms.ts";
import { tokenScope } from "../access-tokens.ts";
import { repositoryAnswer } from "../forms.ts";

const description = z.string().max(1000);
const label = z.string().max(200);
/** What a secret is good for at most. */
const scopes = z.array(tokenScope).min(1).max(20);
const expiresAt = z.iso.datetime({ offset: true });

export const createServiceAccountForm = z
  .strictObject({ name: z.string().max(200), description: description.optional() })
  .openapi("forms.CreateServiceAccount", { example: { name: "builder", description: "Pushes what main builds" } });
export const updateServiceAccountForm = z
  .strictObject({ description: description.optional(), isActive: z.boolean().optional() })
  .openapi("forms.UpdateServiceAccount", { example: { isActive: false } });
export const createSecretForm = z
  .strictObject({ tokenLabel: label.optional(), expiresAt: expiresAt.optional(), scopes: scopes.optional() })
  .openapi("forms.CreateServiceAccountSecret", { example: { tokenLabel: "main" } });
export const rotateSecretsForm = z
  .strictObject({
    tokenLabel: label.optional(),
    expiresAt: expiresAt.optional(),
    scopes: scopes.optional(),
    /** How long the secrets before it go on: from at once to 30 days; a day when it is not said. */
    overlapSeconds: z.number().int().min(0).max(2_592_000).optional(),
  })
  .openapi("forms.RotateServiceAccountSecrets", { example: { tokenLabel: "main", overlapSeconds: 3600 } });
export const grantForm = z
  .strictObject({ accessLevel, expiresAt: expiresAt.nullable().optional() })
  .openapi("forms.ServiceAccountAccess", { example: { accessLevel: "read-write" } });

export const serviceAccountAnswer = z
  .object({
    id: z.string(),
    orgID: z.string(),
    /** What `docker login -u` takes. */
    name: z.string(),
    description: z.string(),
    isActive: z.boolean(),
    createdAt: z.string(),
    lastUsed: z.string().nullable(),
  })
  .openapi("responses.ServiceAccount");
export const serviceAccountsAnswer = z
  .object({ serviceAccounts: z.array(serviceAccountAnswer) })
  .openapi("responses.ServiceAccounts");
export const repositoryGrantAnswer = z
  .object({ accessLevel, expiresAt: expiresAt.optional(), repository: repositoryAnswer })
  .openapi("responses.ServiceAccountRepositoryAccess");
export const repositoryGrantsAnswer = z
  .object({ repositoryAccessList: z.array(repositoryGrantAnswer) })
  .openapi("responses.ServiceAccountRepositoryAccessList");
export const namespaceGrantAnswer = z
  .object({ accessLevel, expiresAt: expiresAt.optional(), namespace: z.string() })
  .openapi("responses.ServiceAccountNamespaceAccess");

export function describeServiceAccount(row: ServiceAccountRow): z.infer<typeof serviceAccountAnswer> {
  const time = (text: string) => new Date(text).toISOString();
  return {
    id: row.id,
    orgID: row.ownerId,
    name: row.name,
    description: row.description,
    isActive: row.isActive,
    createdAt: time(row.createdAt),
    lastUsed: row.lastUsedAt === null ? null : time(row.lastUsedAt),
  };
}
