import { namedObjects } from './object.ts';
import type { NameChange } from './plan.ts';
import type { RecordSet } from './record.ts';
import type { RecordChange } from './result.ts';
import { isSameSet } from './same.ts';

const isOwnership = (record: RecordSet) => record.type === 'TXT';

/**
 * A name's change as the record sets that a person looks for. Ownership records show only where nothing else changes.
 * @param allowedBy the rules of the config that let its objects have a record set
 */
export function recordChanges(
  change: NameChange,
  allowedBy: (record: RecordSet) => readonly string[] = () => [],
): RecordChange[] {
  const all = [...change.deletes, ...change.creates];
  const shown = all.some(record => !isOwnership(record)) ? (record: RecordSet) => !isOwnership(record) : () => true;
  const base = {
    owner: change.owner,
    ...namedObjects(change.objects),
    ...(change.formerly !== undefined && { formerly: change.formerly }),
    ...(change.drift && { drift: true }),
  };
  const after = change.creates.filter(shown);
  const gone = change.deletes.filter(record => shown(record) && !after.some(other => isSameSet(other, record)));
  return [
    ...gone.map(record => ({
      action: 'delete' as const,
      name: record.name,
      type: record.type,
      before: record,
      ...base,
    })),
    ...after.map(record => {
      const before = change.deletes.find(other => isSameSet(other, record));
      const rules = allowedBy(record);
      return {
        action: before ? ('update' as const) : ('create' as const),
        name: record.name,
        type: record.type,
        ...(before && { before }),
        after: record,
        ...base,
        ...(rules.length > 0 && { allowedBy: rules }),
      };
    }),
  ];
}
