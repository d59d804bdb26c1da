import fc from 'fast-check';
import type { RecordJson } from '../../local/emulators/route53/index.ts';
import { fromJson } from '../../local/emulators/route53/json.ts';
import type { Route53Store } from '../../local/emulators/route53/store.ts';
import { EXAMPLE_ZONE } from './harness.ts';

/** A stranger puts a record set of one of so many sorts to one of two hosts, or takes it away. */
export const foreignStep = (sorts: number) =>
  fc.record({
    do: fc.constant('foreign' as const),
    host: fc.nat(1),
    what: fc.nat(sorts - 1),
    put: fc.boolean(),
  });

/** Does that, where Route 53 takes it. @param known what strangers have there, by name, type and set identifier; kept up to date */
export function editForeign(store: Route53Store, known: Map<string, RecordJson>, set: RecordJson, put: boolean): void {
  const id = `${set.name} ${set.type} ${set.setIdentifier ?? ''}`;
  const before = known.get(id);
  if (put === (before !== undefined)) return;
  try {
    store.change(EXAMPLE_ZONE.id ?? '', [{ action: put ? 'CREATE' : 'DELETE', recordSet: fromJson(before ?? set) }]);
    if (put) known.set(id, set);
    else known.delete(id);
  } catch {
    // Route 53 does not take it.
  }
}
