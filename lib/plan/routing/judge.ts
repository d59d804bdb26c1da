import { groupBy } from '../../group.ts';
import type { RecordSet } from '../../model/index.ts';
import { recordId } from '../../model/index.ts';
import type { Candidate } from '../desired/candidates.ts';
import { type Facet, facetOf, facetOfCandidate } from '../desired/facets.ts';
import type { MergeScope } from '../settings.ts';
import { Beside, type Obstacle } from './beside.ts';
import { type Bar, byPreference, obstacleIn, staysIn, type Wish, withoutRoom } from './wish.ts';

export interface Judged {
  /** What stays, that of refused holders included. */
  readonly fixed: readonly RecordSet[];
  readonly holders: readonly Wish[];
  readonly refused: ReadonlyMap<Candidate, Obstacle | Bar>;
}

interface Staying {
  readonly staying: readonly RecordSet[];
  /** Those of ours. */
  readonly own: readonly RecordSet[];
  readonly merge: MergeScope;
}

/** Of the objects that have record sets at the name, those whose wishes cannot be met keep what they have. */
export function judgeHolders(wishes: readonly Wish[], { staying, own, merge }: Staying): Judged {
  const fixed = [...staying];
  const beside = new Beside(staying);
  const kept = new Map(own.map(record => [facetOf(record), record]));
  const refused = new Map<Candidate, Obstacle | Bar>();
  const holders = wishes.filter(({ standing }) => standing.length > 0).sort(byPreference);
  const open = () => holders.filter(({ candidate }) => !refused.has(candidate));
  const refuse = ({ candidate, standing }: Wish, obstacle: Obstacle | Bar) => {
    refused.set(candidate, obstacle);
    for (const { record } of standing) {
      fixed.push(record);
      beside.add(record);
      kept.set(facetOf(record), record);
    }
  };
  for (;;) {
    const next = [
      barredAmong(open()),
      firstObstacle(open(), beside),
      comingIn(open(), kept, merge),
      contending(open()),
      disagreeing(open()),
    ].find(({ length }) => length > 0);
    if (!next) return { fixed, holders: open(), refused };
    for (const { wish, obstacle } of next) refuse(wish, obstacle);
  }
}

interface Against<O = Obstacle> {
  readonly wish: Wish;
  readonly obstacle: O;
}

const barredAmong = (wishes: readonly Wish[]): Against<Bar>[] =>
  wishes.flatMap(wish => (wish.barred ? [{ wish, obstacle: wish.barred }] : []));

/** Of each wish that conflicts with what stays the first obstacle; what another has by the same set identifier is one, too. */
function firstObstacle(wishes: readonly Wish[], beside: Beside): Against[] {
  return wishes.flatMap(wish => {
    const obstacle = obstacleIn(wish, record => takenFrom(wish, record, beside) ?? beside.obstacleTo(record));
    return obstacle ? [{ wish, obstacle }] : [];
  });
}

function takenFrom({ standing }: Wish, record: RecordSet, beside: Beside): Obstacle | undefined {
  const other = beside.same(record);
  const isOwn = standing.some(owned => recordId(owned.record) === recordId(record));
  return other === undefined || isOwn ? undefined : { conflict: 'taken', other };
}

/**
 * Those who come from another set identifier (or from none) to one that somebody else has, or asks for before them, if only
 * with another type: it is one object's, so theirs would be published no more.
 */
function comingIn(wishes: readonly Wish[], kept: ReadonlyMap<Facet, RecordSet>, merge: MergeScope): Against[] {
  return [...groupBy(wishes, ({ candidate }) => facetOfCandidate(candidate))].flatMap(([facet, all]) => {
    const staying = all.filter(staysIn);
    const [first] = [...staying, ...all];
    const stood = new Map(
      staying.flatMap(({ standing }) => standing.map(({ record }) => [recordId(record), record] as const)),
    );
    return all.flatMap(wish => {
      if (staysIn(wish)) return [];
      const [taken] = wish.records.flatMap(record => stood.get(recordId(record)) ?? []);
      const other = kept.get(facet) ?? taken ?? (first === wish ? undefined : withoutRoom(wish, first, merge));
      return other ? [{ wish, obstacle: { conflict: 'taken' as const, other } }] : [];
    });
  });
}

/** Those who ask for a set identifier that another one asks for, too: the one that has it keeps it, else the first gets it. */
function contending(wishes: readonly Wish[]): Against[] {
  const first = new Map<string, Wish>();
  const has = ({ standing }: Wish, id: string) => standing.some(({ record }) => recordId(record) === id);
  for (const wish of wishes) {
    for (const id of wish.records.map(recordId)) {
      const other = first.get(id);
      if (!other || (has(wish, id) && !has(other, id))) first.set(id, wish);
    }
  }
  return wishes.flatMap(wish => {
    const [other] = wish.records.flatMap(record => {
      const id = recordId(record);
      const winner = first.get(id);
      return winner === wish ? [] : (winner?.records.find(one => recordId(one) === id) ?? []);
    });
    return other ? [{ wish, obstacle: { conflict: 'taken', other } }] : [];
  });
}

/**
 * Those whose wishes conflict with another's: they who want something else than what stands; where none of them does, the first
 * that cannot stand beside those before it.
 */
function disagreeing(wishes: readonly Wish[]): Against[] {
  const conflicting = conflictsWith(wishes, new Beside(wishes.flatMap(({ records }) => records)));
  if (conflicting.length === 0) return [];
  const standing = new Beside(wishes.flatMap(one => one.standing.map(({ record }) => record)));
  const isNew = ({ wish }: Against) => obstacleIn(wish, record => standing.obstacleTo(record))?.conflict !== undefined;
  const changing = conflicting.filter(isNew);
  return changing.length > 0 ? changing : firstTooMany(wishes);
}

/** So whoever is refused is so because of one that is not: what it asks for cannot come with the next run. */
function firstTooMany(wishes: readonly Wish[]): Against[] {
  const before = new Beside();
  for (const wish of wishes) {
    const obstacle = obstacleIn(wish, record => before.obstacleTo(record));
    if (obstacle) return [{ wish, obstacle }];
    for (const record of wish.records) before.add(record);
  }
  return [];
}

function conflictsWith(wishes: readonly Wish[], beside: Beside): Against[] {
  return wishes.flatMap(wish => {
    const obstacle = obstacleIn(wish, record => beside.obstacleTo(record));
    return obstacle ? [{ wish, obstacle }] : [];
  });
}
