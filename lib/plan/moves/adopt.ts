import type { DnsName, Finding, NameChange, Ownership, RecordSet } from '../../model/index.ts';
import { isSameSet, resourceOf, sameRecord, whyLeftAlone } from '../../model/index.ts';
import { type Current, type CurrentRecord, currentAt } from '../current/current.ts';
import { viewZones, type ZoneView } from '../current/zone-view.ts';
import { facetOf, groupOf } from '../desired/facets.ts';
import type { PlanInput } from '../input.ts';
import { type Owners, ownersOf } from '../owners/owners.ts';
import { describeSet } from '../preconditions/unmet.ts';
import { isManaged, type PlanSettings } from '../settings.ts';
import {
  belongsTo,
  bySetIdentifier,
  frozenZone,
  isOwnable,
  leavesRoom,
  type Moves,
  ofOneSet,
  ownershipOf,
  refusal,
  refusedAt,
  swapOwnership,
  together,
  typesOf,
  whyTaken,
} from './move.ts';
import { labelFor, type Target, type Wanted, wantedWithout } from './wanted.ts';

export interface Adoption {
  readonly names: readonly DnsName[];
  /** Also what is not as the object wants it; the next run then changes it. */
  readonly overwrite: boolean;
}

/**
 * Gives records that nobody owns to the objects that ask for them. What no object asks for is refused: the next run would
 * remove it. Beside what is given to an object it is only told: the mail records of an apex stay nobody's.
 */
export function planAdoption({ names, overwrite }: Adoption, input: PlanInput): Moves {
  const { settings } = input;
  const owners = ownersOf(input.snapshots, settings.sourceOf);
  const views = viewZones(input.zones, settings, owners);
  const found = [...new Set(names)].map(name => {
    const here = views.flatMap(view => unownedAt(name, view, { settings, owners }));
    if (here.length > 0) return here;
    const message = `${name}: no selected hosted zone has a record set there`;
    return [{ moves: [], refused: [refusal('no-zone', message, name)] }];
  });
  const wantedOf = wantedWithout(
    found.flat().filter(one => 'view' in one),
    input,
  );
  const context = { settings, owners, overwrite };
  return together(
    found.map(here =>
      together(settled(here.map(one => ('view' in one ? adoptTarget(one, wantedOf(one), context) : one)))),
    ),
  );
}

interface Adopted extends Moves {
  /** What is told of record sets that stay nobody's. */
  readonly left?: readonly Finding[];
}

/** That something of a name stays nobody's is no failure where another part of it was had. */
function settled(all: readonly Adopted[]): Moves[] {
  const isMoved = (zone: Finding['zone']) => all.some(({ moves }) => moves.some(move => move.zone.id === zone));
  return all.map(({ moves, refused, left = [] }) => ({
    moves,
    refused: [...refused, ...left.map(one => (isMoved(one.zone) ? { ...one, reason: 'warning' as const } : one))],
  }));
}

interface Context {
  readonly settings: PlanSettings;
  readonly owners: Owners;
}

type Unowned = Target & { readonly view: ZoneView };

/** What nobody owns at a name of a zone, apart by set identifier, or why it is not to be had; empty: nothing stands there. */
function unownedAt(name: DnsName, view: ZoneView, { settings, owners }: Context): (Unowned | Moves)[] {
  const current = currentAt(name, view, settings, owners);
  const standing = current.foreign.filter(({ record }) => isOwnable(record, view, settings));
  if (standing.length === 0)
    return current.ours.length > 0 ? [refusedAt('warning', name, view.zone, 'is ours already')] : [];
  return bySetIdentifier(standing).map(some => unownedSet(some, current, view, settings));
}

function unownedSet(
  standing: readonly CurrentRecord[],
  { name, reserved }: Current,
  view: ZoneView,
  settings: PlanSettings,
): Unowned | Moves {
  const { zone } = view;
  const records = standing.map(({ record }) => record);
  const taken = standing.filter(({ beyond }) => beyond === undefined).find(one => !isFree(one))?.claim;
  const owner = taken ?? reserved.find(claim => records.some(record => !leavesRoom(claim, record)));
  if (owner) return refusedAt('not-owned', name, zone, `${belongsTo(owner)} (fairlead transfer --from)`);
  const leaving = standing.flatMap(({ claim, beyond }) => (claim && beyond === undefined ? [claim] : []));
  return frozenZone(name, zone, settings) ?? { view, zone, name, records, leaving };
}

/** An ownership record that no run wrote is what a person may confirm. */
const isFree = ({ claim, unproven }: CurrentRecord) => claim === undefined || unproven === true;

function adoptTarget(
  target: Unowned,
  { change, why }: Wanted,
  { settings, owners, overwrite }: Context & { readonly overwrite: boolean },
): Adopted {
  const { view, zone, name, leaving } = target;
  const no = (reason: Finding['reason'], text: string) => refusal(reason, `${name}: ${text}`, name, zone.id);
  const about = (record: RecordSet, text: string) =>
    no('not-owned', `${record.type}${describeSet(record)} ${text}${why}`);
  const whyLeft = new Map(target.records.map(record => [record, whyNobodys(record, change, settings)]));
  const records = target.records.filter(record => whyLeft.get(record) === undefined);
  const left = [...whyLeft].flatMap(([record, text]) => (text === undefined ? [] : [about(record, text)]));
  const refused = records.flatMap(record => {
    const text = change && !overwrite ? whyDiffers(record, change) : undefined;
    return text === undefined ? [] : [about(record, text)];
  });
  const labels = records.flatMap(record => labelFor(record, change, zone, settings) ?? []);
  const [first] = labels;
  if (refused.length > 0 || !first) return { moves: [], refused, left };
  const fresh = records.map((record, i) => ownershipOf(record, [labels[i] as Ownership], view, settings, leaving));
  const taken = fresh.flatMap(txt => whyTaken(txt, leaving, view) ?? []);
  if (taken.length > 0) return { moves: [], refused: taken.map(text => no('conflict', text)), left };
  const differs = records.some(record => !change?.creates.some(other => sameRecord(other, record)));
  const move = {
    zone,
    name,
    ...ofOneSet(records),
    types: typesOf(records),
    to: first.owner,
    ...(first.resource !== undefined && { resource: first.resource }),
    ...(differs && { note: 'not as the object wants it: the next run changes it' }),
    change: swapOwnership(name, records, { leaving, fresh }, owners.partyOf(first)),
  };
  return { moves: [move], refused: [], left };
}

/** Why a record set stays nobody's, whatever it says. */
function whyNobodys(record: RecordSet, change: NameChange | undefined, settings: PlanSettings): string | undefined {
  if (!isManaged(record.type, settings)) return 'is left out by records.types';
  const asked = change?.creates.filter(other => other.name === record.name) ?? [];
  // A simple one makes room for routed ones, in one change of the name.
  const becomes = (other: RecordSet) =>
    record.setIdentifier === undefined && groupOf(other.type) === groupOf(record.type);
  if (asked.some(other => facetOf(other) === facetOf(record) || becomes(other))) return whyLeftAlone(record);
  return whyLeftAlone(record) ?? 'is asked for by no object: the next run would remove it';
}

function whyDiffers(record: RecordSet, { creates, objects }: NameChange): string | undefined {
  const same = creates.find(other => isSameSet(other, record));
  if (same && sameRecord(same, record)) return undefined;
  const asking = objects.map(resourceOf).join(', ');
  return `is not as ${asking} wants it (--overwrite adopts it all the same, and the next run changes it)`;
}
