import { groupBy } from '../../group.ts';
import type { DnsName, Finding, Party, ZoneState } from '../../model/index.ts';
import type { Claim } from '../../registry/index.ts';
import type { PlannedChange } from '../context.ts';
import { objectOf } from '../current/shares.ts';
import type { GaveUp } from '../owners/given-up.ts';
import type { Owners } from '../owners/owners.ts';
import type { Limit, PlanSettings } from '../settings.ts';

// The guard: no run takes many names out of a zone, or leads them elsewhere, unless that is what their objects asked for. It
// counts names, by the owner and cluster that lose them.
//
// | a name that is to leave the zone                                                        | counts as removed |
// |-----------------------------------------------------------------------------------------|-------------------|
// | its object is gone, filtered, or asks for nothing any more                              | yes               |
// | its object asks for other names, and has this one in its own text (annotation, rule, …) | yes               |
// | the same, and the name never stood there (a template or a listener made it, a pod has it) | yes             |
// | the same, and what stood there before is not known (no state)                           | yes               |
// | its object asks for other names, and took this one out of its own text                  | no                |
// | only its ownership record stands                                                        | as the above      |
// | the zone is above another one, which the world is led to and which has the name         | no                |
// | a person forces a run for its cluster                                                   | no                |
//
// So what the config no longer lets through counts, whichever key it is. A name that another object takes over, in the same
// batch, does not leave; it counts as updated where its targets change, unless its object gave it up in this sense.

/** What the brakes must know, besides the changes. */
export interface BrakeContext {
  readonly state: ZoneState;
  readonly settings: PlanSettings;
  readonly owners: Owners;
  /** Names that each party has in the zone, by {@link partyKey}, and of them each namespace, by {@link namespaceKey}. */
  readonly owned: () => ReadonlyMap<string, number>;
  /** Whether what no change removes is still not asked for by the object that has it; by `changeKey`. */
  readonly isUnwanted: (key: string) => boolean;
  readonly gaveUp: GaveUp;
  /** Whether the world finds the name in a zone below. */
  readonly isBelow: (name: DnsName) => boolean;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** The changes that a run may do, and why not the others. */
export interface Braked {
  readonly allowed: readonly PlannedChange[];
  readonly findings: readonly Finding[];
}

export const partyKey = ({ owner, cluster }: Party): string => `${owner}\n${cluster ?? ''}`;

export const namespaceKey = (party: Party, namespace: string): string => `${partyKey(party)}\n${namespace}`;

export const leaves = ({ change }: PlannedChange): boolean => change.action === 'delete';

export const isForced = (claims: readonly Claim[], owners: Owners): boolean =>
  claims.length > 0 && claims.every(({ ownership }) => owners.forced(ownership));

/** Changes of one party that are judged together. */
export interface Group {
  readonly party: Party;
  readonly changes: PlannedChange[];
}

/** Groups changes by the parties that lose something by them, and by what `key` says. */
export function groupChanges(
  changes: readonly PlannedChange[],
  owners: Owners,
  key: (planned: PlannedChange) => string,
): Iterable<Group> {
  const groups = new Map<string, Group>();
  for (const planned of changes) {
    const { change, losing } = planned;
    const parties = losing.length > 0 ? losing.map(({ ownership }) => owners.partyOf(ownership)) : [change];
    for (const [of, party] of new Map(parties.map(each => [`${partyKey(each)}\n${key(planned)}`, each]))) {
      const group = groups.get(of);
      if (group) group.changes.push(planned);
      else groups.set(of, { party: pick(party), changes: [planned] });
    }
  }
  return groups.values();
}

const pick = ({ owner, cluster }: Party): Party => ({ owner, ...(cluster !== undefined && { cluster }) });

export const limitOf = ({ count, percent }: Limit, owned: number) =>
  Math.max(count, Math.floor((owned * percent) / 100));

/** What one single object takes along is no mass change, however many names it has. */
export function isOfOneObject(changes: readonly PlannedChange[]): boolean {
  const objects = new Set(changes.flatMap(({ claims }) => claims.map(({ ownership }) => ownership.resource ?? '')));
  return objects.size === 1 && !objects.has('');
}

/**
 * Of too many changes of a party those that are held. Nobody who may write in one namespace is to stop the others, so where
 * the others by themselves stay within the percentage of the names that they have, what they change goes on. Where all that a cluster has
 * changes at once, that is never so.
 */
export function massOf({ party, changes }: Group, { percent }: Limit, owned: ReadonlyMap<string, number>): Mass {
  const [[namespace, mass] = ['', changes]] = [...groupBy(changes, namespaceOfChange)].sort(
    ([, a], [, b]) => b.length - a.length,
  );
  const names = (owned.get(partyKey(party)) ?? 0) - (owned.get(namespaceKey(party, namespace)) ?? 0);
  const others = changes.length - mass.length;
  if (namespace === '' || others === 0 || others > (names * percent) / 100) return { held: changes };
  return { held: mass, namespace };
}

interface Mass {
  readonly held: readonly PlannedChange[];
  /** Whose they are, where it is one namespace's that does not concern the others. */
  readonly namespace?: string;
}

/** Of the objects that lose something by a change; empty where they are not of one namespace. */
export function namespaceOfChange({ claims, losing }: PlannedChange): string {
  const [namespace = '', ...others] = new Set(
    (losing.length > 0 ? losing : claims).map(one => objectOf(one.ownership).namespace),
  );
  return others.length > 0 ? '' : namespace;
}

export function describeParty({ owner, cluster }: Party): string {
  return cluster === undefined ? `the owner "${owner}"` : `the cluster "${cluster}"`;
}
