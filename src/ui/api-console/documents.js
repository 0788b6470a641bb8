// Makes one OpenAPI document of those that the server has: each operation under its whole path.

/** Where the server tells what it can do. */
const addresses = ["/api/v0/openapi.json", "/enzi/v0/openapi.json"];

/**
 * @typedef {{ name: string, description?: string }} Tag
 * @typedef {{ summary?: string, tags?: string[], responses?: Record<string, { description: string, content?: unknown }> }} Operation
 * @typedef {{ openapi: string, info: { title: string, version: string, description?: string }, servers: { url: string }[],
 *   tags: Tag[], paths: Record<string, Record<string, Operation>>, components: Record<string, Record<string, unknown>> }} Document
 */

/** @returns {Promise<Document>} */
export async function readDocuments() {
  const [first, ...others] = await Promise.all(addresses.map(readDocument));
  if (!first) throw new Error("there is no document");
  return others.reduce(merge, withWholePaths(first));
}

/**
 * @param {string} address
 * @returns {Promise<Document>}
 */
async function readDocument(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address} is answered with ${answer.status}`);
  return answer.json();
}

/**
 * @param {Document} document
 * @returns {Document}
 */
function withWholePaths(document) {
  const base = document.servers[0]?.url ?? "";
  const paths = Object.entries(document.paths).map(([path, operations]) => {
    const named = Object.entries(operations).map(([method, operation]) => [
      method,
      { ...operation, ...lightened(operation), operationId: idOf(`${method}${base}${path}`) },
    ]);
    return [`${base}${path}`, Object.fromEntries(named)];
  });
  return { ...document, paths: Object.fromEntries(paths), servers: [{ url: "/" }] };
}

/**
 * The form of errors is the same everywhere and is told once, and credentials are the page's own: without them Swagger UI, which
 * reads the whole document again for each operation that is opened, has a third of the work.
 * @param {Operation} operation
 */
function lightened({ responses = {} }) {
  const lighter = Object.entries(responses).map(([status, response]) => [
    status,
    status.startsWith("2") ? response : { description: response.description },
  ]);
  return { security: [], responses: Object.fromEntries(lighter) };
}

/**
 * What stands for an operation in the page's address.
 * @param {string} text
 */
function idOf(text) {
  return text.replaceAll(/[^a-z0-9]+/gi, "-").replace(/-$/, "");
}

/**
 * @param {Document} into
 * @param {Document} other
 * @returns {Document}
 */
function merge(into, other) {
  const { paths, components, tags } = withWholePaths(withOwnNames(other, into));
  const known = new Set(into.tags.map(({ name }) => name));
  /** @type {Document["components"]} */
  const all = { ...into.components };
  for (const [kind, named] of Object.entries(components)) all[kind] = { ...all[kind], ...named };
  return {
    ...into,
    tags: [...into.tags, ...tags.filter(({ name }) => !known.has(name))],
    paths: { ...into.paths, ...paths },
    components: all,
  };
}

/**
 * Schemas of one name that are not the same get another name.
 * @param {Document} document
 * @param {Document} into
 * @returns {Document}
 */
function withOwnNames(document, into) {
  const taken = into.components.schemas ?? {};
  const base = (document.servers[0]?.url ?? "").replaceAll("/", ".");
  const names = Object.entries(document.components.schemas ?? {})
    .filter(([name, schema]) => name in taken && JSON.stringify(schema) !== JSON.stringify(taken[name]))
    .map(([name]) => name);
  let text = JSON.stringify(document);
  for (const name of names)
    text = text
      .replaceAll(`"#/components/schemas/${name}"`, `"#/components/schemas/${name}${base}"`)
      .replaceAll(`"${name}":`, `"${name}${base}":`);
  return JSON.parse(text);
}
