/**
 * Whether a text is what a pattern says, in which `*` stands for any characters. Goes back to the last `*` only, so that a
 * pattern of many costs the product of the two lengths at most, where a regular expression tries every way to share the text out.
 */
export function matchesGlob(text: string, pattern: string): boolean {
  let [at, on, star, resume] = [0, 0, -1, 0];
  while (at < text.length) {
    if (pattern[on] === '*') {
      star = on++;
      resume = at;
    } else if (on < pattern.length && pattern[on] === text[at]) {
      on++;
      at++;
    } else if (star >= 0) {
      on = star + 1;
      at = ++resume;
    } else return false;
  }
  while (pattern[on] === '*') on++;
  return on === pattern.length;
}

/** Whether a text fits one of the patterns; none: any text does. */
export const matchesAny = (text: string, patterns: readonly string[]): boolean =>
  patterns.length === 0 || patterns.some(pattern => matchesGlob(text, pattern));
