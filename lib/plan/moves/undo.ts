import { groupBy } from '../../group.ts';
import type { Undoing } from '../../history/index.ts';
import type { Finding, NameChange, RecordSet } from '../../model/index.ts';
import { changeKey, editSets, editsOf, isSameSet, sameRecord } from '../../model/index.ts';
import { isOwnershipRecord } from '../../registry/index.ts';
import { orderChanges } from '../change/order.ts';
import { currentAt } from '../current/current.ts';
import { recordsAt, viewZones, type ZoneView } from '../current/zone-view.ts';
import { groupOf } from '../desired/facets.ts';
import type { PlanInput } from '../input.ts';
import { type Owners, ownersOf } from '../owners/owners.ts';
import type { PlanSettings } from '../settings.ts';
import { passesFilter } from '../zones/zones.ts';
import {
  belongsTo,
  frozenZone,
  type Move,
  type Moves,
  refusal,
  refusedAt,
  together,
  typesLeftOut,
  typesOf,
} from './move.ts';

/**
 * Puts back what runs changed, each name by a swap of what the run left there for what it found there. Refused is whatever
 * has changed since, and what is not ours, now or then: nothing is brought back beside somebody else's record.
 */
export function planUndo(undoings: readonly Undoing[], input: PlanInput): Moves {
  const { settings } = input;
  const context = { settings, owners: ownersOf(input.snapshots, settings.sourceOf) };
  const views = new Map(viewZones(input.zones, settings, context.owners).map(view => [view.zone.id, view]));
  const first = together(undoings.map(undoing => undoOne(undoing, views.get(undoing.zone), context)));
  const all = first.moves.flatMap(({ undoing }) => undoing ?? []);
  const then = new Map(
    viewZones(statesAfter(first.moves, input), settings, context.owners).map(view => [view.zone.id, view]),
  );
  const why = new Map(all.map(one => [one, whyNotThen(one, then.get(one.zone) as ZoneView, context)]));
  const refused = first.moves.flatMap(({ undoing, name, zone }) => {
    const text = undoing && why.get(undoing);
    return text === undefined ? [] : [refusal('not-owned', `${name}: ${text}`, name, zone.id)];
  });
  const good = first.moves.filter(({ undoing }) => undoing && why.get(undoing) === undefined);
  const moves = [...groupBy(good, ({ zone }) => zone.id)].flatMap(([id, some]) => orderChanges(some, id));
  return { moves, refused: [...first.refused, ...refused] };
}

interface Context {
  readonly settings: PlanSettings;
  readonly owners: Owners;
}

function statesAfter(moves: readonly Move[], { zones }: PlanInput): PlanInput['zones'] {
  const byZone = groupBy(moves, ({ zone }) => zone.id);
  return zones.map(state => {
    const changes = byZone.get(state.zone.id)?.map(({ change }) => change) ?? [];
    return { ...state, records: editSets(state.records, editsOf(changes)) };
  });
}

function undoOne(undoing: Undoing, view: ZoneView | undefined, context: Context): Moves {
  const { name, zoneName, zone: id, before, after } = undoing;
  if (!view) {
    const message = `${name}: its hosted zone ${zoneName} (${id}) is not selected by the config, or is gone`;
    return { moves: [], refused: [refusal('no-zone', message, name)] };
  }
  const { zone } = view;
  const frozen = frozenZone(name, zone, context.settings);
  if (frozen) return frozen;
  const [no] = [notMeant(undoing, context.settings), notLeft(undoing, view), notOurs(undoing, view, context)].flat();
  if (no) return refusedAt(no.reason, name, zone, no.why);
  const move: Move = {
    zone,
    name,
    types: typesOf(ofName(undoing, [...before, ...after])),
    undoing,
    change: changeOf(undoing),
  };
  return { moves: [move], refused: [] };
}

interface No {
  readonly reason: Finding['reason'];
  readonly why: string;
}

function changeOf({ name, setIdentifier, before, after, line }: Undoing): NameChange {
  return {
    name,
    ...(setIdentifier !== undefined && { setIdentifier }),
    action: after.length === 0 ? 'create' : before.length === 0 ? 'delete' : 'update',
    deletes: after,
    creates: before,
    owner: line.owner,
    ...(line.cluster !== undefined && { cluster: line.cluster }),
    objects: [],
  };
}

/** What was published at the name, its ownership records aside. */
const ofName = ({ name }: Undoing, records: readonly RecordSet[], naming?: PlanSettings['naming']) =>
  records.filter(record => record.name === name && !(naming && isOwnershipRecord(record, naming)));

const has = (records: readonly RecordSet[], set: RecordSet) => records.some(other => isSameSet(other, set));

/** What the config says that runs do not do is not undone either. */
function notMeant(undoing: Undoing, settings: PlanSettings): No[] {
  const { name, before, after } = undoing;
  const no = (reason: Finding['reason'], why: string): No[] => [{ reason, why }];
  if (!passesFilter(name, settings.filter)) return no('filtered', 'is left out by zones of the config');
  const all = [...before, ...after];
  const strange = all.find(record => record.name !== name && !isOwnershipRecord(record, settings.naming));
  if (strange)
    return no(
      'not-owned',
      `${strange.name} ${strange.type}, which was changed with it, is no ownership record as registry of the config has them`,
    );
  const own = (records: readonly RecordSet[]) => ofName(undoing, records, settings.naming);
  const leftOut = typesLeftOut(own(all), settings);
  if (leftOut !== undefined) return no('filtered', leftOut);
  const goes = own(after).some(record => !has(before, record));
  const changes = own(after).some(record => has(before, record));
  if ((goes && settings.policy !== 'sync') || (changes && settings.policy === 'create-only'))
    return no('policy', `the policy is ${settings.policy}: nothing is ${goes ? 'removed' : 'changed'}`);
  return [];
}

/** Something stands there that the run did not leave there, or what it left does not stand any more. */
function notLeft({ run, before, after }: Undoing, view: ZoneView): No[] {
  const standing = (set: RecordSet) => recordsAt(set.name, view).find(other => isSameSet(other, set));
  const isAs = (some: readonly RecordSet[], others: readonly RecordSet[]) => {
    const differs = some.find(set => !sameAs(standing(set), set));
    return differs ?? others.find(set => !has(some, set) && standing(set) !== undefined);
  };
  const changed = isAs(after, before);
  if (!changed) return [];
  if (!isAs(before, after)) return [{ reason: 'warning', why: `is as it was before the run ${run} already` }];
  const why = `${changed.name} ${changed.type} is not as the run ${run} left it: it was changed since (by a run, if fairlead history has one), so nothing of the name is undone`;
  return [{ reason: 'conflict', why }];
}

const sameAs = (standing: RecordSet | undefined, set: RecordSet) => standing !== undefined && sameRecord(standing, set);

function notOurs(undoing: Undoing, view: ZoneView, { settings, owners }: Context): No[] {
  const { ours } = currentAt(undoing.name, view, settings, owners);
  const lost = ofName(undoing, undoing.after, settings.naming).find(
    set => !ours.some(({ record }) => isSameSet(record, set)),
  );
  return lost ? [{ reason: 'not-owned', why: `its ${lost.type} is not ours any more` }] : [];
}

/** Whether all that would stand at the name then is ours, and nothing of others stands in its way. */
function whyNotThen(undoing: Undoing, view: ZoneView, { settings, owners }: Context): string | undefined {
  const { name, before } = undoing;
  const back = ofName(undoing, before, settings.naming);
  if (back.length === 0) return undefined;
  const { ours, foreign, reserved } = currentAt(name, view, settings, owners);
  const stranger = back.find(set => !ours.some(({ record }) => isSameSet(record, set)));
  if (stranger)
    return `its ${stranger.type} would not be ours by the ownership record that it had (another owner, or registry of the config has changed)`;
  const [claim] = reserved;
  if (claim) return belongsTo(claim);
  const taken = foreign.find(({ record }) => back.some(set => isInTheWay(record, set)));
  return taken && `somebody else has ${name} ${taken.record.type} now`;
}

/** DNS allows nothing beside a CNAME, and the address types are had together; set identifiers stand side by side. */
function isInTheWay(theirs: RecordSet, ours: RecordSet): boolean {
  const beside = theirs.setIdentifier !== undefined && ours.setIdentifier !== undefined;
  if (beside && theirs.type === ours.type) return false;
  return theirs.type === 'CNAME' || ours.type === 'CNAME' || groupOf(theirs.type) === groupOf(ours.type);
}

/** What a person holds when it is done, by `changeKey`. */
export const undoneKey = ({ name, setIdentifier }: Undoing): string =>
  changeKey({ name, ...(setIdentifier !== undefined && { setIdentifier }) });
