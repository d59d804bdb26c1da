import type { ZoneId, ZoneQuota } from '../model/index.ts';
import { USUAL_QUOTA } from '../plan/index.ts';
import { type CountedRoute53, Route53Error } from '../route53/index.ts';
import { isYoung } from './zone-list.ts';
import type { LoadedZone } from './zones.ts';

const ASK_AGAIN = 24 * 3_600_000;

/**
 * Asks Route 53 how much the zones may hold in which a namespace is over its limit: of one whose quota was raised, it may have
 * more. Once a day at most. The same zones, where there is nothing to ask or no answer.
 */
export async function withQuotas(
  zones: readonly LoadedZone[],
  crowded: ReadonlySet<ZoneId>,
  route53: CountedRoute53,
  now: number,
): Promise<readonly LoadedZone[]> {
  const isToAsk = ({ state: { zone, quota } }: LoadedZone) =>
    crowded.has(zone.id) && !(quota && isYoung(quota.askedAt, ASK_AGAIN, now));
  if (!zones.some(isToAsk)) return zones;
  return Promise.all(
    zones.map(async loaded => {
      const sets = isToAsk(loaded) ? await quotaOf(loaded.state.zone.id, route53) : undefined;
      if (sets === undefined) return loaded;
      const quota: ZoneQuota = { sets, askedAt: now };
      return { ...loaded, state: { ...loaded.state, quota } };
    }),
  );
}

/** Undefined: no answer. A role that may not ask knows of no raised quota. */
async function quotaOf(zone: ZoneId, route53: CountedRoute53): Promise<number | undefined> {
  try {
    const { limit } = await route53.recordSetLimit(zone);
    // A Route 53 without quotas, an emulator's, says 0.
    return limit > 0 ? Math.min(limit, Number.MAX_SAFE_INTEGER) : Number.MAX_SAFE_INTEGER;
  } catch (error) {
    return error instanceof Route53Error && error.kind === 'denied' ? USUAL_QUOTA : undefined;
  }
}
