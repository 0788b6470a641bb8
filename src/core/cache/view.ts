// Knows how old this process's view of the database may be: every answer from memory is held to the one bound.

/** The bound: what is answered from memory shows everything that was committed before this long ago. */
const boundMs = 2000;

/**
 * `fresh`: within the bound. `unsure`: not shown to be, so the database is asked. `gone`: the database does not answer, and
 * what callers were granted before may be served for a while. `lost`: that while is over.
 */
export type ViewState = "fresh" | "unsure" | "gone" | "lost";

export interface View {
  state(): ViewState;
  /** The feed was read to its end; the reading began at that moment of `performance.now()`. */
  read(beganMs: number): void;
  /** The database did not answer. */
  failed(): void;
}

/** @param staleSeconds how long memory may answer while the database is gone. */
export function createView(staleSeconds: number): View {
  let readMs = Number.NEGATIVE_INFINITY;
  let away = false;
  return {
    state() {
      const age = performance.now() - readMs;
      if (age <= boundMs) return "fresh";
      if (!away) return "unsure";
      return age <= staleSeconds * 1000 ? "gone" : "lost";
    },
    read(beganMs) {
      readMs = Math.max(readMs, beganMs);
      away = false;
    },
    failed() {
      away = true;
    },
  };
}
