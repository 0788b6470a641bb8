// Says in one line why a server cannot listen where it should.
import type { ListenOptions } from "./machine.ts";
import { StartError } from "./start-error.ts";

export function listenProblem(error: unknown, { host, port, setting }: ListenOptions): StartError {
  const where = `${host}:${port}`;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE")
    return new StartError(
      `${setting}: ${where} is in use by another program: stop it, or choose another port (on macOS, AirPlay takes port 5000)`,
    );
  if (code === "EACCES")
    return new StartError(`${setting}: this user may not listen on ${where}: choose a port from 1024 on`);
  return new StartError(`${setting}: cannot listen on ${where}: ${message}`);
}
