import { groupBy } from '../../group.ts';
import type { ClusterName, Finding, HostedZone, NameChange, RecordSet, ZoneState } from '../../model/index.ts';
import { isSameSet } from '../../model/index.ts';
import { firstOf } from '../../shown.ts';
import type { Braked } from '../brakes/brakes.ts';
import { ownershipNameOf } from '../change/change.ts';
import type { PlannedChange } from '../context.ts';
import type { Current } from '../current/current.ts';
import { objectOf } from '../current/shares.ts';
import type { Owners } from '../owners/owners.ts';
import type { PlanSettings } from '../settings.ts';

/** Record sets of ours by the namespace of a cluster that has them, ownership records included. */
export type Standing = ReadonlyMap<string, number>;

const keyOf = (cluster: ClusterName | undefined, namespace: string) => `${cluster ?? ''}\n${namespace}`;

/** Whose an ownership record is; undefined where it names no object. */
function namespaceOf({ ownership }: Current['claims'][number], owners: Owners): string | undefined {
  const { namespace } = objectOf(ownership);
  return namespace === '' ? undefined : keyOf(owners.partyOf(ownership).cluster, namespace);
}

/** Whose a name is when the change is done. */
function takerOf({ objects: [object], cluster }: NameChange): string | undefined {
  return object && keyOf(cluster ?? object.cluster, object.namespace);
}

/** What stands at the names of a zone. */
export function countStanding(currents: Iterable<Current>, owners: Owners): Standing {
  const standing = new Map<string, number>();
  const add = (claim: Current['claims'][number]) => {
    const key = namespaceOf(claim, owners);
    if (key !== undefined) standing.set(key, (standing.get(key) ?? 0) + 1);
  };
  for (const { ours, claims } of currents) {
    for (const { claim } of ours) add(claim);
    for (const claim of claims) add(claim);
  }
  return standing;
}

/** What bounds the record sets of a namespace in a zone. */
export interface NamespaceLimitContext {
  readonly state: Pick<ZoneState, 'zone' | 'quota'>;
  readonly settings: PlanSettings;
  readonly owners: Owners;
  /** Counted when it is first asked. */
  readonly standing: () => Standing;
}

/** How many record sets a change adds to its zone. */
export const growthOf = ({ creates, deletes }: NameChange): number => creates.length - deletes.length;

/** Route 53's quota of a zone, unless it was raised (Developer Guide, "Quotas"); the limit is written for it. */
export const USUAL_QUOTA = 10_000;

/** Of a zone that may hold more than usual, a namespace may have as large a part. Undefined: any number. */
function limitOf({ state: { quota }, settings: { recordsPerNamespace } }: NamespaceLimitContext): number | undefined {
  if (recordsPerNamespace === undefined || quota === undefined) return recordsPerNamespace;
  return Math.floor(recordsPerNamespace * Math.max(1, quota.sets / USUAL_QUOTA));
}

/**
 * Bounds the record sets that one namespace of a cluster has in a zone (`limits.recordsPerNamespace`), so that none fills
 * what others need, too. What stands counts first and is never taken away; what makes room is done before what takes it;
 * then the names go in their order.
 *
 * | change                             | over the limit                                                  |
 * |------------------------------------|-----------------------------------------------------------------|
 * | takes no more record sets          | done                                                            |
 * | update with new record sets, too   | done without these ({@link withoutAdditions}), told             |
 * | creation                           | refused, told                                                   |
 */
export function withinNamespaceLimit(changes: readonly PlannedChange[], context: NamespaceLimitContext): Braked {
  const limit = limitOf(context);
  if (limit === undefined || changes.length === 0) return { allowed: changes, findings: [] };
  const { settings, owners, standing, state } = context;
  const used = new Map(standing());
  const use = (key: string | undefined, count: number) => {
    if (key !== undefined) used.set(key, (used.get(key) ?? 0) + count);
  };
  for (const { change, claims } of changes.filter(({ change }) => growthOf(change) <= 0)) {
    const [former] = claims.flatMap(claim => namespaceOf(claim, owners) ?? []);
    use(former, -change.deletes.length);
    use(takerOf(change), change.creates.length);
  }
  const refused: Refused[] = [];
  const judged = new Map<PlannedChange, readonly PlannedChange[]>();
  for (const planned of inOrder(changes.filter(({ change }) => growthOf(change) > 0))) {
    const { change } = planned;
    const key = takerOf(change);
    const fits = key === undefined || (used.get(key) ?? 0) + growthOf(change) <= limit;
    const done = fits ? change : withoutAdditions(change, state.zone, settings);
    judged.set(planned, done ? [{ ...planned, change: done }] : []);
    if (done) use(key, growthOf(done));
    if (done !== change) refused.push({ change, text: describeRefused(change, done) });
  }
  return {
    allowed: changes.flatMap(planned => judged.get(planned) ?? [planned]),
    findings: refusedFindings(refused, used, limit, state.zone),
  };
}

/** What exists goes before what is new, and then by name. */
function inOrder(growing: readonly PlannedChange[]): PlannedChange[] {
  const isNew = ({ change }: PlannedChange) => Number(change.action === 'create');
  return [...growing].sort((a, b) => isNew(a) - isNew(b) || (a.change.name < b.change.name ? -1 : 1));
}

/**
 * An update that adds no more record sets than it takes away, in the order of their types (an A before an AAAA); each has
 * its ownership record. What is only replaced is replaced. Undefined: nothing of the change can be done without additions.
 */
export function withoutAdditions(
  change: NameChange,
  zone: HostedZone,
  settings: Pick<PlanSettings, 'naming'>,
): NameChange | undefined {
  if (change.action !== 'update') return undefined;
  const isReplaced = (record: RecordSet) => change.deletes.some(old => isSameSet(old, record));
  const added = change.creates.filter(record => record.name === change.name && !isReplaced(record));
  const creates = new Set(change.creates);
  for (const record of [...added].reverse()) {
    if (creates.size <= change.deletes.length) break;
    const owned = ownershipNameOf(record, zone, settings);
    for (const one of change.creates) {
      const isItsOwn = one.type === 'TXT' && one.name === owned && one.setIdentifier === record.setIdentifier;
      if (one === record || (isItsOwn && !isReplaced(one))) creates.delete(one);
    }
  }
  if (creates.size === change.creates.length) return change;
  const isWorth = change.creates.some(one => creates.has(one) && one.name === change.name);
  return isWorth ? { ...change, creates: change.creates.filter(one => creates.has(one)) } : undefined;
}

interface Refused {
  readonly change: NameChange;
  readonly text: string;
}

/** The name, with the types that are not published of it. */
function describeRefused({ name, creates }: NameChange, done: NameChange | undefined): string {
  const types = creates.filter(record => record.name === name && done?.creates.includes(record) !== true);
  return `${name} ${[...new Set(types.map(({ type }) => type))].join(' and ')}`;
}

/** How many names a finding shows. */
const SHOWN = 10;

/** One finding a namespace, however many names it concerns. */
function refusedFindings(
  refused: readonly Refused[],
  used: ReadonlyMap<string, number>,
  limit: number,
  zone: HostedZone,
): Finding[] {
  const groups = groupBy(refused, ({ change }) => takerOf(change) ?? '');
  return [...groups].map(([key, group]) => {
    const [{ change }] = group as [Refused];
    const [object] = change.objects;
    const cluster = change.cluster ?? object?.cluster ?? '';
    const has = used.get(key) ?? 0;
    const names = `${group.length === 1 ? '1 name' : `${group.length} names`} (${firstOf(group, SHOWN, ({ text }) => text)})`;
    const message = `${cluster}: ${names} of the namespace ${object?.namespace} ${group.length === 1 ? 'is' : 'are'} not published: it has ${has} record sets in ${zone.name}, ownership records included, and ${limit} are allowed: remove some, or raise limits.recordsPerNamespace`;
    return {
      reason: 'invalid',
      message,
      cluster,
      field: 'limits.recordsPerNamespace of the config',
      name: change.name,
      zone: zone.id,
      ...(group.length > 1 && { count: group.length }),
    };
  });
}
