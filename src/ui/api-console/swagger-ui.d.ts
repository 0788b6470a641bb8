// What is used of Swagger UI, which a script of its own puts there.

/** @param options as its documentation has them. */
declare function SwaggerUIBundle(options: Record<string, unknown>): {
  layoutActions: { updateFilter(text: string | boolean): void };
};
