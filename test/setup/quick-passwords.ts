// Passwords at a test's cost: hashes that look like real ones, and cost a thousandth. Tests make hundreds of accounts and logins.
import type { Compute } from "#ports/compute.ts";

/** How every hash of today begins. */
const today = "$argon2id$v=19$m=19456,t=2,p=1$";

/** Makes and checks hashes of today's form by one SHA-256; all else is the given one's. */
export function quickPasswords(real: Compute): Compute {
  const tasks: Partial<Record<string, (input: never) => Promise<string | boolean>>> = {
    async hashPassword({ password }: { password: string }) {
      const nonce = unpadded(crypto.getRandomValues(new Uint8Array(16)));
      return `${today}${nonce}$${await tagOf(nonce, password)}`;
    },
    async verifyPassword(input: { password: string; hash: string }) {
      if (!input.hash.startsWith(today)) return real.run("verifyPassword", input);
      const [nonce = "", tag] = input.hash.slice(today.length).split("$");
      return tag === (await tagOf(nonce, input.password));
    },
  };
  return {
    run: (task, input) => (tasks[task]?.(input as never) ?? real.run(task, input)) as never,
    queued: () => real.queued(),
    close: () => real.close(),
  };
}

async function tagOf(nonce: string, password: string): Promise<string> {
  return unpadded(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(nonce + password))));
}

const unpadded = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes)).replace(/=+$/, "");
