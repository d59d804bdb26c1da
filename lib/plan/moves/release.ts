import type { ClusterName, DnsName, Finding } from '../../model/index.ts';
import { isSameIdentifier } from '../../model/index.ts';
import { byClusters, type Claim, claimsOf, configuredBy, leftNames } from '../../registry/index.ts';
import { firstOf } from '../../shown.ts';
import { currentAt } from '../current/current.ts';
import { decidingClaims } from '../current/shares.ts';
import { viewZones, type ZoneView } from '../current/zone-view.ts';
import type { PlanInput } from '../input.ts';
import { adviceOnLeft, forceFor } from '../owners/left-behind.ts';
import { type Owners, ownersOf } from '../owners/owners.ts';
import type { PlanSettings } from '../settings.ts';
import {
  bySetIdentifier,
  frozenZone,
  type Moves,
  NOTHING,
  ofOneSet,
  refusal,
  refusedAt,
  swapOwnership,
  together,
  typesOf,
} from './move.ts';

/** Gives up names: our ownership records go, what stands there stays, and is nobody's. */
export function planRelease(names: readonly DnsName[], { zones, snapshots, settings }: PlanInput): Moves {
  const owners = ownersOf(snapshots, settings.sourceOf);
  const views = viewZones(zones, settings, owners);
  const all = [...new Set(names)].map(name => {
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
  const released = together(all);
  const told = releasedNot(cluster, released, { zones, snapshots, settings });
  return { ...released, refused: [...released.refused, ...told] };
}

/** Names that a message shows. */
const SHOWN = 10;

/**
 * What the cluster left behind besides, or that it left nothing: nothing is released on the word of what runs remember alone, and
 * nothing of another owner.
 */
function releasedNot(
  cluster: ClusterName,
  { moves, refused }: Moves,
  { zones, snapshots, settings }: Pick<PlanInput, 'zones' | 'snapshots' | 'settings'>,
): Finding[] {
  const configured = configuredBy(snapshots);
  const done = new Set([...moves, ...refused].map(({ name }) => name));
  const left = zones
    .flatMap(state => byClusters(leftNames(state, settings.naming, configured)))
    .filter(({ clusters }) => clusters.includes(cluster))
    .map(one => ({ ...one, names: one.names.filter(name => !done.has(name)) }))
    .filter(({ names }) => names.length > 0);
  const found = left.map((one): Finding => {
    const { owner, names } = one;
    const which = `${names.length === 1 ? '1 name is left as it is' : `${names.length} names are left as they are`} (${firstOf(names, SHOWN)})`;
    const why = configured.owners.has(owner)
      ? `they may be of the cluster "${cluster}", as runs remember it, but their ownership records name none: release them by their names, or ${forceFor([cluster]) ?? 'force a run for the cluster'}`
      : `the owner id "${owner}", which the cluster "${cluster}" had, is not in the config any more: ${adviceOnLeft({ ...one, names: [] }, false)}`;
    return { reason: 'not-owned', message: `${which}: ${why}` };
  });
  if (found.length + moves.length + refused.length > 0) return found;
  const message = `no ownership record in these hosted zones names the cluster "${cluster}"`;
  return [{ reason: 'warning', message }];
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
  const doubted = foreign.flatMap(({ record, claim, unproven, beyond }) =>
    claim && (unproven || beyond !== undefined) && owners.ours(claim.ownership.owner) ? [{ record, claim }] : [],
  );
  const own = [...ours, ...doubted].filter(owned => decidingClaims(owned).some(isMeant));
  const [first] = own;
  if (!first) return NOTHING;
  const frozen = frozenZone(name, view.zone, settings);
  if (frozen) return frozen;
  if (own.some(({ claim }) => view.above.includes(claim))) {
    const why = `its ownership record, ${first.claim.txt.name}, stands in the zone above: remove it there by hand`;
    return refusedAt('conflict', name, view.zone, why);
  }
  // Those that decide over nothing, too: one of them would have the record taken back.
  const leaving = claimsOf(name, view.ownership, view.records, settings.naming).filter(
    claim => owners.ours(claim.ownership.owner) && isMeant(claim),
  );
  const isOf = ({ txt }: Claim, some: typeof own) => some.some(({ record }) => isSameIdentifier(record, txt));
  const idle = leaving.filter(claim => !isOf(claim, own));
  const moves = bySetIdentifier(own).map((some, i) => {
    const records = some.map(({ record }) => record);
    const { ownership } = (some[0] as (typeof own)[number]).claim;
    const going = leaving.filter(claim => isOf(claim, some) || (i === 0 && idle.includes(claim)));
    return {
      zone: view.zone,
      name,
      ...ofOneSet(records),
      types: typesOf(records),
      from: ownership.owner,
      ...(ownership.resource !== undefined && { resource: ownership.resource }),
      change: swapOwnership(name, records, { leaving: going, fresh: [] }, owners.partyOf(ownership)),
    };
  });
  return { moves, refused: [] };
}
