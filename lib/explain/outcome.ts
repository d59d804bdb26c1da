import type { DnsName, Finding, ObjectRef, Reason, Snapshot } from '../model/index.ts';
import { describeObject, isUnpublished, resourceOf } from '../model/index.ts';
import type { FocusedName } from '../plan/index.ts';
import { IGNORE_FIELD, sourceOfResource } from '../sources/index.ts';
import type { Asker, Outcome } from './explanation.ts';

/** Whether what an object asks for stands, be it by its own record or by another's that says the same. */
export const isCovered = ({ outcome }: Pick<Asker, 'outcome'>): boolean =>
  outcome === 'published' || outcome === 'shared';

/** Who asks and is not merely filtered or told of. */
export const isAsking = ({ wants, outcome }: Asker) =>
  outcome !== 'filtered' && (wants.length > 0 || outcome === 'waiting' || outcome === 'refused');

const isSame = (a: ObjectRef, b: ObjectRef) =>
  a.cluster === b.cluster && a.kind === b.kind && a.namespace === b.namespace && a.name === b.name;

/** What decided, by the reason that is told. */
const RULES: Readonly<Partial<Record<Reason, string>>> = {
  filtered: 'filter',
  'no-target': 'hold',
  invalid: 'validity',
  unsupported: 'validity',
  'no-zone': 'zone',
  'not-owned': 'ownership',
  conflict: 'conflict',
  'not-allowed': 'claim',
  policy: 'policy',
  frozen: 'freeze',
  held: 'guard',
  grace: 'grace',
  merged: 'merge',
  refused: 'Route 53',
  deferred: 'time',
  unreadable: 'reading',
};

export const ruleOf = ({ reason }: Pick<Finding, 'reason'>): string => RULES[reason] ?? reason;

/**
 * Objects that have something to do with a name: they ask for it, wait for it, or were refused it; or it is theirs in Route 53,
 * and they hold all that they have, since what they ask for is malformed.
 */
export function objectsOf(focused: readonly FocusedName[], asked: readonly Snapshot[]): ObjectRef[] {
  const [{ name }] = focused as [FocusedName];
  const owned = focused.flatMap(({ current }) =>
    current.flatMap(at => at.current.ours.flatMap(({ claim, shares = [claim] }) => shares.map(one => one.ownership))),
  );
  const isOwner = ({ cluster, owner }: Snapshot, object: ObjectRef) =>
    owned.some(
      one =>
        one.resource === resourceOf(object) &&
        (one.cluster === undefined ? one.owner === owner : one.cluster === cluster),
    );
  const objects = asked.flatMap(snapshot => {
    const { endpoints, holds, findings } = snapshot;
    return [
      ...holds.filter(one => one.name === undefined && isOwner(snapshot, one.object)).map(({ object }) => object),
      ...endpoints.filter(one => one.name === name).map(({ object }) => object),
      ...holds.filter(one => one.name === name).map(({ object }) => object),
      ...findings.filter(one => one.name === name).flatMap(({ object }) => object ?? []),
    ];
  });
  return [...new Map(objects.map(object => [describeObject(object), object])).values()];
}

/** What is told of an object that the plan does not know of: by the sources that read it. */
export function toldBySources(object: ObjectRef, asked: readonly Snapshot[]): Finding[] {
  return each(
    asked
      .filter(({ cluster }) => cluster === object.cluster)
      .flatMap(({ findings }) => findings.filter(finding => finding.object && isSame(finding.object, object))),
  );
}

/** What several views say alike, once. */
const each = <T>(said: readonly T[]): T[] => [...new Map(said.map(one => [JSON.stringify(one), one])).values()];

/**
 * What became of what an object asks for under a name. Where several things are told, the gravest counts:
 *
 * | told of                    | reason                  | outcome            |
 * |----------------------------|-------------------------|--------------------|
 * | the object                 | unpublished             | refused or waiting |
 * | the object, which asks not | it holds the name       | waiting            |
 * | the object                 | filtered                | filtered           |
 * | the name, and a change waits or none is planned | unpublished | refused        |
 * | –                          | a change is planned     | pending            |
 * | the object                 | merged                  | shared             |
 * | –                          | it stands               | published          |
 * | another object, alike      | unpublished             | refused            |
 */
export function askerOf(object: ObjectRef, focused: readonly FocusedName[], asked: readonly Snapshot[]): Asker {
  const [{ name }] = focused as [FocusedName];
  const wants = each(
    asked
      .filter(({ cluster }) => cluster === object.cluster)
      .flatMap(({ endpoints }) => endpoints.filter(one => one.name === name && isSame(one.object, object)))
      .map(({ type, targets, setIdentifier, routing }) => ({
        type,
        targets,
        ...(setIdentifier !== undefined && { setIdentifier }),
        ...(routing && { routing }),
      })),
  );
  const bySources = toldBySources(object, asked);
  const ofObject = bySources.filter(finding => finding.name === undefined);
  const told = [
    // What asks for the name all the same was read well: something else of the object is malformed.
    ...(wants.length === 0 ? ofObject : ofObject.filter(finding => !isUnpublished(finding))),
    ...bySources.filter(finding => finding.name === name),
    ...focused.flatMap(({ findings }) => findings.filter(one => one.object && isSame(one.object, object))),
  ];
  const ofName = focused.flatMap(({ findings }) =>
    findings.filter(one => one.object === undefined && one.name === name),
  );
  const held = wants.length === 0 ? heldBy(object, name, asked, bySources) : [];
  const unread = unreadKind(object, name, asked);
  const others = unread.length === 0 ? ofName : withoutUnread(ofName);
  const { outcome, reasons } = decide(focused, { told, held, ofName: [...others, ...unread] });
  const [first] = reasons;
  return { object, name, wants, outcome, ...(first && { rule: ruleOf(first) }), reasons: each(reasons) };
}

/** A hold that its source told nothing of. */
function heldBy(object: ObjectRef, name: DnsName, asked: readonly Snapshot[], told: readonly Finding[]): Finding[] {
  const ignored = told.some(({ field }) => field === IGNORE_FIELD);
  return asked
    .filter(({ cluster }) => cluster === object.cluster)
    .flatMap(({ holds }) => holds.filter(one => (one.name ?? name) === name && isSame(one.object, object)))
    .map(({ message }) => ({ reason: 'no-target', message, object, name, ...(ignored && { field: IGNORE_FIELD }) }));
}

/** Without what is frozen since it could not be read, where that is told of its objects; what takes a person stays. */
export const withoutUnread = (findings: readonly Finding[]): Finding[] =>
  findings.filter(({ reason, release }) => reason !== 'frozen' || release !== undefined);

/** The object's kind was not read in its cluster: what it asks for now is not known. */
function unreadKind(object: ObjectRef, name: DnsName, asked: readonly Snapshot[]): Finding[] {
  const source = sourceOfResource(object.kind);
  return asked
    .filter(({ cluster }) => cluster === object.cluster)
    .flatMap(({ kinds, frozen }) => (source === undefined ? [] : { read: kinds[source], frozen }))
    .flatMap(({ read, frozen }) => {
      if (read === undefined || read.complete) return [];
      const why = frozen ? { field: 'clusters[].freeze' } : { cluster: object.cluster };
      const message = `${object.cluster}: ${source} objects are not read, so what it asks for now is not known: ${read.error}`;
      return [{ reason: 'frozen' as const, message, object, name, ...why }];
    });
}

interface ToldOf {
  readonly told: readonly Finding[];
  readonly held: readonly Finding[];
  readonly ofName: readonly Finding[];
}

function decide(
  focused: readonly FocusedName[],
  { told, held, ofName }: ToldOf,
): { outcome: Outcome; reasons: readonly Finding[] } {
  const grave = told.filter(isUnpublished);
  if (grave.length > 0)
    return { outcome: grave.every(({ reason }) => reason === 'no-target') ? 'waiting' : 'refused', reasons: grave };
  if (held.length > 0) return { outcome: 'waiting', reasons: held };
  const filtered = told.filter(({ reason }) => reason === 'filtered');
  if (filtered.length > 0) return { outcome: 'filtered', reasons: filtered };
  const mild = told.filter(({ reason }) => reason !== 'merged');
  const planned = focused.some(({ changes }) => changes.some(({ change }) => change.creates.length > 0));
  if (planned) return { outcome: 'pending', reasons: mild };
  const stopped = ofName.filter(isUnpublished);
  if (stopped.length > 0) return { outcome: 'refused', reasons: stopped };
  const merged = told.filter(({ reason }) => reason === 'merged');
  if (merged.length > 0) return { outcome: 'shared', reasons: [...merged, ...mild] };
  const stands = focused.some(({ current }) => current.some(at => at.current.ours.length > 0));
  if (stands) return { outcome: 'published', reasons: mild };
  // Who asks for the very same as another object is covered by that one's record, or is refused with it.
  const shared = focused.flatMap(({ findings }) => findings.filter(isUnpublished));
  return { outcome: shared.length > 0 ? 'refused' : 'unclear', reasons: [...shared, ...mild] };
}
