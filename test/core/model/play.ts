// Plays a plan: every client takes its commands in turn, all clients beside each other.

import * as contents from "./contents.ts";
import { damage } from "./damage.ts";
import { Director, Stopped } from "./director.ts";
import { conclude } from "./finale.ts";
import { manifests } from "./library.ts";
import type { Place } from "./place.ts";
import type { Command, CommandOf, Plan } from "./plan.ts";
import { Run } from "./run.ts";
import type { Session } from "./session.ts";
import { append, ask, begin, cancel, finish, type Sending } from "./uploads.ts";
import { clearing, work } from "./work.ts";

const tracedSteps = 150;

/** Plays it, and looks at what it left. @throws Violation, with what happened before. */
export async function play(place: Place, plan: Plan): Promise<Director> {
  await place.clear();
  const director = new Director(place.probe, plan);
  const run = new Run(place, director);
  try {
    await takeAll(run, plan);
    await conclude(run);
  } catch (error) {
    if (error instanceof Error) error.message += `\n${director.trace.slice(-tracedSteps).join("\n")}`;
    throw error;
  }
  return director;
}

async function takeAll(run: Run, plan: Plan): Promise<void> {
  const { blobs, image } = plan.prepared;
  const prepare = Array.from({ length: blobs }, (_, content): Command => ({ ...wholePush, shares: [], content }));
  if (image) prepare.push({ do: "push image", slot: 0, repository: 0, manifest: 0, tag: 0 });
  await actAll(run, [prepare]);
  await actAll(run, plan.clients);
}

const wholePush = {
  do: "push",
  slot: 0,
  repository: 0,
  ranged: false,
  breaks: false,
  patient: false,
  doubled: false,
} as const;

async function actAll(run: Run, clients: readonly (readonly Command[])[]): Promise<void> {
  const { director } = run;
  const failures: unknown[] = [];
  const actors = clients.map((commands, i) =>
    director.actors
      .run(`c${i}`, () => act(run, commands))
      .catch((error) => {
        if (error instanceof Stopped) return;
        failures.push(error);
        director.stop();
        run.killAll();
      }),
  );
  await director.run(actors);
  if (failures.length > 0) throw failures[0];
}

async function act(run: Run, commands: readonly Command[]): Promise<void> {
  for (const command of commands) await takers[command.do](run, command as never);
}

type Takers = { [Name in Command["do"]]: (run: Run, command: CommandOf<Name>) => Promise<unknown> };

const takers: Takers = {
  push,
  "push image": pushImage,
  append: (run, c) => withSession(run, c, (session) => append(run, session, c)),
  finish: (run, c) => withSession(run, c, (session) => finish(run, session, c)),
  cancel: (run, c) => withSession(run, c, (session) => cancel(run, session, c.slot)),
  ask: (run, c) => withSession(run, c, (session) => ask(run, session, c.slot)),
  mount: (run, c) => contents.mount(run, c, c),
  "delete blob": (run, c) => contents.removeBlob(run, c, c.content),
  put: (run, c) => contents.put(run, c, c),
  "delete tag": (run, c) => contents.removeTag(run, c, c.tag),
  "delete manifest": (run, c) => contents.removeManifest(run, c, c.manifest),
  "read blob": (run, c) => contents.readBlob(run, c, c.content),
  "read manifest": (run, c) => contents.readManifest(run, c, c.manifest),
  "read tag": (run, c) => contents.readTag(run, c, c.tag),
  follow: (run, { slot }) => run.ask({ slot, label: "follow", refusals: [] }, (_, member) => member.follow()),
  work: (run, c) => work(run, c),
  clear,
  wait: (run, c) => wait(run, "time", c.seconds),
  "wait long": (run, c) => wait(run, "quiet", c.seconds),
  crash,
  failure,
  damage,
};

/** The work that removes what nobody needs, one slice of each kind. */
async function clear(run: Run, { slot }: CommandOf<"clear">): Promise<void> {
  for (const task of clearing) await work(run, { slot, task });
}

async function wait(run: Run, kind: "time" | "quiet", seconds: number): Promise<void> {
  await run.director.pass({ kind, label: `waits ${seconds} s` });
  run.movedAt = run.director.tick();
  run.place.advance(seconds);
}

async function crash(run: Run, { slot, moments }: CommandOf<"crash">): Promise<void> {
  await run.director.pass({ kind: "start", label: `p${slot} dies in ${moments} moments` });
  run.member(slot).process.arm(moments);
}

async function failure(run: Run, { slot, moments }: CommandOf<"failure">): Promise<void> {
  await run.director.pass({ kind: "start", label: `a call of p${slot} fails in ${moments} moments` });
  run.member(slot).process.failOnce(moments);
}

function withSession(
  run: Run,
  { session }: { session: number },
  work: (session: Session) => Promise<unknown>,
): Promise<unknown> {
  const known = run.sessions.at(-1 - (session % Math.max(1, run.sessions.length)));
  return known ? work(known) : Promise.resolve();
}

/** A whole push. A patient client goes on where the session stands, with whichever process answers; some ask two at once. */
async function push(run: Run, c: CommandOf<"push">): Promise<void> {
  const session = await begin(run, c);
  if (!session) return;
  const requests = [
    ...c.shares.map((share) => (slot: number) => append(run, session, { ...c, slot, share })),
    (slot: number) => finish(run, session, { ...c, slot, wrong: false }),
  ];
  for (const request of requests) {
    const answers = await Promise.all(c.doubled ? [request(c.slot), request(c.slot + 1)] : [request(c.slot)]);
    if (answers.some(({ how }) => how === "done")) continue;
    if (!c.patient || !(await resume(run, session, c))) return;
  }
}

/** @returns whether the session is still there, after what a dead writer may take to lose it. */
async function resume(run: Run, session: Session, { slot }: Sending): Promise<boolean> {
  await wait(run, "time", 16);
  return ask(run, session, slot);
}

async function pushImage(run: Run, c: CommandOf<"push image">): Promise<void> {
  const { layers } = manifests[c.manifest] as (typeof manifests)[number];
  for (const content of layers) {
    const session = await begin(run, { ...c, content });
    if (!session) return;
    const { how } = await finish(run, session, { ...c, ranged: false, breaks: false, wrong: false });
    if (how !== "done") return;
  }
  await contents.put(run, c, c);
}
