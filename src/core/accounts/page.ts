// Pages of lists in the order of a name: each tells by which name the next begins.

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
