import { CLAIMS, type Rule } from './claims.ts';
import { asks, type Wish } from './objects.ts';
import { DATA_TYPES, type DataType, KNOWS_MERGE, type Settings } from './settings.ts';
import { dataAt, type Rec, type View, within } from './view.ts';

/** A record set that should stand, as far as it can be compared. */
export interface Due {
  readonly type: DataType;
  readonly values?: readonly string[];
  readonly ttls?: readonly number[];
  readonly alias?: string;
}

/** The objects whose addresses of a name are put together with those of `wish`, itself included. */
export function groupOf(wish: Wish, name: string, wishes: readonly Wish[], settings: Settings): Wish[] {
  if (wish.targets?.CNAME !== undefined) return [wish];
  const merge = KNOWS_MERGE ? settings.merge : 'cluster';
  return wishes.filter(
    other =>
      other === wish ||
      (other.cluster === wish.cluster &&
        other.kind === wish.kind &&
        other.targets !== undefined &&
        other.targets.CNAME === undefined &&
        asks(other, name) &&
        mayHave(other, name, settings) &&
        (merge === 'cluster' || (merge === 'namespace' && other.namespace === wish.namespace))),
  );
}

/**
 * The record sets that `wish` and those that share the name with it should have in a zone, of the types that the config
 * manages; empty where there are none (no target, a claim that refuses it, an alias to nothing, a CNAME at the apex).
 */
export function dueOf(
  wish: Wish,
  name: string,
  wishes: readonly Wish[],
  settings: Settings,
  zone: { name: string; view: View },
): Due[] {
  const { targets } = wish;
  if (!targets || !mayHave(wish, name, settings)) return [];
  const group = groupOf(wish, name, wishes, settings);
  const due =
    targets.CNAME === undefined ? addresses(group, settings) : named(wish, name, targets.CNAME, settings, zone);
  return due.filter(({ type }) => settings.types.includes(type));
}

function addresses(group: readonly Wish[], settings: Settings): Due[] {
  const ttls = [...new Set(group.map(({ ttl }) => ttl ?? settings.ttl))];
  return (['A', 'AAAA'] as const).flatMap(type => {
    const values = [...new Set(group.flatMap(({ targets }) => targets?.[type] ?? []))].sort();
    return values.length > 0 ? [{ type, values, ttls }] : [];
  });
}

function named(
  wish: Wish,
  name: string,
  target: string,
  settings: Settings,
  zone: { name: string; view: View },
): Due[] {
  if (target === name) return [];
  const service = target.endsWith('.amazonaws.com');
  const alias = wish.alias === 'true' || (wish.alias === '' && service && !settings.preferCname);
  if (!alias) return name === zone.name ? [] : [{ type: 'CNAME', values: [target], ttls: [wish.ttl ?? settings.ttl] }];
  const types = service ? (['A', 'AAAA'] as const) : dataAt(zone.view, target).map(({ type }) => type);
  return types.filter(type => type !== 'CNAME').map(type => ({ type: type as DataType, alias: target }));
}

export function isDue(record: Rec, due: Due): boolean {
  if (record.type !== due.type) return false;
  if (due.alias !== undefined) return record.alias?.dnsName.replace(/^dualstack\./, '') === due.alias;
  return (
    JSON.stringify(record.values?.map(lower)) === JSON.stringify(due.values) &&
    due.ttls?.includes(record.ttl ?? -1) === true
  );
}

const lower = (value: string) => value.toLowerCase().replace(/\.$/, '');

/** Whether the rules let an object have a name, all the types of it that it would have. Told apart from the code under test. */
export function mayHave(wish: Wish, name: string, settings: Settings): boolean {
  const rules: readonly Rule[] = CLAIMS[settings.claims];
  if (rules.length === 0) return true;
  return typesOf(wish, settings).every(type => {
    const rule = rules.find(
      ({ clusters, namespaces, domains, types }) =>
        (clusters?.includes(wish.cluster) ?? true) &&
        (namespaces?.some(one => wish.namespace.startsWith(one.replace('*', ''))) ?? true) &&
        (domains?.some(one => within(name, one)) ?? true) &&
        (types?.includes(type) ?? true),
    );
    return rule !== undefined && (rule.wildcard === true || !name.startsWith('*'));
  });
}

function typesOf({ targets, alias }: Wish, { types, preferCname }: Settings): DataType[] {
  if (!targets) return [];
  const isService = targets.CNAME?.endsWith('.amazonaws.com') === true;
  const isAlias = alias === 'true' || (alias === '' && isService && !preferCname);
  const made: readonly DataType[] =
    targets.CNAME === undefined
      ? DATA_TYPES.filter(type => type !== 'CNAME' && targets[type].length > 0)
      : isAlias
        ? ['A', 'AAAA']
        : ['CNAME'];
  return made.filter(type => types.includes(type));
}
