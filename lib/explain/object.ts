import type { Finding, ObjectRef, OwnerId, Snapshot } from '../model/index.ts';
import { describeObject, isUnpublished, resourceOf } from '../model/index.ts';
import { sourceOfResource } from '../sources/index.ts';
import { adviceFor } from './advice.ts';
import type { Asker, ObjectExplanation } from './explanation.ts';
import { type Facts, focusAll, sourceOf, unreached } from './facts.ts';
import { type Held, heldBy } from './held.ts';
import { sayDeparted } from './name-advice.ts';
import { nearestIn, nearestOf } from './nearest.ts';
import { fits, namesOf, objectsIn } from './objects.ts';
import { askerOf, isCovered, toldBySources } from './outcome.ts';

/** Explains one object: each hostname, and why it is published or not. Pure. */
export function explainObject(object: ObjectRef, facts: Facts): ObjectExplanation {
  const names = namesOf(object, facts.asked);
  const focused = focusAll(facts, names);
  const askers = [...names].sort().map(name => askerOf(object, focused(name), facts.asked));
  const ofObject = toldBySources(object, facts.asked).filter(({ name }) => name === undefined);
  const holds = heldBy(object, facts).filter(({ name }) => !names.has(name));
  const reasons = [...ofObject, ...toldOfHeld(holds, facts)];
  const known =
    names.size > 0 ||
    ofObject.length > 0 ||
    facts.asked.some(({ holds: all }) => all.some(one => fits(one.object, object, object.cluster)));
  const published = names.size > 0 && askers.every(isCovered) && !ofObject.some(isUnpublished);
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
    holds: holds.map(({ name }) => name),
    advice: adviceOf(askers, reasons, { known, nearest, holds, unread: unread && object.cluster, facts }),
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

/** Why a name stays that the object does not ask for, as far as that is told of the name itself. */
function toldOfHeld(holds: readonly Held[], facts: Facts): Finding[] {
  if (holds.length === 0) return [];
  const focused = focusAll(facts, new Set(holds.map(({ name }) => name)));
  return holds.flatMap(({ name }) =>
    focused(name).flatMap(({ findings }) =>
      findings.filter(finding => finding.object === undefined && finding.name === name && isUnpublished(finding)),
    ),
  );
}

interface Looked {
  readonly known: boolean;
  readonly nearest: string | undefined;
  readonly holds: readonly Held[];
  readonly unread: string | undefined;
  readonly facts: Facts;
}

function adviceOf(
  askers: readonly Asker[],
  reasons: ObjectExplanation['reasons'],
  { known, nearest, holds, unread, facts }: Looked,
): string {
  const told = [...reasons, ...askers.flatMap(one => one.reasons)];
  const [grave] = told.filter(isUnpublished);
  const [departed] = holds.filter(one => one.departed);
  if (unread !== undefined) return `see why ${unread} could not be read: fairlead doctor says what mends it`;
  if (departed && askers.length === 0) return departedAdvice(departed, facts);
  if (grave) return adviceFor(grave, unreached(facts));
  if (askers.some(({ outcome }) => outcome === 'pending')) return 'run fairlead sync, or wait for the schedule';
  const [filtered] = told.filter(({ reason }) => reason === 'filtered');
  if (filtered) return filteredAdvice(filtered, facts);
  // Of something misspelt nothing is refused: it does nothing.
  const [warning] = told.filter(({ reason, field }) => reason === 'warning' && field !== undefined);
  if (warning && askers.length === 0)
    return `if it is to have a hostname: ${adviceFor({ ...warning, reason: 'invalid' })}`;
  if (known) return 'nothing is to be done';
  if (nearest !== undefined) return `did you mean ${nearest}?`;
  return 'see that it is there and carries a hostname annotation or a host, that its kind is among sources, and that filters, ingress.classes and service.types let it through';
}

/** Its cluster left the config, with its owner id or without. */
const departedAdvice = ({ name, clusters, owner, labelled }: Held, { asked }: Facts) =>
  sayDeparted(
    { clusters, owner: owner as OwnerId, labelled },
    name,
    asked.some(one => one.owner === owner),
  );

/** What leaves a name out may be right, and the name mistyped. */
function filteredAdvice(filtered: Finding, { zones, selected }: Facts): string {
  const { name, field } = filtered;
  const domains = zones.filter(({ id }) => selected.has(id)).map(zone => zone.name);
  const meant = name !== undefined && field?.startsWith('zones') ? nearestIn(name, domains) : undefined;
  return meant === undefined ? adviceFor(filtered) : `did you mean ${meant}? If not: ${adviceFor(filtered)}`;
}
