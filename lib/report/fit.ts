import type { RunResult } from '../model/index.ts';

/**
 * What a Lambda may answer: 6 MB, of which some is left for the envelope of the caller.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html (synchronous invocation payload)
 */
export const LAMBDA_ANSWER_BYTES = 6_000_000;

/** What a command prints as one text; a string of V8's has 512 MiB at most, and some characters are written as six. */
export const TEXT_BYTES = 200_000_000;

/** Bytes that `truncated` itself and the rounding of the lists may take. */
const MARGIN_BYTES = 200;

/**
 * The result, cut to at most `maxBytes` of JSON (UTF-8). Only the lists of changes and of findings are cut, each list
 * to the same share of its length, from its end, so that no zone hides another; `truncated` tells how many were left
 * out. Counts, reasons, zones and clusters stay whole, so a result whose clusters and zones alone are larger than
 * `maxBytes` comes out larger. A result that fits is returned as it is.
 */
export function fitResult(result: RunResult, maxBytes: number = LAMBDA_ANSWER_BYTES): RunResult {
  const lists = [result.findings, ...result.zones.map(zone => zone.changes)];
  const sums = lists.map(runningBytes);
  const room = maxBytes - MARGIN_BYTES - jsonBytes(keep(result, 0));
  const needed = sums.reduce((total, list) => total + (list.at(-1) ?? 0), 0);
  if (needed <= room) return result;
  // Never one text of a result whose size is not known: a plan of a large fleet may be longer than a string can be.
  if (needed <= maxBytes && jsonBytes(result) <= maxBytes) return result;
  return keep(result, largestShare(sums, room));
}

/** Keeps `share` (0 to 1) of every list. */
function keep(result: RunResult, share: number): RunResult {
  const findings = result.findings.slice(0, Math.floor(result.findings.length * share));
  const zones = result.zones.map(zone => ({
    ...zone,
    changes: zone.changes.slice(0, Math.floor(zone.changes.length * share)),
  }));
  const count = (list: RunResult['zones']) => list.reduce((sum, zone) => sum + zone.changes.length, 0);
  return {
    ...result,
    findings,
    zones,
    truncated: {
      changes: count(result.zones) - count(zones),
      findings: result.findings.length - findings.length,
    },
  };
}

/** `sums[n]` is the JSON size of the first n items, commas included. */
function runningBytes(list: readonly unknown[]): readonly number[] {
  const sums = [0];
  for (const item of list) sums.push((sums.at(-1) ?? 0) + jsonBytes(item) + 1);
  return sums;
}

/** The share to keep of every list so that all together take at most `room` bytes; 20 halvings are a millionth. */
function largestShare(sums: readonly (readonly number[])[], room: number): number {
  let low = 0;
  let high = 1;
  for (let step = 0; step < 20; step += 1) {
    const share = (low + high) / 2;
    const bytes = sums.reduce((total, list) => total + (list[Math.floor((list.length - 1) * share)] ?? 0), 0);
    if (bytes <= room) low = share;
    else high = share;
  }
  return low;
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
