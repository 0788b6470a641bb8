// Patterns of repository names: a star stands for any characters, slashes too; everything else for itself.
import { registryError } from "./error.ts";

const maxLength = 255;
const maxStars = 8;

/** @throws INVALID_PARAMETERS, with how to write a pattern. */
export function requirePattern(text: string): void {
  const problem = patternProblem(text);
  if (problem) throw registryError("INVALID_PARAMETERS", problem, { pattern: text.slice(0, 300) });
}

function patternProblem(text: string): string | null {
  if (text.length < 1 || text.length > maxLength) return `a pattern has 1 to ${maxLength} characters`;
  if (!/^[a-z0-9*][a-z0-9._/*-]*$/.test(text))
    return 'a pattern consists of what a repository\'s name may hold, and of "*", which stands for any characters';
  if (text.split("*").length - 1 > maxStars) return `a pattern has ${maxStars} stars at most`;
  return null;
}

/** Whether a name fits a pattern as a whole. */
export function fitsPattern(pattern: string, name: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return name === pattern;
  if (!name.startsWith(first) || name.length < first.length + last.length || !name.endsWith(last)) return false;
  const end = name.length - last.length;
  let at = first.length;
  // The earliest place of each piece leaves the most room for those behind it.
  for (const piece of rest) {
    const found = name.indexOf(piece, at);
    if (found < 0 || found + piece.length > end) return false;
    at = found + piece.length;
  }
  return true;
}
