// Repository and account names: the grammar of the distribution specification, narrowed to Berth's namespace/name form.
import { registryError } from "./error.ts";

const component = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
/** Of a repository's full name. */
export const maxNameLength = 255;

/** First path segments of the server and words that would confuse people: never an account's name. */
export const reservedAccountNames: ReadonlySet<string> = new Set(
  (
    "_ping _catalog access account accounts admin-api api assets auth berth blobs catalog charts console docs enzi ext " +
    "favicon.ico feed health help index live load_balancer_status login logout manifests meta metrics nginx_status none " +
    "oauth openapi openid org orgs ping referrers registry repositories robots.txt search settings setup signup static " +
    "system tags token ui uploads v1 v2 v3 version well-known"
  ).split(" "),
);

/** A repository's name, split where the account's name ends. */
export interface RepositoryName {
  namespace: string;
  name: string;
}

/**
 * Parses `namespace/name`, where name may have several segments.
 * @throws NAME_INVALID with a message that says how to write it.
 */
export function parseRepositoryName(text: string): RepositoryName {
  const problem = repositoryNameProblem(text);
  if (problem) throw registryError("NAME_INVALID", problem, { name: text.slice(0, 300) });
  const slash = text.indexOf("/");
  return { namespace: text.slice(0, slash), name: text.slice(slash + 1) };
}

/** What follows the namespace in a repository's full name. */
export function nameWithin(path: string): string {
  return path.slice(path.indexOf("/") + 1);
}

/** Says what is wrong with a repository's full name, or null when it is well formed. */
function repositoryNameProblem(text: string): string | null {
  if (text.length > maxNameLength) return `repository name is longer than ${maxNameLength} characters`;
  const segments = text.split("/");
  for (const segment of segments) {
    if (component.test(segment)) continue;
    if (segment === "") return "repository name has an empty segment";
    return `invalid repository name segment ${JSON.stringify(segment)}: use lower-case letters and digits, separated by one ".", "_", "__" or dashes`;
  }
  if (segments.length < 2)
    return `repository name ${JSON.stringify(text)} has no namespace: write it as namespace/name, for example library/${text}`;
  return null;
}

/** Whether the text may be a repository's name inside its namespace. */
export function isRepositoryPath(text: string): boolean {
  return text.length <= maxNameLength && text.split("/").every((segment) => component.test(segment));
}

/** Whether a word is an id: a name in the same place never is, so that paths can take either. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

/** Says why a word cannot be the name of an account (user or organization), or null when it can. */
export function accountNameProblem(text: string): string | null {
  if (text.length < 1 || text.length > 100) return "an account name has 1 to 100 characters";
  if (!component.test(text))
    return 'an account name has lower-case letters and digits, separated by one ".", "_", "__" or dashes';
  if (reservedAccountNames.has(text)) return `${text} is a reserved word`;
  if (isUuid(text)) return "an account name cannot be a UUID";
  return null;
}

/** A service account's whole name; the sign between the two can stand in no namespace, and so in no repository's name. */
export function serviceAccountName(organization: string, shortName: string): string {
  return `${organization}+${shortName}`;
}

/** Whether a name that an account has, or had, is a service account's. */
export function isServiceAccountName(name: string): boolean {
  return name.includes("+");
}

/** Says why a word cannot be what follows the organization in a service account's name, or null when it can. */
export function serviceAccountNameProblem(shortName: string): string | null {
  if (shortName.length < 1 || shortName.length > 60) return "a service account's name has 1 to 60 characters";
  if (!component.test(shortName))
    return 'a service account\'s name has lower-case letters and digits, separated by one ".", "_", "__" or dashes';
  if (isUuid(shortName)) return "a service account's name cannot be a UUID";
  return null;
}
