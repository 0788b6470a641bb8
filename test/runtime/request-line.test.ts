// The line of a request is what pino would have made of it.
import { expect, it } from "vitest";
import { requestLine } from "#runtime/request-line.ts";

const record = {
  id: "0b0e7a1c-0000-4000-8000-000000000000",
  method: "GET",
  route: "/v2/{name}/blobs/{digest}",
  path: "/v2/admin/app/blobs/x",
  status: 200,
  bytesIn: 0,
  bytesOut: 4096,
  durationMs: 1.5,
  who: "admin",
  address: "127.0.0.1",
};
const time = ',"time":"2026-11-27T00:00:00.000Z"';

it("holds every field of the record, between level, time and message", () => {
  const line = requestLine(record, time);
  expect(line.endsWith("\n")).toBe(true);
  expect(JSON.parse(line)).toEqual({ level: "info", time: "2026-11-27T00:00:00.000Z", ...record, msg: "request" });
  expect(line.startsWith('{"level":"info"')).toBe(true);
});

it("no word of a client ends the line, a string, or the object", () => {
  const hostile = { ...record, method: 'G"ET', path: '/v2/a"\n{"level":"error"}\\\u2028', who: null, error: 'X: "\n' };
  const line = requestLine(hostile, time);
  expect(line.indexOf("\n")).toBe(line.length - 1);
  expect(JSON.parse(line)).toMatchObject({
    method: hostile.method,
    path: hostile.path,
    who: null,
    error: hostile.error,
  });
});
