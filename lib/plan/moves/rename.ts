import { groupBy } from '../../group.ts';
import type { DnsName } from '../../model/index.ts';
import { recordId } from '../../model/index.ts';
import {
  type Claim,
  claimsOf,
  decidingClaim,
  indexOwnership,
  isWrittenSo,
  type NamingSettings,
  readOwnershipName,
  wildcardTwin,
  withTwin,
  writeOwnership,
} from '../../registry/index.ts';
import { ownershipNameOf } from '../change/change.ts';
import { recordsAt, viewZones, type ZoneView } from '../current/zone-view.ts';
import type { PlanInput } from '../input.ts';
import { type Owners, ownersOf } from '../owners/owners.ts';
import { passesFilter } from '../zones/zones.ts';
import {
  frozenZone,
  isOwnable,
  leavesRoom,
  type Moves,
  NOTHING,
  ownershipOf,
  refusedAt,
  swapOwnership,
  together,
  typesOf,
  whyTaken,
  withPartsBeside,
} from './move.ts';

/** Our ownership records that were written under other affixes get the names that the config gives them. */
export function planRename(former: Partial<NamingSettings>, input: PlanInput): Moves {
  const { settings } = input;
  const owners = ownersOf(input.snapshots, settings.sourceOf);
  const old: NamingSettings = { ...settings.naming, ...former };
  const all = together(
    viewZones(input.zones, settings, owners).flatMap(view => {
      const index = indexOwnership(view.zone, view.records, old);
      const spoken = [...index].filter(([, claims]) => claims.some(({ ownership }) => owners.ours(ownership.owner)));
      const names = new Set(spoken.flatMap(([name]) => withTwin(name, old)));
      return [...names]
        .filter(name => passesFilter(name, settings.filter))
        .sort()
        .map(name => renameAt(name, claimsOf(name, index, view.records, old), view, { input, owners }));
    }),
  );
  if (all.moves.length + all.refused.length > 0) return all;
  const { prefix, suffix, wildcardReplacement } = old;
  const message = `no ownership record of ours is left under prefix "${prefix}", suffix "${suffix}" and wildcard replacement "${wildcardReplacement}" alone`;
  return { moves: [], refused: [{ reason: 'warning', message }] };
}

function renameAt(
  name: DnsName,
  former: readonly Claim[],
  view: ZoneView,
  { input: { settings }, owners }: { readonly input: PlanInput; readonly owners: Owners },
): Moves {
  const { zone } = view;
  const isOurs = ({ ownership }: Claim) => owners.ours(ownership.owner);
  const today = claimsOf(name, view.ownership, view.records, settings.naming);
  const renamed = recordsAt(name, view).flatMap(record => {
    const claim = isOwnable(record, view, settings) ? decidingClaim(record, former) : undefined;
    if (!claim || !isOurs(claim) || claim.txt.name === ownershipNameOf(record, zone, settings)) return [];
    return [{ record, claim, present: decidingClaim(record, today) }];
  });
  if (renamed.length === 0) return NOTHING;
  const frozen = frozenZone(name, zone, settings);
  if (frozen) return frozen;
  const no = (why: string) => refusedAt('conflict', name, zone, why);
  const other = [...former, ...today].find(
    claim => !isOurs(claim) && renamed.some(({ record }) => !leavesRoom(claim, record)),
  );
  if (other) return no(`the owner "${other.ownership.owner}" has the ownership record ${other.txt.name} there`);
  // What another name of the zone is known by, as things are, stays.
  const leaving = former.filter(claim => isOurs(claim) && !decidesElsewhere(claim, name, view, settings));
  const records = renamed.map(({ record }) => record);
  const fresh = renamed.flatMap(({ record, claim, present }) =>
    present && present.txt !== claim.txt
      ? []
      : [ownershipOf(record, withPartsBeside(claim, former), view, settings, leaving)],
  );
  const [taken] = fresh.flatMap(txt => whyTaken(txt, leaving, view) ?? []);
  if (taken !== undefined) return no(taken);
  const { ownership } = (renamed[0] as (typeof renamed)[number]).claim;
  const move = {
    zone,
    name,
    types: typesOf(records),
    from: ownership.owner,
    to: ownership.owner,
    ...(ownership.resource !== undefined && { resource: ownership.resource }),
    change: swapOwnership(name, records, { leaving, fresh }, owners.partyOf(ownership)),
  };
  return { moves: [move], refused: [] };
}

/** Whether an ownership record decides, under today's affixes, over a record set of another name. */
function decidesElsewhere({ txt }: Claim, name: DnsName, view: ZoneView, { naming }: PlanInput['settings']): boolean {
  const read = readOwnershipName(txt.name, view.zone.name, naming)?.name;
  return [read, read && wildcardTwin(read, naming)].some(other => {
    if (other === undefined || other === name) return false;
    const claims = claimsOf(other, view.ownership, view.records, naming);
    return recordsAt(other, view).some(record => decidingClaim(record, claims)?.txt === txt);
  });
}

/** Our ownership records that are not written as they would be today (in the clear, or with an older key) are written anew. */
export function planRekey(input: PlanInput): Moves {
  const { settings } = input;
  const { keys } = settings.naming;
  if (!keys) return NOTHING;
  const owners = ownersOf(input.snapshots, settings.sourceOf);
  return together(
    viewZones(input.zones, settings, owners).flatMap(view =>
      [...view.ownership]
        .filter(([name]) => passesFilter(name, settings.filter))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, claims]) => {
          const older = claims.filter(one => owners.ours(one.ownership.owner) && !isWrittenSo(one.value, keys));
          return rekeyAt(name, older, view, { input, owners });
        }),
    ),
  );
}

function rekeyAt(
  name: DnsName,
  older: readonly Claim[],
  view: ZoneView,
  { input: { settings }, owners }: { readonly input: PlanInput; readonly owners: Owners },
): Moves {
  const [first] = older;
  if (!first) return NOTHING;
  const frozen = frozenZone(name, view.zone, settings);
  if (frozen) return frozen;
  const fresh = [...groupBy(older, ({ txt }) => recordId(txt)).values()].map(claims => {
    const [{ txt }] = claims as [Claim];
    return { ...txt, values: claims.map(one => writeOwnership(one.ownership, txt.name, settings.naming)) };
  });
  const { ownership } = first;
  const move = {
    zone: view.zone,
    name,
    types: typesOf(older.map(({ txt }) => txt)),
    from: ownership.owner,
    to: ownership.owner,
    ...(ownership.resource !== undefined && { resource: ownership.resource }),
    change: swapOwnership(name, [], { leaving: older, fresh }, owners.partyOf(ownership)),
  };
  return { moves: [move], refused: [] };
}
