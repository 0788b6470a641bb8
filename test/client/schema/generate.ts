// Makes src/client/schema.ts: the types of every operation of the management API, from the documents that are made of the routes.
import { registerHooks } from "node:module";
import { readDocuments } from "#test/docs/dtr-operations/routes.ts";

interface Operation {
  responses: Record<string, unknown>;
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown> };
}

/** The text of src/client/schema.ts. */
export async function generateSchema(): Promise<string> {
  // The generator needs TypeScript's own API, which is not in TypeScript 7.
  const hooks = registerHooks({
    resolve: (specifier, context, next) => next(specifier === "typescript" ? "typescript-5" : specifier, context),
  });
  const { default: generate, astToString } = await import("openapi-typescript");
  hooks.deregister();
  const nodes = await generate(JSON.stringify(await readWhole()), { alphabetize: true });
  return [
    "// What the management API takes and answers, by path and method. Written by `npm run client`: do not edit.",
    "",
    astToString(nodes).trim(),
    "",
  ].join("\n");
}

/** Both documents as one, without refusals: those are all of one form, and the client throws them. */
async function readWhole(): Promise<object> {
  const paths: Document["paths"] = {};
  const schemas: Record<string, unknown> = {};
  for (const [base, read] of await readDocuments()) {
    const document = read as Document;
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      if (name in schemas && JSON.stringify(schemas[name]) !== JSON.stringify(schema))
        throw new Error(`${name} is two things in the OpenAPI documents`);
      schemas[name] = schema;
    }
    for (const [path, methods] of Object.entries(document.paths))
      paths[`${base}${path}`] = Object.fromEntries(
        Object.entries(methods).map(([method, operation]) => [method, withoutRefusals(operation)]),
      );
  }
  return { openapi: "3.1.0", info: { title: "Berth", version: "0" }, paths, components: { schemas } };
}

function withoutRefusals(operation: Operation): Operation {
  const success = Object.entries(operation.responses).filter(([status]) => status.startsWith("2"));
  return { ...operation, responses: Object.fromEntries(success) };
}
