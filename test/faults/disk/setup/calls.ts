// Reads strace's lines into calls: who asked for what, when the call began and ended, and what came of it.

export interface Call {
  pid: string;
  name: string;
  /** As strace writes them: descriptors with their paths, text cut short. */
  words: string;
  result: string;
  /** Numbers of the lines at which it began and ended. What was asked after another call's end came after it. */
  begun: number;
  ended: number;
}

/** The finished calls, in the order in which they began. */
export function readCalls(lines: readonly string[]): Call[] {
  const calls: Call[] = [];
  const open = new Map<string, Call>();
  for (const [at, line] of lines.entries()) {
    const whole = /^(\d+) +(\w+)\((.*)\) += (.*)$/.exec(line);
    if (whole) calls.push(callOf(whole as unknown as Words, at, at));
    const begun = /^(\d+) +(\w+)\((.*) <unfinished \.\.\.>$/.exec(line);
    if (begun) open.set(begun[1] as string, callOf([...begun, ""] as unknown as Words, at, -1));
    const ended = /^(\d+) +<\.\.\. \w+ resumed>(.*)\) += (.*)$/.exec(line);
    const call = ended && open.get(ended[1] as string);
    if (!ended || !call) continue;
    open.delete(call.pid);
    calls.push({ ...call, words: call.words + ended[2], result: ended[3] as string, ended: at });
  }
  return calls.sort((a, b) => a.begun - b.begun);
}

type Words = [line: string, pid: string, name: string, words: string, result: string];

function callOf([, pid, name, words, result]: Words, begun: number, ended: number): Call {
  return { pid, name, words, result, begun, ended };
}

export type Match = (call: Call) => boolean;

/** What a call has to be; `before` is the call of the step before it. */
export type Step = (call: Call, before?: Call) => boolean;

/** A chain of calls, one per step, each begun after the one before it ended; null when there is none. */
export function findChain(calls: readonly Call[], steps: readonly Step[], before?: Call): Call[] | null {
  const [step, ...rest] = steps;
  if (!step) return [];
  for (const call of calls) {
    if (call.begun <= (before?.ended ?? -1) || !step(call, before)) continue;
    const tail = findChain(calls, rest, call);
    if (tail) return [call, ...tail];
  }
  return null;
}
