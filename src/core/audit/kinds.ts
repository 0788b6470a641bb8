// What our events are in DTR's words, and who may learn of them: the one table of it.
import type { EventType } from "#db/queries/events.ts";

/**
 * Who learns of an event: whoever sees the repository; who may administer it; system admins alone. What belongs to no repository is for
 * system admins, whatever stands here.
 */
type Audience = "readers" | "admins" | "system admins";

interface Kind {
  /** DTR's word for what was done. */
  type: "CREATE" | "GET" | "UPDATE" | "DELETE" | "FAIL";
  /** DTR's word for what it was done to; beyond DTR's are ACCOUNT, ALIAS, MEMBER, TEAM, ACCESS, TOKEN, TRUST, SETTINGS, LOGIN and REQUEST. */
  object: string;
  shown: Audience;
}

const kind = (type: Kind["type"], object: string, shown: Audience): Kind => ({ type, object, shown });

/** A manifest that was pushed with tags is told as `tag.push`: the row is one, and DTR's lists are of tags. */
export const kinds: Record<EventType, Kind> = {
  "repository.create": kind("CREATE", "REPOSITORY", "readers"),
  "repository.update": kind("UPDATE", "REPOSITORY", "admins"),
  "repository.delete": kind("DELETE", "REPOSITORY", "readers"),
  "repository.rename": kind("UPDATE", "REPOSITORY", "admins"),
  "blob.push": kind("CREATE", "BLOB", "readers"),
  "blob.mount": kind("CREATE", "BLOB", "readers"),
  "blob.delete": kind("DELETE", "BLOB", "readers"),
  "blob.mark": kind("FAIL", "BLOB", "system admins"),
  "blob.heal": kind("UPDATE", "BLOB", "system admins"),
  "manifest.push": kind("CREATE", "MANIFEST", "readers"),
  "manifest.delete": kind("DELETE", "MANIFEST", "readers"),
  "tag.push": kind("CREATE", "TAG", "readers"),
  "tag.delete": kind("DELETE", "TAG", "readers"),
  "manifest.pull": kind("GET", "MANIFEST", "admins"),
  "access.update": kind("UPDATE", "ACCESS", "admins"),
  "access.delete": kind("DELETE", "ACCESS", "admins"),
  "namespace.create": kind("CREATE", "ACCOUNT", "system admins"),
  "account.create": kind("CREATE", "ACCOUNT", "system admins"),
  "account.update": kind("UPDATE", "ACCOUNT", "system admins"),
  "account.delete": kind("DELETE", "ACCOUNT", "system admins"),
  "account.rename": kind("UPDATE", "ACCOUNT", "system admins"),
  "alias.release": kind("DELETE", "ALIAS", "admins"),
  "member.update": kind("UPDATE", "MEMBER", "system admins"),
  "member.delete": kind("DELETE", "MEMBER", "system admins"),
  "team.create": kind("CREATE", "TEAM", "system admins"),
  "team.update": kind("UPDATE", "TEAM", "system admins"),
  "team.delete": kind("DELETE", "TEAM", "system admins"),
  "token.create": kind("CREATE", "TOKEN", "system admins"),
  "token.update": kind("UPDATE", "TOKEN", "system admins"),
  "token.delete": kind("DELETE", "TOKEN", "system admins"),
  "session.create": kind("CREATE", "LOGIN", "system admins"),
  "session.delete": kind("DELETE", "LOGIN", "system admins"),
  "trust.create": kind("CREATE", "TRUST", "system admins"),
  "trust.delete": kind("DELETE", "TRUST", "system admins"),
  "workload.login": kind("CREATE", "LOGIN", "system admins"),
  "settings.update": kind("UPDATE", "SETTINGS", "system admins"),
  "login.success": kind("CREATE", "LOGIN", "system admins"),
  "login.fail": kind("FAIL", "LOGIN", "system admins"),
  "request.deny": kind("FAIL", "REQUEST", "system admins"),
};

/** The kind of a row; a row that another version wrote may be of a kind that this one does not know. */
export function kindOf(type: EventType): Kind {
  return kinds[type] ?? kind("UPDATE", "UNKNOWN", "system admins");
}

export interface KindFilter {
  /** DTR's words, in upper case. */
  type?: string | undefined;
  object?: string | undefined;
  excludePull?: boolean;
}

/** Our types that pass a filter, of one audience. */
export function typesFor(audience: Audience, { type, object, excludePull }: KindFilter): EventType[] {
  return (Object.keys(kinds) as EventType[]).filter((name) => {
    const at = kinds[name];
    if (at.shown !== audience) return false;
    if (excludePull && at.type === "GET") return false;
    return (type === undefined || at.type === type) && (object === undefined || at.object === object);
  });
}
