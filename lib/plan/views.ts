import type { DnsName, ZoneState } from '../model/index.ts';
import { type Claim, claimsOf, covers, indexOwnership } from '../registry/index.ts';
import type { PlanSettings } from './settings.ts';
import type { ZoneView } from './site.ts';

type MutableView = ZoneView & { readonly ownership: Map<DnsName, readonly Claim[]>; above: readonly Claim[] };

/**
 * Every zone with its ownership records, and with those of its apex that stand in a selected zone above it. Those are
 * taken out of the upper zone's, where they would look like orphans, for as long as the apex records have none in their
 * own zone.
 */
export function viewZones(zones: readonly ZoneState[], settings: PlanSettings): ZoneView[] {
  const views = zones.map(
    ({ zone, records }): MutableView => ({
      zone,
      records,
      ownership: new Map(indexOwnership(zone, records, settings.naming)),
      above: [],
    }),
  );
  const byName = new Map<DnsName, MutableView[]>();
  for (const view of views) byName.set(view.zone.name, [...(byName.get(view.zone.name) ?? []), view]);
  for (const view of views) view.above = uppers(view, byName).flatMap(upper => lend(upper, view, settings));
  return views;
}

/** The views of the zones above a zone, of the same visibility. */
function uppers({ zone }: ZoneView, byName: ReadonlyMap<DnsName, readonly MutableView[]>): MutableView[] {
  const found: MutableView[] = [];
  for (let at = zone.name.indexOf('.') + 1; at > 0; at = zone.name.indexOf('.', at) + 1) {
    found.push(...(byName.get(zone.name.slice(at)) ?? []).filter(upper => upper.zone.private === zone.private));
  }
  return found;
}

function lend(upper: MutableView, view: ZoneView, settings: PlanSettings): Claim[] {
  const claims = upper.ownership.get(view.zone.name) ?? [];
  if (claims.length === 0) return [];
  const own = claimsOf(view.zone.name, view.ownership, view.records, settings.naming);
  const bare = (view.records.get(view.zone.name) ?? []).filter(record => !own.some(claim => covers(claim, record)));
  const lent = claims.filter(claim =>
    bare.some(record => record.type !== 'NS' && record.type !== 'SOA' && covers(claim, record)),
  );
  const kept = claims.filter(claim => !lent.includes(claim));
  if (kept.length > 0) upper.ownership.set(view.zone.name, kept);
  else upper.ownership.delete(view.zone.name);
  return lent;
}
