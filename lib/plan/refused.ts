import type { Finding, NameChange, ZoneId, ZoneState } from '../model/index.ts';
import type { Authority } from './authority.ts';

/** The fingerprint by which a refused change is known again. */
export function fingerprint(change: NameChange): string {
  return JSON.stringify([change.deletes, change.creates]);
}

/** Route 53's words for a zone that has as many record sets as it may have. */
const FULL = /MAX_RRSETS_BY_ZONE/;

function isForced(change: NameChange, authority: Authority): boolean {
  return (
    authority.forced(change.owner, change.name) ||
    change.objects.some(({ cluster }) => authority.forcedCluster(cluster))
  );
}

/** Changes that Route 53 refused before are not sent again until they change or their time has come. */
export function withoutRefused(changes: readonly NameChange[], state: ZoneState, authority: Authority, now: number) {
  if (state.refusals.size === 0) return { changes, findings: [] };
  const findings: Finding[] = [];
  const roomMade = changes.some(({ action }) => action === 'delete');
  const tried = changes.filter(change => {
    const refusal = state.refusals.get(change.name);
    if (
      !refusal ||
      refusal.retryAt <= now ||
      isForced(change, authority) ||
      (roomMade && FULL.test(refusal.message)) ||
      refusal.fingerprint !== fingerprint(change)
    )
      return true;
    findings.push(...refusedFindings(change, state.zone.id, refusal.message));
    return false;
  });
  return { changes: tried, findings };
}

/** The findings for a change that Route 53 refused, in its own words. */
export function refusedFindings(change: NameChange, zone: ZoneId, words: string): Finding[] {
  const base = {
    reason: 'refused' as const,
    message: `Route 53 refused ${change.name}: ${words}`,
    name: change.name,
    zone,
  };
  return change.objects.length === 0 ? [base] : change.objects.map(object => ({ ...base, object }));
}
