// Remembers what short texts were read as: a registry is asked for the same few names and digests again and again.

const mostTexts = 2_000;
/** Longer texts are read anew each time, so that strangers cannot fill the memory with them. */
const mostLetters = 300;

/**
 * The same function, which reads a text once and then gives the same, frozen value again. What throws is not remembered.
 * @param read depends on the text alone.
 */
export function remembered<Value>(read: (text: string) => Value): (text: string) => Value {
  const known = new Map<string, Value>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    if (text.length > mostLetters) return Object.freeze(read(text));
    const own = copyOf(text);
    const value = Object.freeze(read(own));
    if (known.size >= mostTexts) known.clear();
    known.set(own, value);
    return value;
  };
}

/** Part of a longer text, such as a request's address, is kept by engines as a place in it: all of it would stay in memory. */
function copyOf(text: string): string {
  return `${text} `.slice(0, -1);
}
