// The one error of the embedded database: a stable code for callers and a single line for the person who starts Berth.

/** What went wrong. Every message is one line and says what to do where something can be done. */
export type EmbeddedDatabaseErrorCode =
  | "IN_USE"
  | "NOT_WRITABLE"
  | "NOT_REACHABLE"
  | "DISK_FULL"
  | "ENGINE_MISSING"
  | "WRONG_VERSION"
  | "START_FAILED";

export class EmbeddedDatabaseError extends Error {
  readonly code: EmbeddedDatabaseErrorCode;

  constructor(code: EmbeddedDatabaseErrorCode, message: string, options?: ErrorOptions) {
    super(message.replace(/\s*\n\s*/g, " | ").trim(), options);
    this.name = "EmbeddedDatabaseError";
    this.code = code;
  }
}

/** The system's code of an error (`ENOENT`, `57P03`), or an empty string. */
export function systemCode(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "";
}

/** Turns a failed file operation on the data folder into the line that names the folder and the way out. */
export function fileError(error: unknown, path: string): EmbeddedDatabaseError {
  const code = systemCode(error);
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new EmbeddedDatabaseError("DISK_FULL", `there is no space left for the data folder at ${path}`, {
      cause: error,
    });
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new EmbeddedDatabaseError(
    "NOT_WRITABLE",
    `cannot create or write ${path} (${reason}); set BERTH_DATA_DIR to a folder that Berth may write`,
    { cause: error },
  );
}

/** The error of a start that failed in PostgreSQL itself, with the lines of its output that tell why. */
export function startError(what: string, said: string): EmbeddedDatabaseError {
  const code = /No space left on device|Disk quota exceeded/i.test(said) ? "DISK_FULL" : "START_FAILED";
  const lines = said
    .trim()
    .split("\n")
    .map((line) => line.replace(/^[-\d]+ [.:\d]+ \S+ \[\d+\] /, "").trim());
  const telling = lines.filter((line) => /error|fatal|panic|could not|hint:/i.test(line));
  const quoted = (telling.length > 0 ? telling : lines).slice(-3).join("\n") || "it said nothing";
  const unknownUser = /could not look up effective user/.test(said)
    ? "; add that user to /etc/passwd, or set DATABASE_URL"
    : "";
  return new EmbeddedDatabaseError(code, `${what}: ${quoted}${unknownUser}`);
}
