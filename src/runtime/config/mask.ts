// Keeps passwords out of what Berth prints about its configuration.

/** The URL with its password (in the authority or as a parameter) replaced by stars; "(a URL)" when it cannot be read. */
export function maskUrl(input: string): string {
  const url = URL.parse(input);
  if (!url) return "(a URL)";
  if (!url.host && input.includes("@")) return `${url.protocol}***`;
  const secrets = [...url.searchParams.keys()].filter((name) => /pass|secret|key|token/i.test(name));
  if (!url.password && secrets.length === 0) return input;
  if (url.password) url.password = "***";
  for (const name of secrets) url.searchParams.set(name, "***");
  return url.href.replaceAll("%2A%2A%2A", "***");
}

/** A wrong value as it may be shown: on one line, cut short, without what may be a password in a URL. */
export function quoteValue(input: string): string {
  const shown = /:\/\/|@/.test(input) ? maskUrl(input) : input;
  return JSON.stringify(shown.length > 80 ? `${shown.slice(0, 80)}...` : shown);
}
