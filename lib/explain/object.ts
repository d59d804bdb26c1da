import type { DnsName, NamedObject, ObjectRef, Snapshot } from '../model/index.ts';
import { describeObject, isUnpublished, resourceOf } from '../model/index.ts';
import { ownershipRecords, readOwnershipName } from '../registry/index.ts';
import { sourceOfResource } from '../sources/index.ts';
import { adviceFor } from './advice.ts';
import type { Asker, ObjectExplanation } from './explanation.ts';
import { type Facts, focusAll, knownZones, sourceOf } from './name.ts';
import { nearestOf } from './nearest.ts';
import { askerOf, isCovered, toldBySources } from './outcome.ts';

const fits = (object: ObjectRef, wanted: NamedObject, cluster: string | undefined) =>
  object.kind === wanted.kind &&
  object.namespace === wanted.namespace &&
  object.name === wanted.name &&
  (cluster === undefined || object.cluster === cluster);

/** The objects of this name: one in each cluster that has one. */
export function findObjects(wanted: NamedObject, asked: readonly Snapshot[], cluster?: string): ObjectRef[] {
  const all = asked.flatMap(objectsIn).filter(object => fits(object, wanted, cluster));
  return [...new Map(all.map(object => [describeObject(object), object])).values()];
}

const objectsIn = ({ endpoints, holds, findings }: Snapshot): ObjectRef[] => [
  ...endpoints.map(({ object }) => object),
  ...holds.map(({ object }) => object),
  ...findings.flatMap(({ object }) => object ?? []),
];

/** The names that an object asks for, waits for or was refused. */
export function namesOf(object: ObjectRef, asked: readonly Snapshot[]): Set<DnsName> {
  const own = asked.filter(({ cluster }) => cluster === object.cluster);
  const isOf = (one: { readonly object?: ObjectRef }) =>
    one.object !== undefined && fits(one.object, object, object.cluster);
  return new Set([
    ...own.flatMap(({ endpoints }) => endpoints.filter(isOf).map(({ name }) => name)),
    ...own.flatMap(({ holds, findings }) => [...holds, ...findings].filter(isOf).flatMap(({ name }) => name ?? [])),
  ]);
}

/** Explains one object: each hostname, and why it is published or not. Pure. */
export function explainObject(object: ObjectRef, facts: Facts): ObjectExplanation {
  const names = namesOf(object, facts.asked);
  const focused = focusAll(facts, names);
  const askers = [...names].sort().map(name => askerOf(object, focused(name), facts.asked));
  const reasons = toldBySources(object, facts.asked).filter(({ name }) => name === undefined);
  const holds = heldBy(object, facts).filter(name => !names.has(name));
  const known =
    names.size > 0 ||
    reasons.length > 0 ||
    facts.asked.some(({ holds: all }) => all.some(one => fits(one.object, object, object.cluster)));
  const published = names.size > 0 && askers.every(isCovered) && !reasons.some(isUnpublished);
  const unread = known ? undefined : unreadKind(object, facts.asked);
  const nearest =
    known || unread !== undefined
      ? undefined
      : nearestOf(resourceOf(object), facts.asked.flatMap(objectsIn).map(resourceOf));
  const covered = askers.filter(isCovered).length;
  return {
    object,
    known,
    published,
    summary: known
      ? `${describeObject(object)} ${asksAndHas(names.size, covered)}`
      : `nothing is known of ${describeObject(object)}: ${unread === undefined ? UNKNOWN : `${unread} objects of ${object.cluster} could not be read`}`,
    names: askers,
    reasons,
    holds,
    advice: adviceOf(askers, reasons, { known, nearest, unread: unread && object.cluster }),
    ...(nearest !== undefined && { nearest }),
    source: sourceOf(facts),
  };
}

const UNKNOWN = 'it is not there, asks for no hostname, or the config leaves it out';

/** The source of the object, where its cluster was not read completely for it: then that nothing is known says nothing. */
function unreadKind({ cluster, kind }: ObjectRef, asked: readonly Snapshot[]): string | undefined {
  const source = sourceOfResource(kind);
  if (source === undefined) return undefined;
  const isUnread = asked.some(one => one.cluster === cluster && one.kinds[source]?.complete === false);
  return isUnread ? source : undefined;
}

function asksAndHas(names: number, covered: number): string {
  if (names === 0) return 'asks for no hostname';
  const has = covered < names ? covered : names === 1 ? 'it' : 'all of them';
  return `asks for ${names} hostname${names === 1 ? '' : 's'}, and has ${has}`;
}

function adviceOf(
  askers: readonly Asker[],
  reasons: ObjectExplanation['reasons'],
  {
    known,
    nearest,
    unread,
  }: { readonly known: boolean; readonly nearest: string | undefined; readonly unread: string | undefined },
): string {
  const told = [...reasons, ...askers.flatMap(one => one.reasons)];
  const [grave] = told.filter(isUnpublished);
  if (grave) return adviceFor(grave);
  if (askers.some(({ outcome }) => outcome === 'pending')) return 'run fairlead sync, or wait for the schedule';
  const [filtered] = told.filter(({ reason }) => reason === 'filtered');
  if (filtered) return adviceFor(filtered);
  // Of something misspelt nothing is refused: it does nothing.
  const [warning] = told.filter(({ reason, field }) => reason === 'warning' && field !== undefined);
  if (warning && askers.length === 0)
    return `if it is to have a hostname: ${adviceFor({ ...warning, reason: 'invalid' })}`;
  if (known) return 'nothing is to be done';
  if (unread !== undefined) return `see why ${unread} could not be read: fairlead doctor says what mends it`;
  if (nearest !== undefined) return `did you mean ${nearest}?`;
  return 'see that it is there and carries a hostname annotation or a host, that its kind is among sources, and that filters, ingress.classes and service.types let it through';
}

/** Names for which ownership records name the object. */
function heldBy(object: ObjectRef, facts: Facts): DnsName[] {
  const resource = resourceOf(object);
  const owners = new Set(facts.asked.filter(({ cluster }) => cluster === object.cluster).map(({ owner }) => owner));
  const naming = facts.shards[0]?.input.settings.naming;
  const held = new Set<DnsName>();
  if (!naming) return [];
  for (const { zone, records } of knownZones(facts).states)
    for (const { txt, stated } of ownershipRecords(records, naming))
      for (const { ownership } of stated) {
        const isOf =
          ownership.resource === resource &&
          owners.has(ownership.owner) &&
          (ownership.cluster ?? object.cluster) === object.cluster;
        const name = isOf ? readOwnershipName(txt.name, zone.name, naming)?.name : undefined;
        if (name !== undefined) held.add(name);
      }
  return [...held].sort();
}
