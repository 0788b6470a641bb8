// What a caller of the management API is told when it does not get what it asked for: one error, whatever went wrong.

/** What the client itself says where no server of ours said it. */
export type ClientCode =
  /** Nobody answered at the address. */
  | "NO_ANSWER"
  /** Somebody answered, and not as this API does. */
  | "UNEXPECTED_ANSWER"
  /** The request would have asked for something else than was meant: it was not sent. */
  | "NOT_SENT";

/** One thing that is wrong, as the API tells it. */
export interface Problem {
  /** One of the API's (`NO_SUCH_REPOSITORY`), or the client's own. */
  code: ClientCode | (string & {});
  message: string;
  /** What the API says beside the message; null for nothing. */
  detail: unknown;
}

/** The first of what is wrong, with all of it. */
export class ApiError extends Error implements Problem {
  /** Of the answer; 0 where there was none. */
  readonly status: number;
  readonly code: Problem["code"];
  readonly detail: unknown;
  readonly all: readonly Problem[];

  constructor(status: number, first: Problem, ...others: Problem[]) {
    super(first.message);
    this.name = "ApiError";
    this.status = status;
    this.code = first.code;
    this.detail = first.detail;
    this.all = [first, ...others];
  }
}

/** What an answer that is no success says. */
export async function readRefusal(answer: Response): Promise<ApiError> {
  const body = (await answer.json().catch(() => null)) as { errors?: unknown } | null;
  const [first, ...others] = (Array.isArray(body?.errors) ? body.errors : []).filter(isProblem);
  return first ? new ApiError(answer.status, first, ...others) : unexpected(answer);
}

function isProblem(entry: unknown): entry is Problem {
  const { code, message } = (entry ?? {}) as Partial<Problem>;
  return typeof code === "string" && typeof message === "string";
}

/** What the client says itself. */
export function clientError(status: number, code: ClientCode, message: string): ApiError {
  return new ApiError(status, { code, message, detail: null });
}

/** An answer of something else than this API: another server, or a proxy before it. */
export function unexpected({ status, url, headers }: Response): ApiError {
  const elsewhere = status >= 300 && status < 400 ? headers.get("location") : null;
  const message = elsewhere
    ? `${originOf(url)} leads to ${elsewhere}: give the address that it leads to`
    : `${originOf(url)} answers ${status}, and not as Berth does: is it the right address?`;
  return clientError(status, "UNEXPECTED_ANSWER", message);
}

/** @param thrown by `fetch`, which hides the cause one level down. */
export function unanswered(url: string, thrown: unknown): ApiError {
  const cause = thrown instanceof Error ? (thrown.cause ?? thrown) : thrown;
  const reason = cause instanceof Error ? cause.message || ("code" in cause ? String(cause.code) : cause.name) : cause;
  return clientError(0, "NO_ANSWER", `no server answers at ${originOf(url)} (${reason})`);
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : "the server";
}
