// A repository as the surfaces know it, and what may be changed of it.
import type { RepositoryChange as Change, RepositoryRow } from "#db/queries/repositories.ts";

export type Repository = RepositoryRow;
export type RepositoryChange = Change;
