import { groupBy } from '../../group.ts';
import type { DnsName, NameChange, ZoneId } from '../../model/index.ts';
import { changeKey } from '../../model/index.ts';

/**
 * Sorts the changes of one zone by name, but a change that creates an alias into the zone comes after the change that
 * creates the record it points to: Route 53 checks a batch in order and refuses an alias whose target is not there yet.
 * Aliases that point at each other in a ring keep the order of their names (Route 53 will say what it thinks of them).
 */
export function orderChanges<T extends { readonly change: NameChange }>(changes: readonly T[], zone: ZoneId): T[] {
  const key = ({ change }: T) => changeKey(change);
  const sorted = [...changes].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
  return targetsFirst(sorted, zone, ({ change }) => change);
}

/** In the order given, but each alias into the zone after the change that creates the record it points to. */
export function targetsFirst<T>(changes: readonly T[], zone: ZoneId, changeOf: (item: T) => NameChange): T[] {
  const creating = groupBy(
    changes.filter(one => changeOf(one).creates.length > 0),
    one => changeOf(one).name,
  );
  const ordered: T[] = [];
  const seen = new Set<T>();
  for (const first of changes) {
    // Depth first without recursion: a chain of aliases may be as long as the zone.
    const stack = [first];
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const targets = seen.has(top) ? [] : zoneAliases(changeOf(top), zone).flatMap(name => creating.get(name) ?? []);
      const waiting = targets.find(target => !seen.has(target) && !stack.includes(target));
      if (waiting) stack.push(waiting);
      else {
        stack.pop();
        if (!seen.has(top)) ordered.push(top);
        seen.add(top);
      }
    }
  }
  return ordered;
}

/** The names of the zone itself to which a change creates aliases. */
export function zoneAliases(change: NameChange, zone: ZoneId): DnsName[] {
  return change.creates.flatMap(record => (record.alias?.zoneId === zone ? [record.alias.dnsName] : []));
}
