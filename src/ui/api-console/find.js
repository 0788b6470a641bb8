// What it means that a text is found in an operation: every word of it occurs in the method, the path, the summary or the group.

/**
 * @param {string} phrase
 * @returns {(words: (string | undefined)[]) => boolean}
 */
export function finder(phrase) {
  const wanted = phrase.toLowerCase().split(/\s+/).filter(Boolean);
  return (words) => {
    const text = words.join(" ").toLowerCase();
    return wanted.every((word) => text.includes(word));
  };
}
