// A client of the driver for one socket only.
import type { Socket } from "node:net";
import postgres from "postgres";

export interface ClientInput {
  /** A client that is set up as this one shall be. */
  readonly base: postgres.Sql;
  readonly socket: Socket;
  /** The socket has connected. */
  readonly connected: Promise<void>;
  /** Called when the server has accepted the connection. */
  readonly onOpen: () => void;
  /** Called when the connection is lost, or could not be made. */
  readonly onLost: (error?: Error) => void;
}

/** A promise of its own each time: one that all wait for would keep them all in memory. */
const never = () => new Promise<never>(() => {});

/**
 * Makes a client that uses the socket for its first statement and all that follow, and no other: where the driver would
 * connect anew, it waits for ever, and its statements are left to whom `onLost` tells.
 */
export function makeClient({ base, socket, connected, onOpen, onLost }: ClientInput): postgres.Sql {
  let used = false;
  const useOnce = () => {
    if (used) onLost();
    if (used) return never();
    used = true;
    return connected.then(
      () => socket,
      (error) => {
        onLost(error);
        return never();
      },
    );
  };
  const options = {
    ...base.options,
    max: 1,
    parameters: {},
    shared: { retries: 0, typeArrayMap: {} },
    // Time limits are the pool's.
    idle_timeout: null,
    max_lifetime: null,
    connect_timeout: null,
    no_subscribe: true,
    socket: useOnce,
    // The server names its settings as soon as it has accepted who we are.
    onparameter: onOpen,
    onclose: () => onLost(),
  };
  return postgres(options as unknown as postgres.Options<Record<string, postgres.PostgresType>>);
}
