// Reads the two forms of cron that the periodic work is declared in: every minute, and one minute of every hour.

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** The last moment, `now` included, at which work was due. @throws for other forms. */
export function lastDue(cron: string, now: Date): Date {
  const at = now.getTime();
  if (cron === "* * * * *") return new Date(at - (at % minuteMs));
  const minute = /^(\d|[1-5]\d) \* \* \* \*$/.exec(cron)?.[1];
  if (minute === undefined) throw new Error(`not a form of cron that is known here: ${cron}`);
  const inHour = Number(minute) * minuteMs;
  return new Date(at - ((at - inHour) % hourMs));
}
