// Scopes of the token protocol: `type[(class)]:name:action{,action}`, several in one string, in any order, with repeats.

/** One resource and the actions asked for it. */
export interface Scope {
  type: string;
  name: string;
  actions: string[];
}

const maxScopes = 64;

/** Parses one or several `scope` parameters, each of which may hold several scopes; malformed ones are left out. */
export function parseScopes(parameters: readonly string[]): Scope[] {
  const byResource = new Map<string, Scope>();
  for (const word of parameters.join(" ").split(/\s+/)) {
    const scope = parseScope(word);
    if (!scope) continue;
    const key = `${scope.type}:${scope.name}`;
    const known = byResource.get(key);
    if (known) known.actions = [...new Set([...known.actions, ...scope.actions])];
    else if (byResource.size < maxScopes) byResource.set(key, scope);
  }
  return [...byResource.values()];
}

/** The name may hold a host and port, so the type ends at the first colon and the actions begin after the last. */
function parseScope(word: string): Scope | null {
  const first = word.indexOf(":");
  const last = word.lastIndexOf(":");
  if (first <= 0 || last === first) return null;
  const type = word.slice(0, first).replace(/\([^)]*\)$/, "");
  const name = word.slice(first + 1, last);
  const actions = [
    ...new Set(
      word
        .slice(last + 1)
        .split(",")
        .filter(Boolean),
    ),
  ];
  return name ? { type, name, actions } : null;
}

/** The scope as it stands in a challenge or an answer. */
export function formatScope(scope: Scope): string {
  return `${scope.type}:${scope.name}:${scope.actions.join(",")}`;
}
