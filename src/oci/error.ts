// The closed set of error codes that rules may throw, with the message a client sees when the rule gives none.

/** Codes of the distribution specification, of the Docker Registry v2 API and of DTR's own API. */
const errorMessages = {
  BLOB_UNKNOWN: "blob unknown to registry",
  BLOB_UPLOAD_INVALID: "blob upload invalid",
  BLOB_UPLOAD_UNKNOWN: "blob upload unknown to registry",
  DIGEST_INVALID: "provided digest did not match uploaded content",
  MANIFEST_BLOB_UNKNOWN: "manifest references a blob unknown to this repository",
  MANIFEST_INVALID: "manifest invalid",
  MANIFEST_UNKNOWN: "manifest unknown",
  MANIFEST_TOO_LARGE: "manifest is larger than this registry accepts",
  BODY_TOO_LARGE: "the request's body is larger than it can be here",
  NAME_INVALID: "invalid repository name",
  NAME_UNKNOWN: "repository name not known to registry",
  SIZE_INVALID: "provided length did not match content length",
  TAG_INVALID: "invalid tag name",
  RANGE_INVALID: "invalid content range",
  PAGINATION_NUMBER_INVALID: "invalid number of results requested",
  UNAUTHORIZED: "authentication required",
  DENIED: "requested access to the resource is denied",
  READ_ONLY:
    "the registry is read-only: nothing can be pushed, changed or deleted until an admin ends that (setting readOnlyRegistry); pulls go on",
  UNSUPPORTED: "the operation is unsupported",
  ROUTE_UNKNOWN: "there is nothing at this address",
  TOOMANYREQUESTS: "too many requests",
  UNAVAILABLE: "service unavailable",
  INSUFFICIENT_STORAGE: "the registry's storage is almost full",
  CLIENT_TOO_SLOW: "the client was too slow",
  UNKNOWN: "unknown error",
  NOT_AUTHENTICATED: "The client is not authenticated.",
  NOT_AUTHORIZED: "The client is not authorized.",
  NOT_ACCEPTABLE: "The requested representation is not available.",
  UNSUPPORTED_MEDIA_TYPE: "The request's content type is not supported; send application/json.",
  NOT_ALLOWED: "The method is not allowed here.",
  INTERNAL_ERROR: "An internal error occurred.",
  INVALID_JSON: "The request's body is not valid JSON.",
  INVALID_PARAMETERS: "The request's parameters are not valid.",
  INVALID_REPOSITORY_NAME: "The repository name is not valid.",
  INVALID_REPOSITORY_VISIBILITY: "The visibility must be public or private.",
  ACCOUNT_EXISTS: "An account with the given name already exists.",
  TEAM_EXISTS: "A team with the given name already exists in this organization.",
  INVALID_ACCOUNT_NAME: "The account name is not valid.",
  INVALID_TEAM_NAME: "The team name is not valid.",
  INVALID_SETTINGS: "The settings are not valid.",
  INVALID_USER_SETTINGS: "The user's settings are not valid.",
  INVALID_PASSWORD: "The password is not one that can be used here.",
  PASSWORD_INCORRECT: "The old password is not right.",
  SECOND_FACTOR_REQUIRED: "This account has a second factor: its code is needed beside the password.",
  SECOND_FACTOR_INCORRECT: "The code is not right, or was used before.",
  SECOND_FACTOR_EXISTS: "The account has a second factor already: end that one first.",
  NO_SUCH_SECOND_FACTOR: "The account has no second factor.",
  LAST_ADMIN: "The last system admin cannot be removed: make another account a system admin first.",
  LAST_OWNER: "The last owner of an organization cannot be removed: make another member an owner first.",
  NO_SUCH_API_TOKEN: "An access token with the given hash does not exist.",
  NO_SUCH_SESSION: "A session with the given id does not exist.",
  NO_SUCH_USER: "A user with the given name does not exist.",
  NO_SUCH_TEAM: "A team with the given name does not exist in this organization.",
  NO_SUCH_MEMBER: "The user is not a member.",
  NO_SUCH_SERVICE_ACCOUNT: "A service account with the given name does not exist in this organization.",
  NO_SUCH_TRUST_RULE: "The service account has no trust rule with the given id.",
  NO_SUCH_SERVICE_ACCOUNT_ACCESS: "The service account was granted nothing here.",
  NO_SUCH_REPOSITORY_TEAM_ACCESS: "The team was granted nothing on this repository.",
  NO_SUCH_REPOSITORY_USER_ACCESS: "The user was granted nothing on this repository himself.",
  NO_SUCH_PATTERN_ACCESS: "There is no such grant on a pattern in this namespace.",
  NO_SUCH_NAMESPACE_TEAM_ACCESS: "The team was granted nothing on this namespace.",
  NO_SUCH_ACCOUNT: "An account with the given name does not exist.",
  NO_SUCH_REPOSITORY: "A repository with the given name does not exist.",
  NO_SUCH_ALIAS: "No such former name is held here.",
  NO_SUCH_TAG: "A tag with the given name does not exist for the given repository.",
  NO_SUCH_REF: "A ref with the given name does not exist for the given repository.",
  INVALID_DIGEST: "The given digest is invalid.",
  NO_SUCH_ROUTE: "There is no such operation.",
  REPOSITORY_EXISTS: "A repository with the given name already exists.",
} as const;

export type ErrorCode = keyof typeof errorMessages;

/** One entry of an error answer. */
export interface ErrorEntry {
  code: ErrorCode;
  message: string;
  detail?: unknown;
}

/** Facts that a surface needs to answer an error well, beside its entries. */
export interface ErrorContext {
  /** Seconds after which a retry makes sense. */
  retryAfterSeconds?: number;
  /** The state of an upload session, so that the client can go on. */
  upload?: { repositoryId: string; id: string; offset: number };
  /** The size of the content of which a range was asked that it has not. */
  sizeBytes?: number;
  /** The access that was missing, in the token specification's scope grammar. */
  scope?: string;
  /** Why a presented token was not enough. */
  challengeError?: "invalid_token" | "insufficient_scope";
}

/** What a rule throws; surfaces turn it into their protocol's form once. */
export class RegistryError extends Error {
  readonly entries: readonly ErrorEntry[];
  readonly context: ErrorContext;

  constructor(entries: ErrorEntry | readonly ErrorEntry[], context: ErrorContext = {}) {
    const list = Array.isArray(entries) ? entries : [entries as ErrorEntry];
    super(list[0]?.message ?? errorMessages.UNKNOWN);
    this.name = "RegistryError";
    this.entries = list;
    this.context = context;
  }

  /** The first entry's code: the one that decides the answer. */
  get code(): ErrorCode {
    return this.entries[0]?.code ?? "UNKNOWN";
  }
}

/** Builds the usual error of one entry. */
export function registryError(
  code: ErrorCode,
  message?: string,
  detail?: unknown,
  context?: ErrorContext,
): RegistryError {
  return new RegistryError(
    { code, message: message ?? errorMessages[code], ...(detail === undefined ? {} : { detail }) },
    context,
  );
}
