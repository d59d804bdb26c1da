import type { ClusterName } from '../model/index.ts';
import { decode, encode } from './codec.ts';

/** A finding that was told of, and still stood when a run looked last. */
export interface ToldFinding {
  /** Epoch milliseconds: when it was told first, and last. */
  readonly since: number;
  readonly at: number;
  /** The cluster that it is about. */
  readonly cluster?: ClusterName;
}

/** By what a finding is about (lib/reconcile/news.ts), so that it is told when it appears and not in each run. */
export type ToldFindings = ReadonlyMap<string, ToldFinding>;

export function encodeTold(told: ToldFindings): Uint8Array {
  return encode('told', { told: [...told].map(([key, { since, at, cluster }]) => [key, since, at, cluster]) });
}

/** Undefined for what cannot be read. */
export function decodeTold(bytes: Uint8Array): ToldFindings | undefined {
  const { told } = decode('told', bytes) ?? {};
  if (!Array.isArray(told)) return undefined;
  const entries = told
    .filter(entry => Array.isArray(entry))
    .map(([key, since, at, cluster]) => [key, { since, at, ...(typeof cluster === 'string' && { cluster }) }] as const);
  const isWhole = ([key, { since, at }]: (typeof entries)[number]) =>
    typeof key === 'string' && Number.isFinite(since) && Number.isFinite(at);
  return entries.every(isWhole) ? new Map(entries) : undefined;
}
