// Looks at what a rule throws.
import { expect } from "vitest";
import { RegistryError } from "#oci/error.ts";

/** The code of the RegistryError that the work throws, and its message. */
export function thrownBy(work: () => unknown): { code: string; message: string } {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(RegistryError);
    const { code, message } = error as RegistryError;
    return { code, message };
  }
  throw new Error("nothing was thrown");
}
