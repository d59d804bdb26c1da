import type { AliasTarget, HostedZone, NameChange, RecordSet } from '../../model/index.ts';
import { ownershipNameOf } from '../change/change.ts';
import type { PlanSettings } from '../settings.ts';
import { withoutAdditions } from './namespace-limit.ts';
import { isFull, isUnknownIPv6 } from './refusals.ts';

/** What can be done of a change that Route 53 refused. */
export interface Lesser {
  readonly change: NameChange;
  /** What was left out, as the next plan will ask for it by itself; absent: nothing was, it is written otherwise. */
  readonly rest?: NameChange;
}

/**
 * The part of a refused change that is not concerned by what Route 53 refused, so that this costs itself only.
 *
 * | refused                                              | done                                              |
 * |------------------------------------------------------|---------------------------------------------------|
 * | an update that adds record sets: the zone is full    | the update without these                          |
 * | an AAAA alias to a service without IPv6              | the A alone; an AAAA that stood there goes with it |
 * | target health of an alias to a service without it    | the same alias without target health              |
 */
export function lesserOf(
  change: NameChange,
  words: string,
  zone: HostedZone,
  settings: PlanSettings,
): Lesser | undefined {
  const done = isFull(words)
    ? withoutAdditions(change, zone, settings)
    : isUnknownIPv6(words, zone.id)
      ? withoutIPv6(change, zone, settings)
      : undefined;
  if (done && done.creates.length < change.creates.length) return { change: done, rest: restOf(change, done) };
  return withoutTargetHealth(change, words, settings);
}

function restOf(change: NameChange, done: NameChange): NameChange {
  return {
    ...change,
    action: 'create',
    deletes: [],
    creates: change.creates.filter(one => !done.creates.includes(one)),
  };
}

/** Undefined: nothing else is to be created at the name. */
function withoutIPv6(change: NameChange, zone: HostedZone, settings: PlanSettings): NameChange | undefined {
  const { name } = change;
  const isAlias = (record: RecordSet) => record.name === name && record.type === 'AAAA' && record.alias !== undefined;
  const owned = new Set(change.creates.filter(isAlias).map(record => ownershipNameOf(record, zone, settings)));
  const isOfIPv6 = (record: RecordSet) => isAlias(record) || (record.type === 'TXT' && owned.has(record.name));
  const creates = change.creates.filter(record => !isOfIPv6(record));
  if (!creates.some(record => record.name === name)) return undefined;
  // Where nothing may be removed, what stands stays, with its ownership record.
  const deletes = settings.policy === 'sync' ? change.deletes : change.deletes.filter(record => !isOfIPv6(record));
  return { ...change, creates, deletes };
}

function withoutTargetHealth(change: NameChange, words: string, settings: PlanSettings): Lesser | undefined {
  const isMeant = ({ dnsName }: AliasTarget) => words.includes(dnsName) || /target ?health/i.test(words);
  const isExcluded = ({ alias }: RecordSet) =>
    alias?.evaluateTargetHealth === true &&
    settings.aliasTraitsOf?.(alias.zoneId).targetHealth === false &&
    isMeant(alias);
  if (!change.creates.some(isExcluded)) return undefined;
  const creates = change.creates.map(record =>
    record.alias && isExcluded(record)
      ? { ...record, alias: { ...record.alias, evaluateTargetHealth: false } }
      : record,
  );
  return { change: { ...change, creates } };
}
