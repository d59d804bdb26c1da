import type { DnsName, Finding, HostedZone, ObjectRef, ZoneId } from '../model/index.ts';
import { type Candidate, type Candidates, mayStandIn } from './candidates.ts';
import { passesFilter, zoneFinder } from './domains.ts';
import type { PlanInput } from './input.ts';

/** Sorts the wanted names into zones; those that have none, or one that could not be read, get a finding. */
export function placeNames(candidates: Candidates, { zones: planned, elsewhere = [], settings }: PlanInput) {
  const find = zoneFinder([...planned.map(({ zone }) => zone), ...elsewhere]);
  const byZone = new Map<ZoneId, Set<DnsName>>();
  const findings: Finding[] = [];
  for (const [name, asking] of candidates) {
    const zones = passesFilter(name, settings.filter) ? find(name) : undefined;
    if (!zones?.length)
      findings.push(
        ...asking.flatMap(candidate => candidate.objects.map(object => unplaced(name, object, zones === undefined))),
      );
    for (const candidate of zones?.length ? asking : []) {
      if (!zones?.some(zone => mayStandIn(candidate, zone))) findings.push(...pinnedElsewhere(name, candidate));
    }
    for (const zone of zones?.filter(each => asking.some(candidate => mayStandIn(candidate, each))) ?? []) {
      if (elsewhere.includes(zone)) {
        findings.push(...asking.flatMap(({ objects }) => objects.map(object => unread(name, object, zone))));
        continue;
      }
      const names = byZone.get(zone.id);
      if (names) names.add(name);
      else byZone.set(zone.id, new Set([name]));
    }
  }
  return { byZone, findings };
}

function unplaced(name: DnsName, object: ObjectRef, filtered: boolean): Finding {
  if (filtered) return { reason: 'filtered', message: `${name} lies outside zones.domains`, object, name };
  return {
    reason: 'no-zone',
    message: `no selected hosted zone contains ${name}: create one, or widen zones.domains, zones.type or zones.ids`,
    object,
    name,
  };
}

function pinnedElsewhere(name: DnsName, { endpoints, objects }: Candidate): Finding[] {
  const zoneId = endpoints.find(endpoint => endpoint.zoneId !== undefined)?.zoneId;
  const message = `${name} is not published: its object pins it to the hosted zone ${zoneId}, which is none of the selected ones that it belongs into`;
  return objects.map(object => ({ reason: 'no-zone', message, object, name }));
}

function unread(name: DnsName, object: ObjectRef, zone: HostedZone): Finding {
  const message = `${name} is left as it is: the hosted zone ${zone.name} (${zone.id}) could not be read`;
  return { reason: 'unreadable', message, object, name, zone: zone.id };
}
