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

/**
 * Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). Where there are more than `most`, any
 * number above it: so many are not counted, which makes it cheap to look through very many texts for one that is near.
 *
 * Row `i` of the table has the distances of the first `i` characters of `a` to the first `j` of `b`. Equal beginnings and ends
 * cost nothing, so the table is of what lies between them; and where `i` and `j` are more than `most` apart, so are the texts.
 */
export function editDistance(a: string, b: string, most = Number.POSITIVE_INFINITY): number {
  const from = equalAtStart(a, b);
  const tail = equalAtEnd(a, b, from);
  const rows = a.length - from - tail;
  const columns = b.length - from - tail;
  if (Math.abs(rows - columns) > most) return most + 1;
  const far = most + 1;
  // Three rows serve in turn; what is outside of the band in them is of an earlier one, and is not looked at.
  let beforeLast: number[] = [];
  let last = Array.from({ length: columns + 1 }, (_, j) => j);
  let row: number[] = [];
  for (let i = 1; i <= rows; i++) {
    const first = Math.max(1, i - most);
    const end = Math.min(columns, i + most);
    let left = first === 1 ? i : far;
    row[first - 1] = left;
    let least = left;
    const code = a.charCodeAt(from + i - 1);
    const codeBefore = i > 1 ? a.charCodeAt(from + i - 2) : Number.NaN;
    for (let j = first; j <= end; j++) {
      const other = b.charCodeAt(from + j - 1);
      let distance = (last[j - 1] ?? far) + (code === other ? 0 : 1);
      if (left < distance) distance = left + 1;
      const above = j < i + most ? (last[j] ?? far) : far;
      if (above < distance) distance = above + 1;
      if (j > 1 && codeBefore === other && code === b.charCodeAt(from + j - 2))
        distance = Math.min(distance, (beforeLast[j - 2] ?? far) + 1);
      row[j] = distance;
      left = distance;
      if (distance < least) least = distance;
    }
    // What a swap leads to from the row before is no nearer than what a replacement led to in this one.
    if (least > most) return far;
    [beforeLast, last, row] = [last, row, beforeLast];
  }
  return last[columns] ?? far;
}

function equalAtStart(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  let count = 0;
  while (count < end && a.charCodeAt(count) === b.charCodeAt(count)) count += 1;
  return count;
}

function equalAtEnd(a: string, b: string, from: number): number {
  const end = Math.min(a.length, b.length) - from;
  let count = 0;
  while (count < end && a.charCodeAt(a.length - 1 - count) === b.charCodeAt(b.length - 1 - count)) count += 1;
  return count;
}
