// The log of a Worker: one JSON line per event through the console, with the fields of a server's log; Workers Logs index them.

const levels = ["trace", "debug", "info", "warn", "error", "fatal"] as const;
type Level = (typeof levels)[number];

export type Log = (level: Level, message: string, fields: object) => void;

/** @param least the level from which on lines are written, or `silent`. */
export function createLog(least: string, write: (line: string) => void = console.log): Log {
  const from = least === "silent" ? levels.length : Math.max(0, levels.indexOf(least as Level));
  return (level, message, fields) => {
    if (levels.indexOf(level) < from) return;
    write(JSON.stringify({ level, time: new Date().toISOString(), ...fields, msg: message }));
  };
}
