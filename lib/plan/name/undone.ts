import { groupBy } from '../../group.ts';
import {
  changeKey,
  type DnsName,
  type Finding,
  type HostedZone,
  type NameChange,
  nameOfKey,
  type Undone,
  type ZoneState,
} from '../../model/index.ts';
import type { Owners } from '../owners/owners.ts';
import type { NamePlan } from './name-plan.ts';

type Held = readonly [key: string, undone: Undone];

/** By name what a person undid of it: the whole of it, or single set identifiers. */
export const undoneByName = ({ undone }: Pick<ZoneState, 'undone'>): ReadonlyMap<DnsName, readonly Held[]> =>
  groupBy(undone ?? [], ([key]) => nameOfKey(key));

/**
 * Leaves out what would undo an undoing; each one is told, whether it keeps anything from being done or not.
 *
 * | undone           | change of        | left out |
 * |------------------|------------------|----------|
 * | the name         | anything of it   | yes      |
 * | a set identifier | the same one     | yes      |
 * | a set identifier | another one      | no       |
 * | a set identifier | the name at once | yes      |
 */
export function withoutUndone(
  plan: NamePlan,
  name: DnsName,
  held: readonly Held[],
  { zone, owners }: { readonly zone: HostedZone; readonly owners: Owners },
): NamePlan {
  const keeps = ([key]: Held, change: NamePlan['changes'][number]['change']) =>
    key === name || change.setIdentifier === undefined || changeKey(change) === key;
  const stopped = held.map(one => plan.changes.find(({ change }) => keeps(one, change))?.change);
  const findings = held.flatMap(([key, undone], i) =>
    stopped[i] || owners.ours(undone.owner) ? [undoneFinding(key, undone, stopped[i], zone)] : [],
  );
  return {
    ...plan,
    changes: plan.changes.filter(({ change }) => !held.some(one => keeps(one, change))),
    findings: [...plan.findings, ...findings],
  };
}

function undoneFinding(
  key: string,
  { run, by, at }: Undone,
  stopped: NameChange | undefined,
  zone: HostedZone,
): Finding {
  const name = nameOfKey(key);
  const release = `fairlead undo --release ${name}`;
  const since = `what the run ${run} did of it was undone at ${new Date(at).toISOString()} (by ${by})`;
  const former = stopped && (stopped.objects[0] ?? stopped.former);
  const set = key === name ? '' : ` (set identifier ${key.slice(name.length + 1)})`;
  const asked = stopped?.action === 'delete' ? 'no object asks for it' : 'its objects ask for something else';
  const what = stopped ? `is left as it is, though ${asked}` : 'is held as it is';
  return {
    reason: stopped ? 'frozen' : 'warning',
    message: `${name}${set} ${what}: ${since}, and no run changes it until that is released (${release})`,
    name,
    ...(former && { former }),
    ...(key !== name && { setIdentifier: key.slice(name.length + 1) }),
    zone: zone.id,
    release,
  };
}
