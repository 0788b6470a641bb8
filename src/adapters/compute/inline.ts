// Does in the request's own thread what a server gives to its pool: for runtimes that have no threads.

import { type Argon2id, hashPasswordWith, verifyPasswordWith } from "#adapters/compute/password-hash.ts";
import type { Compute } from "#ports/compute.ts";

export function createInlineCompute(argon2id: Argon2id): Compute {
  const tasks: { [T in Parameters<Compute["run"]>[0]]: (input: never) => unknown } = {
    hashPassword: ({ password }: { password: string }) => hashPasswordWith(argon2id, password),
    verifyPassword: ({ password, hash }: { password: string; hash: string }) =>
      verifyPasswordWith(argon2id, password, hash),
  };
  return {
    run: async (task, input) => tasks[task](input as never) as never,
    queued: () => 0,
    close: async () => {},
  };
}
