// DTR's permissions, as its documentation tells them: what a person may on a repository, and nothing else.

export type Level = "read-only" | "read-write" | "admin";

export interface ModelPerson {
  isAdmin: boolean;
  isActive: boolean;
  globalRole: "none" | "read-only" | "read-write";
}

export interface ModelRepository {
  namespace: string;
  isPublic: boolean;
}

export class PermissionsModel {
  people = new Map<string, ModelPerson>();
  repositories = new Map<string, ModelRepository>();
  owners = new Set<string>(); // "org person"
  members = new Set<string>(); // "org/team person"
  /** "org/team on" or "person on", where `on` is a repository, an organization for all of it, or "org/pattern pattern". */
  grants = new Map<string, Level>();
  /** Those that an hour ends. */
  ending = new Set<string>();

  /** Everything that gives something counts, and the highest wins. */
  may(person: string | null, action: "pull" | "push" | "administer", path: string): boolean {
    const repository = this.repositories.get(path);
    if (!repository) return false;
    const asked = { pull: 1, push: 2, administer: 3 }[action];
    return this.rank(person, path, repository) >= asked;
  }

  private rank(name: string | null, path: string, { namespace, isPublic }: ModelRepository): number {
    const ranks = { none: 0, "read-only": 1, "read-write": 2, admin: 3 };
    const person = name === null ? undefined : this.people.get(name);
    if (person && !person.isActive) return 0; // He cannot log in at all.
    let best = isPublic ? 1 : 0;
    if (!person) return best;
    if (person.isAdmin || namespace === name || this.owners.has(`${namespace} ${name}`)) return 3;
    best = Math.max(best, ranks[person.globalRole]);
    for (const [grant, level] of this.grants) {
      const [who, on = "", isPattern] = grant.split(" ");
      if (who !== name && !(this.members.has(`${who} ${name}`) && who?.startsWith(`${namespace}/`))) continue;
      const fits = isPattern ? new RegExp(`^${on.replaceAll("*", ".*")}$`).test(path) : on === path || on === namespace;
      if (fits) best = Math.max(best, ranks[level]);
    }
    return best;
  }
}
