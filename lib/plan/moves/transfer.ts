import { matchesAny } from '../../glob.ts';
import type { DnsName, Finding, NameChange, OwnerId, Ownership, RecordSet, ZoneState } from '../../model/index.ts';
import {
  changeKey,
  editSets,
  editsOf,
  isSameIdentifier,
  isSameSet,
  recordId,
  whyLeftAlone,
} from '../../model/index.ts';
import { type Claim, claimsOf, decidingClaim, ownershipIds, withTwin } from '../../registry/index.ts';
import { firstOf } from '../../shown.ts';
import { recordsAt, viewZones, type ZoneView } from '../current/zone-view.ts';
import type { PlanInput } from '../input.ts';
import { type Owners, ownersOf } from '../owners/owners.ts';
import { plan } from '../plan.ts';
import { describeSet } from '../preconditions/unmet.ts';
import type { PlanSettings } from '../settings.ts';
import { passesFilter } from '../zones/zones.ts';
import {
  bySetIdentifier,
  frozenZone,
  isOwnable,
  leavesRoom,
  type Move,
  type Moves,
  ofOneSet,
  ownershipOf,
  refusal,
  refusedAt,
  swapOwnership,
  together,
  typesLeftOut,
  typesOf,
  whyTaken,
  withPartsBeside,
} from './move.ts';
import { labelFor, type Target, wantedWithout } from './wanted.ts';

export interface Transfer {
  /** The owner that gives up what it has. */
  readonly from: OwnerId;
  /** Who gets what no object asks for at the moment. */
  readonly to: OwnerId;
  /** Only names that fit one of these, `*` for any characters; none: all. */
  readonly names: readonly string[];
  /** Also what no object asks for or waits for: the next run removes it. */
  readonly unasked: boolean;
}

/**
 * Another owner's records become ours. The object that asks for a name is named in its ownership record; where none does, the
 * one that was named. What a run would then remove is refused.
 */
export function planTransfer(transfer: Transfer, input: PlanInput): Moves {
  const { settings } = input;
  const owners = ownersOf(input.snapshots, settings.sourceOf);
  const context = { transfer, settings, owners };
  const views = viewZones(input.zones, settings, owners);
  const names = views.flatMap(view => namesOfOwner(view, transfer, input).map(name => ({ name, view })));
  const found = names.flatMap(({ name, view }) => theirsAt(name, view, context));
  if (names.length === 0) return { moves: [], refused: [{ reason: 'warning', message: whyNone(transfer, views) }] };
  const wantedOf = wantedWithout(
    found.filter(one => 'view' in one),
    input,
  );
  const all = together(
    found.map(one => ('view' in one ? moveTheirs(one, wantedOf(one).change, { whose: transfer, ...context }) : one)),
  );
  return transfer.unasked ? all : withoutUnasked(all, input);
}

/** Nothing is left to do where all was transferred before, and nothing was meant where the owner is mistyped. */
function whyNone({ from, names }: Transfer, views: readonly ZoneView[]): string {
  const claims = views.flatMap(({ ownership }) => [...ownership.values()].flat());
  const owners = [...new Set(claims.map(({ ownership }) => ownership.owner))].sort();
  if (owners.includes(from)) return `the owner "${from}" has no name here that fits ${names.join(' or ')}`;
  const others = owners.length === 0 ? 'there is none' : `they name ${firstOf(owners, OWNERS_SHOWN)}`;
  return `no ownership record in these hosted zones names the owner "${from}": ${others}`;
}

const OWNERS_SHOWN = 10;

function namesOfOwner(view: ZoneView, { from, names }: Transfer, { settings }: PlanInput): DnsName[] {
  const spoken = [...view.ownership].filter(([, claims]) => claims.some(({ ownership }) => ownership.owner === from));
  const all = spoken.flatMap(([name]) => withTwin(name, settings.naming));
  return [...new Set(all)].filter(name => passesFilter(name, settings.filter) && matchesAny(name, names)).sort();
}

interface Context {
  readonly transfer: Transfer;
  readonly settings: PlanSettings;
  readonly owners: Owners;
}

/** What another owner has at a name. */
export type Theirs = Target & {
  readonly view: ZoneView;
  /** Of each of the records, what is known of its ownership, and the ownership record that says so, if it is one. */
  readonly held: readonly { readonly ownership: Ownership; readonly claim?: Claim }[];
};

function theirsAt(name: DnsName, view: ZoneView, context: Context): (Theirs | Moves)[] {
  const {
    transfer: { from },
    settings,
  } = context;
  const all = claimsOf(name, view.ownership, view.records, settings.naming);
  const theirs = recordsAt(name, view).flatMap(record => {
    const deciding = isOwnable(record, view, settings) ? decidingClaim(record, all) : undefined;
    const part = deciding?.ownership.share
      ? all.find(({ txt, ownership }) => txt === deciding.txt && ownership.share && ownership.owner === from)
      : undefined;
    const claim = part ?? deciding;
    return claim?.ownership.owner === from ? [{ record, claim }] : [];
  });
  const leaving = all.filter(({ ownership }) => ownership.owner === from);
  const isOf = ({ txt }: Claim, some: readonly HeldBy[]) => some.some(({ record }) => isSameIdentifier(record, txt));
  const idle = leaving.filter(claim => !isOf(claim, theirs));
  return bySetIdentifier(theirs).map((some, i) => {
    const own = leaving.filter(claim => isOf(claim, some));
    return theirSet(name, some, { all, leaving: i === 0 ? [...own, ...idle] : own }, view, context);
  });
}

interface HeldBy {
  readonly record: RecordSet;
  readonly claim: Claim;
}

/** What an owner has under one set identifier, or under none. */
function theirSet(
  name: DnsName,
  theirs: readonly HeldBy[],
  { all, leaving }: { readonly all: readonly Claim[]; readonly leaving: readonly Claim[] },
  view: ZoneView,
  { transfer: { from }, settings, owners }: Context,
): Theirs | Moves {
  const { zone } = view;
  const records = theirs.map(({ record }) => record);
  const no = (reason: Finding['reason'], why: string) => refusedAt(reason, name, zone, why);
  const leftOut = typesLeftOut(records, settings);
  if (leftOut !== undefined) return no('filtered', leftOut);
  const [left] = records.flatMap(record => whyLeftAlone(record) ?? []);
  if (left !== undefined) return no('not-owned', left);
  const third = all.find(
    claim =>
      claim.ownership.owner !== from &&
      !owners.ours(claim.ownership.owner) &&
      records.some(record => !leavesRoom(claim, record)),
  );
  if (third) return no('conflict', `the owner "${third.ownership.owner}" has an ownership record there, too`);
  const held = theirs.map(({ claim }) => ({ ownership: claim.ownership, claim }));
  return frozenZone(name, zone, settings) ?? { view, zone, name, records, leaving, held };
}

interface Moving extends Pick<Context, 'settings' | 'owners'> {
  readonly whose: Pick<Transfer, 'from' | 'to'>;
}

/** @param change what a run would make of it if it were nobody's */
export function moveTheirs(
  { view, zone, name, records, leaving, held }: Theirs,
  change: NameChange | undefined,
  { whose: { from, to }, settings, owners }: Moving,
): Moves {
  const labels = records.map(
    (record, i) =>
      labelFor(record, change, zone, settings) ?? inherited((held[i] as Theirs['held'][number]).ownership, to, owners),
  );
  // Of a record set that several clusters have together each part stays what it is.
  const fresh = records.map((record, i) => {
    const claim = held[i]?.claim;
    const parts = claim?.ownership.share && withPartsBeside(claim, leaving).map(part => ({ ...part, owner: to }));
    return ownershipOf(record, parts ?? [labels[i] as Ownership], view, settings, leaving);
  });
  const [taken] = fresh.flatMap(txt => whyTaken(txt, leaving, view) ?? []);
  if (taken !== undefined) return refusedAt('conflict', name, zone, taken);
  const [first] = labels as [Ownership];
  const move: Move = {
    zone,
    name,
    ...ofOneSet(records),
    types: typesOf(records),
    from,
    to: first.owner,
    ...(first.resource !== undefined && { resource: first.resource }),
    change: swapOwnership(name, records, { leaving, fresh }, owners.partyOf(first)),
  };
  return { moves: [move], refused: [] };
}

/** The cluster stays where it is one of the config's. */
function inherited({ resource, cluster }: Ownership, owner: OwnerId, owners: Owners): Ownership {
  const known = cluster !== undefined && owners.clustersOf({ owner, cluster }).length > 0;
  return { owner, ...(resource !== undefined && { resource }), ...(known && { cluster }) };
}

/** Leaves out what a run would remove, once it is ours. */
export function withoutUnasked({ moves, refused }: Moves, input: PlanInput): Moves {
  const zones = input.zones.map(state => afterwards(state, moves, input.settings));
  const only = new Map(input.zones.map(({ zone: { id } }) => [id, new Set(namesIn(moves, id))]));
  const planned = plan({ ...input, zones, only });
  const going = new Set(
    planned.zones.flatMap(({ zone, changes }) =>
      changes.flatMap(({ deletes, creates }) =>
        deletes
          .filter(record => record.type !== 'TXT' && !creates.some(other => isSameSet(other, record)))
          .map(record => `${zone.id} ${changeKey(record)}`),
      ),
    ),
  );
  const isGoing = ({ zone, change }: Move) => going.has(`${zone.id} ${changeKey(change)}`);
  return {
    moves: moves.filter(move => !isGoing(move)),
    refused: [
      ...refused,
      ...moves.filter(isGoing).map(({ name, zone, types, ...move }) => {
        const message = `${name}: no object asks for ${types.join(', ')}${describeSet(move)}, so that the next run would remove it (--unasked transfers it all the same)`;
        return refusal('not-owned', message, name, zone.id);
      }),
    ],
  };
}

const namesIn = (moves: readonly Move[], id: string) =>
  moves.flatMap(({ zone, name }) => (zone.id === id ? [name] : []));

/** A zone as moves leave it: whose each name is, and by which ownership record, a person has said. */
export function afterwards(
  state: ZoneState,
  moves: readonly Move[],
  { naming }: Pick<PlanInput['settings'], 'naming'>,
): ZoneState {
  const here = moves.filter(({ zone }) => zone.id === state.zone.id).map(({ change }) => change);
  const records = editSets(state.records, editsOf(here));
  const moved = new Set(here.flatMap(({ creates }) => creates.map(recordId)));
  const said = ownershipIds(
    here.flatMap(({ creates }) => creates),
    state.zone,
    naming,
  );
  return {
    ...state,
    records,
    unproven: new Set([...state.unproven].filter(id => !moved.has(id))),
    meant: new Map([...state.meant].filter(([id]) => !said.has(id))),
  };
}

/** Ownership records of an owner that appeared, changed or went between two readings: it is at work. */
export function tracesOf(
  owner: OwnerId,
  before: ZoneState['records'],
  now: ZoneState['records'],
  claims: (records: ZoneState['records']) => readonly Claim[],
): DnsName[] {
  const of = (records: ZoneState['records']) =>
    new Map(
      claims(records)
        .filter(({ ownership }) => ownership.owner === owner)
        .map(({ txt, value }) => [`${recordId(txt)} ${value}`, txt.name]),
    );
  const [earlier, later] = [of(before), of(now)];
  const changed = [
    ...[...later].filter(([key]) => !earlier.has(key)),
    ...[...earlier].filter(([key]) => !later.has(key)),
  ];
  return [...new Set(changed.map(([, name]) => name))].sort();
}
