// Runs many clients of the mixed load at once, until a moment that the test chooses.
import type { Berth } from "#test/clients/setup/berth.ts";
import { keepChanging } from "./client.ts";
import type { History } from "./history.ts";

export interface Running {
  /** From now on broken requests are what the test wants. Gives what went wrong before. */
  end(): Promise<string[]>;
}

/** Starts one client per repository. @param isAlone whether Berth has its database for itself. */
export function startClients(
  { berth, isAlone }: { berth: Berth; isAlone: boolean },
  history: History,
  repositories: string[],
): Running {
  let isOver = false;
  const problems: string[] = [];
  const running = repositories.map(async (repository) => {
    const others = repositories.filter((other) => other !== repository);
    await keepChanging({ berth, history, repository, others, isAlone, isOver: () => isOver }).catch((error: Error) => {
      if (!isOver) problems.push(String(error.cause ?? error));
    });
  });
  return {
    async end() {
      isOver = true;
      await Promise.all(running);
      return problems;
    },
  };
}
