// The log: one JSON line per event on standard output (pino).
//
// Lines are written together, several times a second: a system call for each would cost more than the request that it tells
// of. What went wrong is written at once, with all that came before it: it may be the last that this process says.
import { type DestinationStream, destination, type Logger, pino } from "pino";
import type { RequestRecord } from "#http/environment.ts";
import { requestLine } from "../request-line.ts";

const writeEveryMs = 100;
const writeAtLetters = 8 * 1024;

export interface Log extends Logger {
  /** A request has ended. One that failed by our own fault is an error. */
  request(record: RequestRecord): void;
}

export function createLog(level: string): Log {
  const output = gather();
  const timestamp = createTimestamp();
  const log = pino(
    { level, base: null, timestamp, formatters: { level: (label) => ({ level: label }) } },
    urgent(output),
  );
  const tellsRequests = log.isLevelEnabled("info");
  return Object.assign(log, {
    request(record: RequestRecord) {
      if (record.status >= 500) log.error(record, "request");
      else if (tellsRequests) output.write(requestLine(record, timestamp()));
    },
  });
}

interface Output {
  write(line: string): void;
  /** Writes all that was gathered. */
  flush(): void;
}

/** Standard output, in pieces of some kilobytes: each line that is handed over has its bytes counted and its own turn in a queue. */
function gather(): Output {
  // Written as bytes: of a text the library counts them once more.
  const standard = destination({ dest: 1, sync: true, contentMode: "buffer" });
  let lines = "";
  const flush = () => {
    const text = lines;
    lines = "";
    if (text !== "") standard.write(Buffer.from(text) as never);
  };
  setInterval(flush, writeEveryMs).unref();
  process.once("exit", () => {
    flush();
    standard.flushSync();
  });
  return {
    write(line) {
      lines += line;
      if (lines.length >= writeAtLetters) flush();
    },
    flush,
  };
}

/** Passes lines on, and has them written when one is a warning or worse: the level is what a line begins with. */
function urgent(output: Output): DestinationStream {
  return {
    write(line) {
      output.write(line);
      if (/^\{"level":"(?:warn|error|fatal)"/.test(line)) output.flush();
    },
  };
}

/** The time as pino wants it; the text is made once in each millisecond. */
function createTimestamp(): () => string {
  let madeAt = 0;
  let text = "";
  return () => {
    const now = Date.now();
    if (now !== madeAt) text = `,"time":"${new Date(now).toISOString()}"`;
    madeAt = now;
    return text;
  };
}
