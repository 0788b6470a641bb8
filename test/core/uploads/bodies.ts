// Request bodies whose end the test decides.

/** A body that gives some bytes and then waits. */
export interface HeldBody {
  stream: ReadableStream<Uint8Array>;
  /** Resolves when the bytes were taken: their reader waits for more. */
  taken: Promise<void>;
  /** Gives the rest and ends. */
  end(rest?: Uint8Array): void;
  /** Breaks, as a lost connection does. */
  break(): void;
}

export function heldBody(first: Uint8Array): HeldBody {
  let take = () => {};
  const taken = new Promise<void>((resolve) => {
    take = resolve;
  });
  let controllerOf: ReadableStreamDefaultController<Uint8Array>;
  let given = false;
  const stream = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        controllerOf = controller;
      },
      pull(controller) {
        if (!given && first.byteLength > 0) {
          given = true;
          return controller.enqueue(first);
        }
        take();
      },
    },
    { highWaterMark: 0 },
  );
  return {
    stream,
    taken,
    end(rest) {
      if (rest && rest.byteLength > 0) controllerOf.enqueue(rest);
      controllerOf.close();
    },
    break: () => controllerOf.error(new Error("the connection broke")),
  };
}

/** A body that gives the bytes and ends. */
export function wholeBody(bytes: Uint8Array): ReadableStream<Uint8Array> {
  const body = heldBody(bytes);
  void body.taken.then(() => body.end());
  return body.stream;
}

/** A body that gives the bytes and breaks. */
export function breakingBody(bytes: Uint8Array): ReadableStream<Uint8Array> {
  const body = heldBody(bytes);
  void body.taken.then(() => body.break());
  return body.stream;
}
