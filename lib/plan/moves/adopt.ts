import type { DnsName, Finding, NameChange, Ownership, RecordSet } from '../../model/index.ts';
import { isSameSet, resourceOf, sameRecord, whyLeftAlone } from '../../model/index.ts';
import { type CurrentRecord, currentAt } from '../current/current.ts';
import { viewZones, type ZoneView } from '../current/zone-view.ts';
import { facetOf } from '../desired/facets.ts';
import type { PlanInput } from '../input.ts';
import { type Owners, ownersOf } from '../owners/owners.ts';
import { isManaged, type PlanSettings } from '../settings.ts';
import {
  belongsTo,
  frozenZone,
  isOwnable,
  type Moves,
  NOTHING,
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
 * remove it.
 */
export function planAdoption({ names, overwrite }: Adoption, input: PlanInput): Moves {
  const { settings } = input;
  const owners = ownersOf(input.snapshots, settings.sourceOf);
  const views = viewZones(input.zones, settings, owners);
  const found = names.flatMap(name => {
    const here = views.map(view => unownedAt(name, view, { settings, owners }));
    if (here.some(one => 'view' in one || one.refused.length > 0)) return here;
    return [
      { moves: [], refused: [refusal('no-zone', `${name}: no selected hosted zone has a record set there`, name)] },
    ];
  });
  const targets = found.filter(one => 'view' in one);
  const wantedOf = wantedWithout(targets, input);
  const context = { settings, owners, overwrite };
  return together(found.map(one => ('view' in one ? adoptTarget(one, wantedOf(one), context) : one)));
}

interface Context {
  readonly settings: PlanSettings;
  readonly owners: Owners;
}

type Unowned = Target & { readonly view: ZoneView };

/** What nobody owns at a name of a zone; or why it is not to be had, or that nothing stands there. */
function unownedAt(name: DnsName, view: ZoneView, { settings, owners }: Context): Unowned | Moves {
  const { zone } = view;
  const { ours, foreign, reserved } = currentAt(name, view, settings, owners);
  const standing = foreign.filter(({ record }) => isOwnable(record, view, settings));
  if (standing.length === 0) {
    return ours.length > 0 ? refusedAt('warning', name, zone, 'is ours already') : NOTHING;
  }
  const owner = standing.find(one => !isFree(one))?.claim ?? reserved[0];
  if (owner) return refusedAt('not-owned', name, zone, `${belongsTo(owner)} (fairlead transfer --from)`);
  const records = standing.map(({ record }) => record);
  const leaving = standing.flatMap(({ claim }) => claim ?? []);
  return frozenZone(name, zone, settings) ?? { view, zone, name, records, leaving };
}

/** An ownership record that no run wrote is what a person may confirm. */
const isFree = ({ claim, unproven }: CurrentRecord) => claim === undefined || unproven === true;

function adoptTarget(
  target: Unowned,
  { change, why }: Wanted,
  { settings, owners, overwrite }: Context & { readonly overwrite: boolean },
): Moves {
  const { view, zone, name, records, leaving } = target;
  const no = (reason: Finding['reason'], text: string) => refusal(reason, `${name}: ${text}`, name, zone.id);
  const refused = records.flatMap(record => {
    const text = whyNot(record, change, settings, overwrite);
    return text === undefined ? [] : [no('not-owned', `${record.type} ${text}${why}`)];
  });
  const labels = records.flatMap(record => labelFor(record, change, zone, settings) ?? []);
  const [first] = labels;
  if (refused.length > 0 || !first) return { moves: [], refused };
  const fresh = records.map((record, i) => ownershipOf(record, [labels[i] as Ownership], zone, settings));
  const taken = fresh.flatMap(txt => whyTaken(txt, leaving, view) ?? []);
  if (taken.length > 0) return { moves: [], refused: taken.map(text => no('conflict', text)) };
  const differs = records.some(record => !change?.creates.some(other => sameRecord(other, record)));
  const move = {
    zone,
    name,
    types: typesOf(records),
    to: first.owner,
    ...(first.resource !== undefined && { resource: first.resource }),
    ...(differs && { note: 'not as the object wants it: the next run changes it' }),
    change: swapOwnership(name, records, { leaving, fresh }, owners.partyOf(first)),
  };
  return { moves: [move], refused: [] };
}

function whyNot(record: RecordSet, change: NameChange | undefined, settings: PlanSettings, overwrite: boolean) {
  if (!isManaged(record.type, settings)) return 'is left out by records.types';
  const left = whyLeftAlone(record);
  if (left !== undefined) return left;
  const creates = change?.creates.filter(other => other.name === record.name) ?? [];
  const same = creates.find(other => isSameSet(other, record));
  if (!change || !creates.some(other => facetOf(other) === facetOf(record)))
    return 'is asked for by no object: the next run would remove it';
  if (overwrite || (same && sameRecord(same, record))) return undefined;
  const asking = change.objects.map(resourceOf).join(', ');
  return `is not as ${asking} wants it (--overwrite adopts it all the same, and the next run changes it)`;
}
