// The log: one JSON line per event on standard output (pino).
//
// Lines are written together, several times a second: a system call for each would cost more than the request that it tells
// of. What went wrong is written at once, with all that came before it: it may be the last that this process says.
import { type DestinationStream, destination, type Logger, pino } from "pino";

const writeEveryMs = 100;
const writeAtBytes = 8 * 1024;

export type Log = Logger;

export function createLog(level: string): Log {
  const output = destination({ dest: 1, sync: true, minLength: writeAtBytes });
  setInterval(() => output.flush(), writeEveryMs).unref();
  process.once("exit", () => output.flushSync());
  return pino(
    {
      level,
      base: null,
      timestamp: createTimestamp(),
      formatters: { level: (label) => ({ level: label }) },
    },
    urgent(output),
  );
}

/** Passes lines on, and has them written when one is a warning or worse: the level is what a line begins with. */
function urgent(output: ReturnType<typeof destination>): DestinationStream {
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
