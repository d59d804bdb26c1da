import { type Backoff, stepAfter } from '../../backoff.ts';
import {
  changeKey,
  type DnsName,
  type Finding,
  isSameSet,
  type NameChange,
  type RecordSet,
  type Refusal,
  type ZoneId,
  type ZoneState,
} from '../../model/index.ts';
import type { PlannedChange } from '../context.ts';
import { findingsOfChange } from '../findings.ts';
import type { Owners } from '../owners/owners.ts';

/** Milliseconds. */
const HOUR = 60 * 60 * 1000;
/** Not spread: when a change is tried again is a matter of this zone alone, and a plan has no chance in it. */
const RETRIES: Backoff = { first: HOUR, longest: 24 * HOUR };

/** Whether a record set of a name and type stands, as far as is known. */
export type Stands = (name: DnsName, type: string) => boolean;

export const standsIn =
  (records: ZoneState['records']): Stands =>
  (name, type) =>
    (records.get(name) ?? []).some(record => record.type === type);

/** The records of the zone itself that a change makes aliases to, as `name type`. */
function aliasTargets({ creates }: NameChange, zone: ZoneId): { name: DnsName; type: string }[] {
  return creates.flatMap(({ alias, type }) => (alias?.zoneId === zone ? [{ name: alias.dnsName, type }] : []));
}

/**
 * The fingerprint by which a refused change is known again: what it deletes and creates, and which of the records that it
 * makes aliases to were there. An alias that was refused for want of its target is another change once that is there.
 */
export function fingerprint(change: NameChange, zone: ZoneId, stands: Stands): string {
  const targets = aliasTargets(change, zone);
  const there = targets.filter(({ name, type }) => stands(name, type)).map(({ name, type }) => `${name} ${type}`);
  return JSON.stringify([change.deletes, change.creates, ...(targets.length > 0 ? [there] : [])]);
}

/**
 * What is remembered of a refused change, so that it is not sent again until it changes or an hour (then two, four, … a
 * day) has passed.
 *
 * @param known what was remembered of the name before
 */
export function refusalOf(print: string, message: string, known: Refusal | undefined, now: number): Refusal {
  const attempts = (known?.fingerprint === print ? known.attempts : 0) + 1;
  const retryAt = now + stepAfter(attempts, RETRIES);
  return { fingerprint: print, message, attempts, retryAt };
}

/** Route 53's words for a zone that has as many record sets as it may have. */
const FULL = /MAX_RRSETS_BY_ZONE/;

export const isFull = (words: string): boolean => FULL.test(words);

/** Route 53 knows no AAAA of what an alias is to, which lies in another zone than this: a service that has none, mostly. */
export function isUnknownIPv6(words: string, zone: ZoneId): boolean {
  const found = /type AAAA in zone ([^\s,]+), but that target was not found/.exec(words);
  return found !== null && found[1] !== zone;
}

export interface Sendable {
  readonly sent: readonly PlannedChange[];
  readonly findings: readonly Finding[];
}

/**
 * Of changes in the order in which they are sent, those that are worth it. Taken out is
 * - what Route 53 refused before, until it changes, its cause is gone, or its time has come;
 * - an alias to a record of the zone that neither stands nor is made by a change before: that one's own change may have been
 *   held, refused or taken out.
 */
export function withoutHopeless(
  changes: readonly PlannedChange[],
  state: ZoneState,
  owners: Owners,
  now: number,
): Sendable {
  const { zone, records, refusals } = state;
  const roomMade = changes.some(({ change: { action } }) => action === 'delete');
  const edited = new Map<DnsName, readonly RecordSet[]>();
  const at = (name: DnsName) => edited.get(name) ?? records.get(name) ?? [];
  const others = (set: RecordSet) => at(set.name).filter(other => !isSameSet(other, set));
  const stands: Stands = (name, type) => at(name).some(record => record.type === type);
  const findings: Finding[] = [];
  const sent = changes.filter(planned => {
    const { change } = planned;
    const refusal = refusals.get(changeKey(change));
    if (
      refusal &&
      refusal.retryAt > now &&
      // A time further away than any wait was written by a clock that was wrong.
      refusal.retryAt - now <= RETRIES.longest &&
      !isForced(planned, owners) &&
      !(roomMade && FULL.test(refusal.message)) &&
      refusal.fingerprint === fingerprint(change, zone.id, stands)
    ) {
      findings.push(...refusedFindings(change, zone.id, refusal.message, stands));
      return false;
    }
    const missing = aliasTargets(change, zone.id).find(({ name, type }) => !stands(name, type));
    if (missing) {
      const message = `${change.name} waits for ${missing.name} ${missing.type}, to which it is an alias`;
      findings.push(...findingsOfChange(change, 'deferred', message, zone.id));
      return false;
    }
    for (const set of change.deletes) edited.set(set.name, others(set));
    for (const set of change.creates) edited.set(set.name, [...others(set), set]);
    return true;
  });
  return { sent, findings };
}

function isForced({ change, claims }: PlannedChange, owners: Owners): boolean {
  return (
    claims.some(({ ownership }) => owners.forced(ownership)) ||
    change.objects.some(({ cluster }) => owners.forcedCluster(cluster))
  );
}

/** The findings for a change that Route 53 refused, in its own words. That an A stands without an AAAA is no fault. */
export function refusedFindings(change: NameChange, zone: ZoneId, message: string, stands: Stands): Finding[] {
  const { name, creates, deletes } = change;
  const isIPv6Only = deletes.length === 0 && creates.every(one => one.name !== name || one.type === 'AAAA');
  if (isIPv6Only && isUnknownIPv6(message, zone) && stands(name, 'A')) {
    const alone = `${name} has no AAAA: Route 53 knows no IPv6 address of its alias target (${message}), so the A stands alone`;
    return findingsOfChange(change, 'warning', `${alone}; the AAAA is tried again in time`, zone);
  }
  return findingsOfChange(change, 'refused', `Route 53 refused ${change.name}: ${message}`, zone);
}
