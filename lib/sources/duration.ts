const NANOSECONDS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n, // U+00B5, micro sign
  μs: 1_000n, // U+03BC, Greek mu
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

const TERM = /(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/y;

/** Go keeps a duration in an int64 of nanoseconds: about 292 years. */
const LONGEST = 2n ** 63n - 1n;

/** Longer texts are no duration that a person wrote; the bound keeps the sums small. */
const MAX_LENGTH = 64;

/**
 * Reads a Go duration (https://pkg.go.dev/time#ParseDuration): a sign, then decimal numbers with a unit each, such as
 * `5m`, `1m1.9s` or `-1.5h`; a bare `0` needs no unit. Exact: what lies below a nanosecond is cut.
 *
 * @returns nanoseconds, or undefined when the text is no duration or too long for Go
 */
export function parseDuration(text: string): bigint | undefined {
  const negative = text.startsWith('-');
  const body = text.replace(/^[+-]/, '');
  if (body === '0') return 0n;
  if (body === '' || body.length > MAX_LENGTH) return undefined;
  let total = 0n;
  for (TERM.lastIndex = 0; TERM.lastIndex < body.length; ) {
    const term = TERM.exec(body);
    if (!term) return undefined;
    const [, whole = '', fraction = '', unit = ''] = term;
    if (whole === '' && fraction === '') return undefined;
    const one = NANOSECONDS[unit] ?? 0n;
    total += BigInt(whole) * one + (BigInt(fraction) * one) / 10n ** BigInt(fraction.length);
  }
  if (total > LONGEST) return undefined;
  return negative ? -total : total;
}

/**
 * Reads a time to live or another span given in whole seconds: a number of seconds (`300`) or a Go duration (`5m`), whose
 * fraction of a second is cut.
 *
 * @returns seconds, or undefined when the text is neither
 */
export function parseSeconds(text: string): number | undefined {
  if (/^[+-]?\d{1,15}$/.test(text)) return Number(text);
  const duration = parseDuration(text);
  return duration === undefined ? undefined : Number(duration / 1_000_000_000n);
}
