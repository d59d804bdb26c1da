import { type RecordSet, resourceOf } from '../../model/index.ts';
import { isOwnershipRecord } from '../../registry/index.ts';
import type { NameContext } from '../context.ts';
import type { Current, OwnedRecord } from '../current/current.ts';
import type { Candidate } from '../desired/candidates.ts';
import { facetOf } from '../desired/facets.ts';

/**
 * Without a registry, what carries nobody's ownership record counts as its who asks for the name; of record sets with set
 * identifiers the one whose identifier is asked for.
 */
export function unowned(
  { foreign }: Current,
  desired: readonly RecordSet[],
  { owner, objects: [object] }: Candidate,
  { settings }: NameContext,
): OwnedRecord[] {
  if (settings.registry !== 'noop' || !object) return [];
  const facets = new Set(desired.map(facetOf));
  const ownership = { owner, cluster: object.cluster, resource: resourceOf(object) };
  return foreign.flatMap(({ record, claim, beyond }) => {
    const free = !claim && !isOwnershipRecord(record, settings.naming);
    if (!free || beyond !== undefined || !facets.has(facetOf(record))) return [];
    return [{ record, claim: { ownership, txt: record, value: '', type: record.type } }];
  });
}
