// Pages of lists: each tells where the next begins.

export interface Page {
  /** The first name that is wanted; the empty string for the beginning. */
  from: string;
  limit: number;
}

export interface Paged<T> {
  items: T[];
  next: string | null;
}

/** @param load gives as many as it is asked for, from `page.from` on. */
export async function pageOf<T>(
  page: Page,
  nameOf: (item: T) => string,
  load: (limit: number) => Promise<T[]>,
): Promise<Paged<T>> {
  const found = await load(page.limit + 1);
  const more = found[page.limit];
  return { items: found.slice(0, page.limit), next: more === undefined ? null : nameOf(more) };
}

/** The same for lists that go on after the key of their last item. @param load gives as many as it is asked for. */
export async function pageAfter<T>(
  limit: number,
  keyOf: (item: T) => string,
  load: (limit: number) => Promise<T[]>,
): Promise<Paged<T>> {
  const found = await load(limit + 1);
  const last = found[limit - 1];
  return { items: found.slice(0, limit), next: found.length > limit && last !== undefined ? keyOf(last) : null };
}
