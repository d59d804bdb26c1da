/** `maxDeletes`, `max-deletes` and `MAX_DELETES` are one word to a person. */
const folded = (key: string) => key.toLowerCase().replace(/[-_ ]/g, '');

/** A key may be mistyped in about every third character. */
const tolerance = (key: string) => Math.max(1, Math.floor(key.length / 3));

/** The known key that an unknown one was most likely meant to be; undefined when none is near. */
export function nearestKey(unknown: string, known: readonly string[]): string | undefined {
  const word = folded(unknown);
  if (word.length > 40) return undefined;
  const ranked = known.map(key => ({ key, distance: editDistance(word, folded(key)) }));
  const [best] = ranked.sort((a, b) => a.distance - b.distance);
  return best && best.distance <= tolerance(word) ? best.key : undefined;
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number) => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(i - 2, j - 2) + 1 : replaced;
      row.push(Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, replaced, swapped));
    }
  }
  return at(a.length, b.length);
}
