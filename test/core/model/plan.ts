// What a run may consist of: a few clients, each with a list of commands, and in which interleaving they go.
import fc from "fast-check";
import { blobs, images, manifests, tags } from "./library.ts";

/** The periodic work, and the check that an operator runs. */
const tasks = ["expire-uploads", "remove-condemned", "condemn-unlinked", "scrub-blobs", "check"] as const;

/** How many there are to choose from: the fewer, the more often clients meet. */
interface Width {
  processes: number;
  repositories: number;
  contents: number;
  manifests: number;
}

const seldom = fc.nat(7).map((n) => n === 7);

/** What is done to sessions, and to processes and time. */
function sessionCommands(width: Width) {
  const slot = fc.nat(width.processes - 1);
  const at = { slot, repository: fc.nat(width.repositories - 1), content: fc.nat(width.contents - 1) };
  const session = fc.nat(2);
  const sending = { slot, ranged: fc.boolean(), breaks: seldom };
  const share = fc.constantFrom(0.3, 1);
  const shares = fc.array(share, { maxLength: 2 });
  return {
    push: command("push", { ...sending, ...at, shares, patient: fc.boolean(), doubled: seldom }),
    append: command("append", { ...sending, session, share }),
    finish: command("finish", { ...sending, session, wrong: seldom }),
    cancel: command("cancel", { slot, session }),
    ask: command("ask", { slot, session }),
    work: command("work", { slot, task: fc.constantFrom(...tasks) }),
    clear: command("clear", { slot }),
    wait: command("wait", { seconds: fc.constantFrom(3, 16, 31) }),
    waitLong: command("wait long", { seconds: fc.constantFrom(3700, 90_000) }),
    crash: command("crash", { slot, moments: fc.nat(40) }),
    failure: command("failure", { slot, moments: fc.nat(20) }),
  };
}

/** What is done to blobs, manifests and tags. */
function contentCommands(width: Width) {
  const slot = fc.nat(width.processes - 1);
  const content = fc.nat(width.contents - 1);
  const manifest = fc.nat(width.manifests - 1);
  const tag = fc.nat(tags.length - 1);
  const maybeTag = fc.nat(tags.length);
  const at = { slot, repository: fc.nat(width.repositories - 1) };
  return {
    pushImage: command("push image", { ...at, manifest: fc.nat(Math.min(width.manifests, images) - 1), tag: maybeTag }),
    mount: command("mount", { ...at, content, named: fc.boolean() }),
    deleteBlob: command("delete blob", { ...at, content }),
    put: command("put", { ...at, manifest, tag: maybeTag }),
    deleteTag: command("delete tag", { ...at, tag }),
    deleteManifest: command("delete manifest", { ...at, manifest }),
    readBlob: command("read blob", { ...at, content }),
    readManifest: command("read manifest", { ...at, manifest }),
    readTag: command("read tag", { ...at, tag }),
    follow: command("follow", { slot }),
    damage: command("damage", { slot, content, how: fc.constantFrom("flip", "cut", "remove") }),
  };
}

function command<Name extends string, Fields extends object>(
  name: Name,
  fields: { [K in keyof Fields]: fc.Arbitrary<Fields[K]> },
) {
  return fc.record({ do: fc.constant(name), ...fields } as const) as fc.Arbitrary<{ do: Name } & Fields>;
}

type Commands = ReturnType<typeof sessionCommands> & ReturnType<typeof contentCommands>;
type Kind = keyof Commands;

export type Command = Commands[Kind] extends fc.Arbitrary<infer C> ? C : never;
export type CommandOf<Name extends Command["do"]> = Extract<Command, { do: Name }>;

/** What a run is mostly about; with few kinds of commands more of them meet than with all. */
const themes: readonly (readonly Kind[])[] = [
  ["push", "append", "finish", "cancel", "ask", "deleteBlob", "work", "wait", "waitLong", "crash", "failure"],
  ["push", "push", "append", "cancel", "cancel", "clear", "clear", "wait", "crash"],
  ["push", "mount", "deleteBlob", "readBlob", "clear", "waitLong", "crash", "failure"],
  ["pushImage", "put", "deleteTag", "deleteManifest", "deleteBlob", "readManifest", "readTag", "crash", "failure"],
  ["follow", "follow", "readBlob", "readTag", "readManifest", "pushImage", "deleteManifest", "deleteTag", "deleteBlob"],
  ["damage", "damage", "push", "push", "readBlob", "work", "mount", "deleteBlob", "crash", "failure"],
];

function plansOf(width: Width, theme: readonly Kind[] | null) {
  const commands: Commands = { ...sessionCommands(width), ...contentCommands(width) };
  const kinds = theme ?? (Object.keys(commands) as Kind[]);
  const any = fc.oneof(...kinds.map((kind) => commands[kind] as fc.Arbitrary<Command>));
  return fc.record({
    clients: fc.array(fc.array(any, { minLength: 1, maxLength: 14, size: "max" }), {
      minLength: 2,
      maxLength: 5,
      size: "max",
    }),
    /** What the first repository has before they begin: so many blobs, and the first image. */
    prepared: fc.record({ blobs: fc.nat(width.contents), image: fc.boolean() }),
    sticky: fc.constantFrom(0, 8, 12, 14),
    slow: fc.constantFrom("nothing" as const, "commit" as const, "store" as const),
    bursts: fc.boolean(),
    seed: fc.nat(0xffff_ffff),
  });
}

const widths: readonly Width[] = [
  { processes: 2, repositories: 1, contents: 1, manifests: 1 },
  { processes: 2, repositories: 2, contents: 1, manifests: 2 },
  { processes: 3, repositories: 2, contents: blobs.length, manifests: manifests.length },
];

/** A run: the same plan plays the same way, save where several calls go at once. */
export const plans = fc.oneof(...widths.flatMap((width) => [null, ...themes].map((theme) => plansOf(width, theme))));

export type Plan = typeof plans extends fc.Arbitrary<infer P> ? P : never;
