import type { ClusterName, DnsName } from '../../model/index.ts';
import { type Claim, claimsOf } from '../../registry/index.ts';
import { currentAt } from '../current/current.ts';
import { decidingClaims } from '../current/shares.ts';
import { viewZones, type ZoneView } from '../current/zone-view.ts';
import type { PlanInput } from '../input.ts';
import { type Owners, ownersOf } from '../owners/owners.ts';
import type { PlanSettings } from '../settings.ts';
import { frozenZone, type Moves, NOTHING, refusal, refusedAt, swapOwnership, together, typesOf } from './move.ts';

/** Gives up names: our ownership records go, what stands there stays, and is nobody's. */
export function planRelease(names: readonly DnsName[], { zones, snapshots, settings }: PlanInput): Moves {
  const owners = ownersOf(snapshots, settings.sourceOf);
  const views = viewZones(zones, settings, owners);
  const all = names.map(name => {
    const found = together(views.map(view => releaseName(name, view, { settings, owners }, () => true)));
    if (found.moves.length + found.refused.length > 0) return found;
    const message = `${name}: no selected hosted zone has a record set there that is ours`;
    return { moves: [], refused: [refusal('not-owned', message, name)] };
  });
  return together(all);
}

/** The same for all that a cluster left behind, as far as its ownership records name it. */
export function planReleaseOf(cluster: ClusterName, { zones, snapshots, settings }: PlanInput): Moves {
  const owners = ownersOf(snapshots, settings.sourceOf);
  const isOf = ({ ownership }: Claim) => ownership.cluster === cluster;
  const all = viewZones(zones, settings, owners).flatMap(view => {
    const claimed = [...view.ownership].filter(([, claims]) => claims.some(isOf)).map(([name]) => name);
    return claimed.sort().map(name => releaseName(name, view, { settings, owners }, isOf));
  });
  return together(all);
}

interface Context {
  readonly settings: PlanSettings;
  readonly owners: Owners;
}

function releaseName(
  name: DnsName,
  view: ZoneView,
  { settings, owners }: Context,
  isMeant: (claim: Claim) => boolean,
): Moves {
  const { ours, foreign } = currentAt(name, view, settings, owners);
  const doubted = foreign.flatMap(({ record, claim, unproven }) => (unproven && claim ? [{ record, claim }] : []));
  const own = [...ours, ...doubted].filter(owned => decidingClaims(owned).some(isMeant));
  const [first] = own;
  if (!first) return NOTHING;
  const frozen = frozenZone(name, view.zone, settings);
  if (frozen) return frozen;
  if (own.some(({ claim }) => view.above.includes(claim))) {
    const why = `its ownership record, ${first.claim.txt.name}, stands in the zone above: remove it there by hand`;
    return refusedAt('conflict', name, view.zone, why);
  }
  const records = own.map(({ record }) => record);
  // Those that decide over nothing, too: one of them would have the record taken back.
  const leaving = claimsOf(name, view.ownership, view.records, settings.naming).filter(
    claim => owners.ours(claim.ownership.owner) && isMeant(claim),
  );
  const { ownership } = first.claim;
  const move = {
    zone: view.zone,
    name,
    types: typesOf(records),
    from: ownership.owner,
    ...(ownership.resource !== undefined && { resource: ownership.resource }),
    change: swapOwnership(name, records, { leaving, fresh: [] }, owners.partyOf(ownership)),
  };
  return { moves: [move], refused: [] };
}
