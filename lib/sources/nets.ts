import ipaddr from 'ipaddr.js';
import type { Notes } from './notes.ts';
import { type ObjectRules, rulesOf } from './rules.ts';
import type { SourceSettings } from './settings.ts';
import type { TargetSet } from './targets.ts';

type Range = ReturnType<typeof ipaddr.parseCIDR>;

interface Nets {
  readonly included: readonly Range[];
  readonly excluded: readonly Range[];
}

const parsed = new WeakMap<ObjectRules, Nets>();

function netsOf(rules: ObjectRules): Nets {
  const known = parsed.get(rules);
  if (known) return known;
  const [included, excluded] = [rules.targetNets, rules.excludeTargetNets].map(list => list.map(ipaddr.parseCIDR));
  const nets = { included: included ?? [], excluded: excluded ?? [] };
  parsed.set(rules, nets);
  return nets;
}

/**
 * The targets that `records.targetNets` and `.excludeTargetNets` let through. With the first, names are not, as in
 * ExternalDNS: nobody knows what is behind them.
 */
export function withinNets(
  sets: readonly TargetSet[],
  settings: SourceSettings,
  field: string,
  notes: Notes,
): readonly TargetSet[] {
  const rules = rulesOf(settings);
  if (rules.targetNets.length + rules.excludeTargetNets.length === 0) return sets;
  const nets = netsOf(rules);
  const left = sets.map(set => ({ ...set, targets: set.targets.filter(target => passes(set.type, target, nets)) }));
  const before = sets.flatMap(({ targets }) => targets);
  const after = left.flatMap(({ targets }) => targets);
  const out = before.filter(target => !after.includes(target));
  if (out.length > 0) {
    const shown = out.slice(0, 5).join(', ');
    notes.add('filtered', field, `not among records.targetNets, or among records.excludeTargetNets: ${shown}`);
  }
  return left.filter(({ targets }) => targets.length > 0);
}

function passes(type: string, target: string, { included, excluded }: Nets): boolean {
  if (type === 'CNAME') return included.length === 0;
  const address = ipaddr.parse(target);
  const lies = (range: Range) => range[0].kind() === address.kind() && address.match(range);
  return (included.length === 0 || included.some(lies)) && !excluded.some(lies);
}
