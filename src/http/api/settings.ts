// The server's settings, on DTR's path: as many of DTR's fields as have an effect in this version, and Berth's own.
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { changeSettings, showSettings } from "#core/settings.ts";
import { authenticate } from "../authenticate.ts";
import type { AppEnv, Surface } from "../environment.ts";
import { errorAnswers, json } from "./forms.ts";
import { definite, readJson } from "./request.ts";

const settingsForm = z
  .strictObject({
    createRepositoryOnPush: z.boolean().optional(),
    createNamespaceOnPush: z.boolean().optional(),
    passwordMinLength: z.number().int().min(8).max(128).optional(),
    accessTokenInQuery: z.boolean().optional(),
  })
  .openapi("forms.Settings");
const settingsAnswer = z
  .object({
    createRepositoryOnPush: z.boolean(),
    createNamespaceOnPush: z.boolean(),
    passwordMinLength: z.number().int(),
    accessTokenInQuery: z.boolean(),
  })
  .openapi("responses.Settings");

const path = "/meta/settings";
const tags = ["settings"];
const look = createRoute({
  method: "get",
  path,
  tags,
  responses: { 200: json(settingsAnswer, "in force"), ...errorAnswers },
});
const change = createRoute({
  method: "post",
  path,
  tags,
  request: { body: json(settingsForm, "what changes; a field without effect in this version is refused") },
  responses: { 202: json(settingsAnswer, "in force now"), ...errorAnswers },
});

export function settingsRoutes(surface: Surface): OpenAPIHono<AppEnv> {
  const app = new OpenAPIHono<AppEnv>({ strict: false });
  for (const route of [look, change]) app.openAPIRegistry.registerPath(route);
  app.get(path, async (c) => {
    c.set("route", `/api/v0${path}`);
    return c.json(await showSettings(surface.ctx, await authenticate(c, surface)));
  });
  app.post(path, async (c) => {
    c.set("route", `/api/v0${path}`);
    const caller = await authenticate(c, surface);
    await showSettings(surface.ctx, caller);
    const form = await readJson(c, surface.around, settingsForm);
    return c.json(await changeSettings(surface.ctx, caller, definite(form)), 202);
  });
  return app;
}
