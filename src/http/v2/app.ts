// The registry protocol for runtimes that have fetch: bodies and answers are web streams.
import { Hono } from "hono";
import type { AppEnv, Surface } from "../environment.ts";
import { headOf } from "../head.ts";
import { bodyOf } from "../rate.ts";
import { answerV2 } from "./routes.ts";
import { sendAnswer } from "./send.ts";

export function v2Routes(surface: Surface): Hono<AppEnv> {
  const app = new Hono<AppEnv>({ strict: false });
  app.all("*", async (c) => {
    const { answer, route, who, error } = await answerV2({
      ...surface,
      head: headOf(c, surface.around),
      incoming: bodyOf(c, surface.around),
    });
    c.set("route", route);
    c.set("who", who);
    c.set("error", error);
    return sendAnswer(c, surface, answer);
  });
  return app;
}
