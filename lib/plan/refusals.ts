import type { Finding, NameChange, RecordSet, Refusal, ZoneId, ZoneState } from '../model/index.ts';
import type { PlannedChange } from './context.ts';
import type { Owners } from './owners.ts';

/** Milliseconds. */
const FIRST_RETRY = 60 * 60 * 1000;
const LAST_RETRY = 24 * FIRST_RETRY;

/** The fingerprint by which a refused change is known again. */
export function fingerprint(change: NameChange): string {
  return JSON.stringify([change.deletes, change.creates]);
}

/**
 * What is remembered of a refused change, so that it is not sent again until it changes or an hour (then two, four, … a
 * day) has passed.
 *
 * @param known what was remembered of the name before
 */
export function refusalOf(change: NameChange, message: string, known: Refusal | undefined, now: number): Refusal {
  const print = fingerprint(change);
  const attempts = (known?.fingerprint === print ? known.attempts : 0) + 1;
  const retryAt = now + Math.min(LAST_RETRY, FIRST_RETRY * 2 ** (attempts - 1));
  return { fingerprint: print, message, attempts, retryAt };
}

/** Route 53's words for a zone that has as many record sets as it may have. */
const FULL = /MAX_RRSETS_BY_ZONE/;
/** Its words for an alias to a record that is not there. */
const NO_TARGET = /but that target was not found/;

/** Changes that Route 53 refused before are not sent again until they change, their cause is gone, or their time has come. */
export function withoutRefused(
  changes: readonly PlannedChange[],
  state: ZoneState,
  owners: Owners,
  now: number,
): { tried: readonly PlannedChange[]; findings: readonly Finding[] } {
  if (state.refusals.size === 0) return { tried: changes, findings: [] };
  const findings: Finding[] = [];
  const roomMade = changes.some(({ change: { action } }) => action === 'delete');
  const tried = changes.filter(planned => {
    const { change } = planned;
    const refusal = state.refusals.get(change.name);
    if (
      !refusal ||
      refusal.retryAt <= now ||
      isForced(planned, owners) ||
      (roomMade && FULL.test(refusal.message)) ||
      // Whether the target is there now is looked at by withoutDangling.
      NO_TARGET.test(refusal.message) ||
      refusal.fingerprint !== fingerprint(change)
    )
      return true;
    findings.push(...refusedFindings(change, state.zone.id, refusal.message));
    return false;
  });
  return { tried, findings };
}

function isForced({ change, claims }: PlannedChange, owners: Owners): boolean {
  return (
    claims.some(({ ownership }) => owners.forced(ownership)) ||
    change.objects.some(({ cluster }) => owners.forcedCluster(cluster))
  );
}

/** The findings for a change that Route 53 refused, in its own words. */
export function refusedFindings(change: NameChange, zone: ZoneId, message: string): Finding[] {
  const base = {
    reason: 'refused' as const,
    message: `Route 53 refused ${change.name}: ${message}`,
    name: change.name,
    zone,
  };
  return change.objects.length === 0 ? [base] : change.objects.map(object => ({ ...base, object }));
}

/**
 * Takes out, of changes in the order in which they are sent, those that make an alias to a record of the zone which neither
 * stands nor is made by a change before: its own change may have been held, refused or taken out.
 */
export function withoutDangling(
  changes: readonly PlannedChange[],
  { zone, records }: ZoneState,
): { sent: readonly PlannedChange[]; findings: readonly Finding[] } {
  const made = new Map<string, boolean>();
  const key = (record: Pick<RecordSet, 'name' | 'type'>) => `${record.name} ${record.type}`;
  const findings: Finding[] = [];
  const sent = changes.filter(({ change }) => {
    const missing = change.creates.find(({ alias, type }) => {
      if (alias?.zoneId !== zone.id) return false;
      const stands = (records.get(alias.dnsName) ?? []).some(record => record.type === type);
      return !(made.get(key({ name: alias.dnsName, type })) ?? stands);
    });
    if (missing) {
      const message = `${change.name} waits for the ${missing.type} record of ${missing.alias?.dnsName}, to which it is an alias`;
      const base = { reason: 'deferred' as const, message, name: change.name, zone: zone.id };
      findings.push(...(change.objects.length === 0 ? [base] : change.objects.map(object => ({ ...base, object }))));
      return false;
    }
    for (const record of change.deletes) made.set(key(record), false);
    for (const record of change.creates) made.set(key(record), true);
    return true;
  });
  return { sent, findings };
}
