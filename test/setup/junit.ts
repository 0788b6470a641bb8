// Reads the reports (JUnit's XML) of vitest and of `bun test`: which tests there were, and what became of them.

export interface Reported {
  file: string;
  /** With the names of what it lies in. */
  name: string;
  state: "passed" | "failed" | "skipped";
}

export function readJUnit(xml: string): Reported[] {
  const found: Reported[] = [];
  /** Names of the suites that are open. */
  const within: string[] = [];
  let current: Reported | null = null;
  const close = () => {
    if (current) found.push(current);
    current = null;
  };
  for (const [, end, tag, words = "", single] of xml.matchAll(/<(\/?)([a-z]+)((?:\s+[\w-]+="[^"]*")*)\s*(\/?)>/g)) {
    if (tag === "testsuite" && end) within.pop();
    else if (tag === "testsuite") within.push(attribute(words, "name"));
    else if (tag === "testcase" && end) close();
    else if (tag === "testcase") {
      // vitest has one suite for each file and puts the other names into the test's; bun has a suite for each name.
      const [file = "", ...names] = within;
      current = { file, name: [...names, attribute(words, "name")].join(" > "), state: "passed" };
      if (single) close();
    } else if (current && tag === "skipped") current.state = "skipped";
    else if (current && (tag === "failure" || tag === "error")) current.state = "failed";
  }
  return found;
}

function attribute(words: string, name: string): string {
  const text = new RegExp(`\\s${name}="([^"]*)"`).exec(words)?.[1] ?? "";
  const entities: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  return text.replaceAll(/&(?:#(\d+)|#x([0-9a-fA-F]+)|(\w+));/g, (whole, decimal, hex, word) =>
    decimal || hex
      ? String.fromCodePoint(decimal ? Number(decimal) : Number.parseInt(hex, 16))
      : (entities[word] ?? whole),
  );
}
