import { addTo, groupBy } from '../../group.ts';
import {
  type ClusterName,
  type DnsName,
  type HostedZone,
  type RecordSet,
  recordId,
  type ZoneState,
} from '../../model/index.ts';
import {
  type Claim,
  claimsOf,
  covers,
  indexOwnership,
  type OwnershipIndex,
  ownershipRecords,
  readOwnershipName,
} from '../../registry/index.ts';
import type { Owners } from '../owners/owners.ts';
import type { PlanSettings } from '../settings.ts';

/** One zone as the plan sees it. */
export interface ZoneView {
  readonly zone: HostedZone;
  readonly records: ReadonlyMap<DnsName, readonly RecordSet[]>;
  readonly ownership: OwnershipIndex;
  readonly unproven: ReadonlySet<string>;
  readonly meant: ZoneState['meant'];
  /** See `ZoneMemory.left`; without those that an object of another cluster has taken over. */
  readonly left: ReadonlyMap<string, readonly ClusterName[]>;
  /** Ownership records whose names do not carry the affixes of the config: what they speak of cannot be told. */
  readonly unnamed: readonly Claim[];
  /**
   * Ownership records of the zone's apex that stand in a zone above it: ExternalDNS writes `a-sub.example.com` into
   * example.com for the apex of sub.example.com. They make the apex records ours; they are not this zone's to change.
   */
  readonly above: readonly Claim[];
  /**
   * Ownership records that decided over a record set under a naming of before, by the name of that; they read as another's
   * now, or as none's. Without those that lapsed.
   */
  readonly before: OwnershipIndex;
  /** The zones above it, of the same visibility; the nearest first. */
  readonly parents: readonly ZoneView[];
}

const NOTHING: readonly RecordSet[] = [];

/** The record sets at a name, in one order whatever the order of the listing. */
export function recordsAt(name: DnsName, view: Pick<ZoneView, 'records'>): readonly RecordSet[] {
  const sets = view.records.get(name) ?? NOTHING;
  if (sets.length < 2) return sets;
  return sets.every((set, i) => i === 0 || bySet(sets[i - 1] as RecordSet, set) < 0) ? sets : [...sets].sort(bySet);
}

function bySet(a: RecordSet, b: RecordSet): number {
  if (a.type !== b.type) return a.type < b.type ? -1 : 1;
  return (a.setIdentifier ?? '') < (b.setIdentifier ?? '') ? -1 : 1;
}

/** While it is made. */
interface MutableView extends Omit<ZoneView, 'above'> {
  readonly ownership: Map<DnsName, readonly Claim[]>;
  above: readonly Claim[];
  parents: readonly MutableView[];
}

/**
 * Every zone with its ownership records, and with those of its apex that stand in a selected zone above it. Those are
 * taken out of the parent zone's, where they would look like leftovers, as long as no record set of the parent zone is what
 * they speak of and the apex records have none in their own zone.
 */
export function viewZones(zones: readonly ZoneState[], settings: PlanSettings, owners: Owners): ZoneView[] {
  const views = zones.map((state): MutableView => {
    const { zone, records, unproven, meant, left } = state;
    const index = indexOwnership(zone, records, settings.naming);
    return {
      zone,
      records,
      unproven,
      meant,
      unnamed: unnamedIn(zone, records, settings),
      before: claimsBefore(state, settings),
      ...ofClustersLeft(index, owners, left),
      above: [],
      parents: [],
    };
  });
  const byName = groupBy(views, ({ zone }) => zone.name);
  for (const view of views) {
    view.parents = zonesAbove(view, byName);
    view.above = view.parents.flatMap(parent => claimsAbove(parent, view, settings));
  }
  return views;
}

/**
 * Says of ownership records without cluster which clusters they may be of that have left. One that an object of the same name in
 * another cluster of the owner asks for is that object's from now on. By the text alone it is any of the owner's clusters', and that
 * counts where a person forces a run for them.
 */
function ofClustersLeft(index: OwnershipIndex, owners: Owners, left: ZoneState['left'] = new Map()) {
  const ownership = new Map(index);
  const still = new Map<string, readonly ClusterName[]>();
  for (const [name, claims] of left.size > 0 ? index : []) {
    const of = (claim: Claim): Claim => {
      const id = recordId(claim.txt);
      const clusters = left.get(id);
      if (!clusters || claim.ownership.cluster !== undefined || owners.asks(claim.ownership, name)) return claim;
      still.set(id, clusters);
      if (owners.forced(claim.ownership)) return claim;
      return { ...claim, ownership: { ...claim.ownership, left: clusters } };
    };
    ownership.set(name, claims.map(of));
  }
  return { ownership, left: still };
}

function unnamedIn(zone: HostedZone, records: ZoneView['records'], { naming }: PlanSettings): Claim[] {
  if (naming.prefix === '' && naming.suffix === '') return [];
  const unnamed: Claim[] = [];
  for (const { txt, stated } of ownershipRecords(records, naming))
    if (!readOwnershipName(txt.name, zone.name, naming))
      unnamed.push(...stated.map(one => ({ ...one, txt, type: '' })));
  return unnamed;
}

/** Of which type their record sets are, a naming of before told. */
function claimsBefore(
  { records, meant, lapsed }: Pick<ZoneState, 'records' | 'meant' | 'lapsed'>,
  { naming }: PlanSettings,
): OwnershipIndex {
  const before = new Map<DnsName, Claim[]>();
  if (meant.size === 0) return before;
  for (const { txt, stated } of ownershipRecords(records, naming)) {
    const id = recordId(txt);
    const name = lapsed.has(id) ? undefined : meant.get(id);
    if (name !== undefined) for (const one of stated) addTo(before, name, { ...one, txt, type: '' });
  }
  return before;
}

function zonesAbove({ zone }: ZoneView, byName: ReadonlyMap<DnsName, readonly MutableView[]>): MutableView[] {
  const found: MutableView[] = [];
  for (let at = zone.name.indexOf('.') + 1; at > 0; at = zone.name.indexOf('.', at) + 1) {
    found.push(...(byName.get(zone.name.slice(at)) ?? []).filter(parent => parent.zone.private === zone.private));
  }
  return found;
}

/** Moves the ownership records of a zone's apex out of the view of a zone above it. */
function claimsAbove(parent: MutableView, view: ZoneView, settings: PlanSettings): Claim[] {
  const apex = view.zone.name;
  const claims = parent.ownership.get(apex) ?? [];
  if (claims.length === 0) return [];
  const own = claimsOf(apex, view.ownership, view.records, settings.naming);
  const bare = recordsAt(apex, view).filter(record => !own.some(claim => covers(claim, record)));
  const standing = recordsAt(apex, parent);
  const moved = claims.filter(
    claim => bare.some(record => covers(claim, record)) && !standing.some(record => covers(claim, record)),
  );
  const staying = claims.filter(claim => !moved.includes(claim));
  if (staying.length > 0) parent.ownership.set(apex, staying);
  else parent.ownership.delete(apex);
  return moved;
}
