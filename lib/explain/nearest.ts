import { editDistance } from '../nearest.ts';

/** A text may be mistyped in about every sixth character: hostnames of one domain are much alike. */
const tolerance = ({ length }: string) => Math.max(1, Math.min(4, Math.floor(length / 6)));

/**
 * Of many known texts the one that another was most likely meant to be; undefined when none is near. Most are ruled out by
 * their letters alone, so that a hundred thousand cost no time that a person would notice.
 */
export function nearestOf(unknown: string, known: Iterable<string>): string | undefined {
  const most = tolerance(unknown);
  const letters = lettersOf(unknown);
  let best: { readonly text: string; readonly distance: number } | undefined;
  for (const text of known) {
    if (text === unknown || Math.abs(text.length - unknown.length) > most || !mayBeNear(text, letters, most)) continue;
    const distance = editDistance(unknown, text);
    const isBetter = !best || distance < best.distance || (distance === best.distance && text < best.text);
    if (distance <= most && isBetter) best = { text, distance };
  }
  return best?.text;
}

function lettersOf(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const letter of text) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  return counts;
}

/** Each edit brings in at most one letter that the other text does not have as often. */
function mayBeNear(text: string, letters: ReadonlyMap<string, number>, most: number): boolean {
  const left = new Map(letters);
  let strange = 0;
  for (const letter of text) {
    const count = left.get(letter) ?? 0;
    if (count > 0) left.set(letter, count - 1);
    else if (++strange > most) return false;
  }
  return true;
}
