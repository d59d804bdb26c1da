import { editDistance } from '../nearest.ts';

/** A text may be mistyped in about every sixth character: hostnames of one domain are much alike. */
const tolerance = ({ length }: string) => Math.max(1, Math.min(4, Math.floor(length / 6)));

/**
 * Of many known texts the one that another was most likely meant to be; undefined when none is near. Most are ruled out by
 * their letters, the others after few steps, so that a hundred thousand cost no time that a person would notice, be they as much
 * alike as names that a program made.
 */
export function nearestOf(unknown: string, known: Iterable<string>): string | undefined {
  const mayBeNear = lettersTest(unknown);
  let most = tolerance(unknown);
  let best: string | undefined;
  for (const text of known) {
    if (text === unknown || !mayBeNear(text, most)) continue;
    const distance = editDistance(unknown, text, most);
    if (distance > most || (distance === most && best !== undefined && best <= text)) continue;
    // From here on only what is as near counts.
    most = distance;
    best = text;
  }
  return best;
}

/** The name under the domain that its own was most likely meant to be: `a.exmaple.com` is `a.example.com`. */
export function nearestIn(name: string, domains: readonly string[]): string | undefined {
  const labels = name.split('.');
  for (const domain of domains) {
    const length = domain.split('.').length;
    const own = labels.slice(-length).join('.');
    if (length > labels.length || own === domain || nearestOf(own, [domain]) === undefined) continue;
    return [...labels.slice(0, -length), domain].join('.');
  }
  return undefined;
}

const CODES = 128;

/** Each edit brings in at most one letter that the other text does not have as often. */
function lettersTest(unknown: string): (text: string, most: number) => boolean {
  const letters = new Int16Array(CODES);
  for (let i = 0; i < unknown.length; i++) letters[codeAt(unknown, i)] = (letters[codeAt(unknown, i)] ?? 0) + 1;
  const left = new Int16Array(CODES);
  return (text, most) => {
    if (Math.abs(text.length - unknown.length) > most) return false;
    left.set(letters);
    let strange = 0;
    for (let i = 0; i < text.length; i++) {
      const code = codeAt(text, i);
      const count = (left[code] ?? 0) - 1;
      left[code] = count;
      if (count < 0 && ++strange > most) return false;
    }
    return true;
  };
}

const codeAt = (text: string, i: number) => text.charCodeAt(i) % CODES;
