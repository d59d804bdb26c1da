import { expect } from 'vitest';
import type { ListStart, RecordSet, Route53Store } from '../../../../local/emulators/route53/index.ts';

/** Name, type and identifier: what tells record sets apart. */
export const line = (set: RecordSet) => [set.name, set.type, set.setIdentifier].filter(Boolean).join(' ');

/** All pages of a listing, joined. */
export function allPages(store: Route53Store, zone: string, maxItems: number): RecordSet[] {
  const sets: RecordSet[] = [];
  for (let start: ListStart | undefined = {}; start; ) {
    const page = store.list(zone, { ...start, maxItems });
    expect(page.recordSets.length).toBeLessThanOrEqual(maxItems);
    expect(page.isTruncated).toBe(page.next !== undefined);
    sets.push(...page.recordSets);
    start = page.next;
  }
  return sets;
}
