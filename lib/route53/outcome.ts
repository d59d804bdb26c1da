import type { NameChange } from '../model/index.ts';
import type { Verdict } from './refusal.ts';

/** What became of the changes of one zone. Every change is in exactly one list; one that fits no batch may be there in parts. */
export interface ZoneOutcome {
  readonly applied: readonly NameChange[];
  /** The zone is not as it was read: to be read again and planned again. */
  readonly stale: readonly Verdict[];
  /** Refused for what they are. */
  readonly refused: readonly Verdict[];
  /** Not carried out for want of time, requests or rights. */
  readonly left: readonly Left[];
  /** Change batches that Route 53 accepted. */
  readonly batches: number;
}

export interface Left {
  readonly change: NameChange;
  readonly why: Error;
}

/**
 * Changes of which no part was applied are told of as they were planned, so that they are known again; and once: what is to
 * be planned again, or tried again, is not refused.
 */
export function rejoined(outcome: ZoneOutcome, parts: ReadonlyMap<NameChange, readonly NameChange[]>): ZoneOutcome {
  const { applied, batches } = outcome;
  const untouched = new Map<NameChange, NameChange>();
  for (const [change, own] of parts) {
    if (own.length > 1 && !own.some(part => applied.includes(part)))
      for (const part of own) untouched.set(part, change);
  }
  if (untouched.size === 0) return outcome;
  const told = new Set<NameChange>();
  const once = <T extends { readonly change: NameChange }>(all: readonly T[]): T[] =>
    all.flatMap(one => {
      const change = untouched.get(one.change);
      if (!change) return [one];
      if (told.has(change)) return [];
      told.add(change);
      return [{ ...one, change }];
    });
  return { applied, batches, stale: once(outcome.stale), left: once(outcome.left), refused: once(outcome.refused) };
}
