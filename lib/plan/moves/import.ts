import { matchesAny } from '../../glob.ts';
import { groupBy } from '../../group.ts';
import { type DnsName, type OwnerId, type RecordSet, whyLeftAlone } from '../../model/index.ts';
import { type Claim, claimsOf, decidingClaim } from '../../registry/index.ts';
import { recordsAt, viewZones, type ZoneView } from '../current/zone-view.ts';
import type { PlanInput } from '../input.ts';
import { type Owners, ownersOf } from '../owners/owners.ts';
import { describeSet } from '../preconditions/unmet.ts';
import type { PlanSettings } from '../settings.ts';
import { passesFilter } from '../zones/zones.ts';
import {
  belongsTo,
  bySetIdentifier,
  frozenZone,
  isOwnable,
  leavesRoom,
  type Moves,
  refusal,
  refusedAt,
  together,
  typesLeftOut,
} from './move.ts';
import { moveTheirs, type Theirs, withoutUnasked } from './transfer.ts';
import { wantedWithout } from './wanted.ts';

/** What another registry than TXT records says of a record set that its owner has. */
export interface HeldRecord {
  readonly name: DnsName;
  readonly type: string;
  readonly setIdentifier?: string;
  /** The object, as ownership records name it. */
  readonly resource?: string;
}

export interface Import {
  /** Whose the records are there. */
  readonly from: OwnerId;
  readonly held: readonly HeldRecord[];
  /** Who gets what no object asks for at the moment. */
  readonly to: OwnerId;
  /** Only names that fit one of these, `*` for any characters; none: all. */
  readonly names: readonly string[];
  /** Also what no object asks for or waits for: the next run removes it. */
  readonly unasked: boolean;
}

/**
 * Records that stand, and that another registry says are its owner's, get ownership records. What no TXT record says is taken on
 * the table's word; where a TXT record says anything, the table does not count.
 */
export function planImport(asked: Import, input: PlanInput): Moves {
  const { settings } = input;
  const context = { asked, settings, owners: ownersOf(input.snapshots, settings.sourceOf) };
  const views = viewZones(input.zones, settings, context.owners);
  const byName = [...groupBy(asked.held, ({ name }) => name)]
    .filter(([name]) => matchesAny(name, asked.names))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const found = byName.flatMap(([name, rows]) => [
    ...views.flatMap(view => heldAt(name, rows, view, context)),
    notStanding(name, rows, views),
  ]);
  const wantedOf = wantedWithout(
    found.filter(one => 'view' in one),
    input,
  );
  const whose = { from: asked.from, to: asked.to };
  const all = together(
    found.map(one => ('view' in one ? moveTheirs(one, wantedOf(one).change, { whose, ...context }) : one)),
  );
  return asked.unasked ? all : withoutUnasked(all, input);
}

interface Context {
  readonly asked: Import;
  readonly settings: PlanSettings;
  readonly owners: Owners;
}

const rowOf = (record: RecordSet, rows: readonly HeldRecord[]) =>
  rows.find(({ type, setIdentifier }) => type === record.type && setIdentifier === record.setIdentifier);

function heldAt(name: DnsName, rows: readonly HeldRecord[], view: ZoneView, context: Context): (Theirs | Moves)[] {
  const { settings } = context;
  const standing = recordsAt(name, view).filter(record => rowOf(record, rows) && isOwnable(record, view, settings));
  if (standing.length === 0) return [];
  const all = claimsOf(name, view.ownership, view.records, settings.naming);
  const unowned = standing.filter(record => decidingClaim(record, all) === undefined);
  const decided = standing.find(record => !unowned.includes(record));
  const other = decided && decidingClaim(decided, all);
  if (unowned.length === 0 && other)
    return [
      context.owners.ours(other.ownership.owner)
        ? refusedAt('warning', name, view.zone, 'is ours already')
        : refusedAt('not-owned', name, view.zone, `${belongsTo(other)} (fairlead transfer --from)`),
    ];
  const sets = bySetIdentifier(unowned.map(record => ({ record })));
  return sets.map(some =>
    heldSet(
      name,
      some.map(({ record }) => record),
      { all, rows },
      view,
      context,
    ),
  );
}

/** What the table has under one set identifier, or under none. */
function heldSet(
  name: DnsName,
  records: readonly RecordSet[],
  { all, rows }: { readonly all: readonly Claim[]; readonly rows: readonly HeldRecord[] },
  view: ZoneView,
  { settings, owners, asked }: Context,
): Theirs | Moves {
  const { zone } = view;
  const other = all.find(
    claim => !owners.ours(claim.ownership.owner) && records.some(record => !leavesRoom(claim, record)),
  );
  if (other) return refusedAt('not-owned', name, zone, `${belongsTo(other)} (fairlead transfer --from)`);
  if (!passesFilter(name, settings.filter))
    return refusedAt('filtered', name, zone, 'the domains of the config leave it out');
  const leftOut = typesLeftOut(records, settings);
  if (leftOut !== undefined) return refusedAt('filtered', name, zone, leftOut);
  const [left] = records.flatMap(record => whyLeftAlone(record) ?? []);
  if (left !== undefined) return refusedAt('not-owned', name, zone, left);
  const held = records.map(record => {
    const resource = rowOf(record, rows)?.resource;
    return { ownership: { owner: asked.from, ...(resource !== undefined && { resource }) } };
  });
  return frozenZone(name, zone, settings) ?? { view, zone, name, records, leaving: [], held };
}

/** The registry's leftovers, and what is not in the zones of this config. */
function notStanding(name: DnsName, rows: readonly HeldRecord[], views: readonly ZoneView[]): Moves {
  const stands = ({ type, setIdentifier }: HeldRecord) =>
    views.some(view =>
      recordsAt(name, view).some(record => record.type === type && record.setIdentifier === setIdentifier),
    );
  const refused = rows
    .filter(row => !stands(row))
    .map(row =>
      refusal(
        'warning',
        `${name}: its ${row.type}${describeSet(row)} does not stand in the selected hosted zones`,
        name,
      ),
    );
  return { moves: [], refused };
}
