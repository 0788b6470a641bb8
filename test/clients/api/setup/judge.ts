// Judges answers by an OpenAPI document: whether it has such a status for the operation, and whether the body is what it says.
import { z } from "zod";

type Json = { [name: string]: Json } & object;

/** Of a document, what this needs: Swagger 2 and OpenAPI 3.1 alike. */
export interface Document {
  operations: Map<string, Published>;
  /** What is wrong with a body, one line each. A field that the schema has not is wrong, too. */
  check(schema: Json, body: unknown): string[];
}

export interface Published {
  /** By status; null where the document shows no body. */
  answers: Map<string, Json | null>;
  /** The fields of its form. */
  form: string[];
}

/** Parameters have no names here, so that documents that call them otherwise can be compared. */
export function shapeOf(operation: string): string {
  return operation.replaceAll(/\{\w+\}/g, "{}");
}

/** @param base stands before its paths. */
export function readDocument(text: string, base: string): Document {
  const document = JSON.parse(text);
  const definitions = closed(document.definitions ?? document.components?.schemas ?? {}) as Json;
  const operations = new Map<string, Published>();
  for (const [path, methods] of Object.entries<Json>(document.paths))
    for (const [method, operation] of Object.entries<Json>(methods))
      if (["get", "post", "put", "patch", "delete"].includes(method))
        operations.set(shapeOf(`${method.toUpperCase()} ${base}${path}`), published(operation, definitions));
  const check = (schema: Json, body: unknown) => {
    const parsed = z.fromJSONSchema({ ...(closed(schema) as Json), definitions } as never, {
      defaultTarget: "draft-7",
    });
    const { error } = parsed.safeParse(body);
    return (error?.issues ?? []).flatMap((issue) =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => `${pathOf([...issue.path, key])}: unknown`)
        : [`${pathOf(issue.path)}: ${issue.message}`],
    );
  };
  return { operations, check };
}

/** Where in a body; places in a list are alike. */
function pathOf(path: readonly PropertyKey[]): string {
  return path.map((part) => (typeof part === "number" ? "[]" : String(part))).join(".") || "body";
}

function published(operation: Json, definitions: Json): Published {
  const answers = new Map<string, Json | null>();
  for (const [status, answer] of Object.entries<Json>(operation.responses ?? {}))
    answers.set(status, answer.schema ?? answer.content?.["application/json"]?.schema ?? null);
  const parameters = (operation.parameters ?? []) as unknown as Json[];
  const body = parameters.find((parameter) => (parameter.in as unknown) === "body")?.schema;
  const form = body ?? operation.requestBody?.content?.["application/json"]?.schema;
  const name = String(form?.$ref ?? "").replace(/^.*\//, "");
  return { answers, form: Object.keys((name ? definitions[name] : form)?.properties ?? {}) };
}

/** References to one place, and objects that are closed: what a schema does not name is told, too. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  const own = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, closed(value)])) as Json;
  const { $ref } = schema as { $ref?: unknown };
  if (typeof $ref === "string") return { $ref: $ref.replace("#/components/schemas/", "#/definitions/") };
  const isObject = typeof own.properties === "object" && !("type" in own && typeof own.type === "object");
  if (!isObject) return own;
  return { type: "object", ...("additionalProperties" in own ? {} : { additionalProperties: false }), ...own };
}
