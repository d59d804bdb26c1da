import type { DnsName, Endpoint, Finding, SharingMode } from '../../model/index.ts';
import type { Candidate } from '../desired/candidates.ts';
import { findingsOf, listObjects } from '../findings.ts';
import type { PlanSettings } from '../settings.ts';
import { within } from '../zones/zone-filter.ts';

/** How the config has a name shared. */
export function sharingOf(name: DnsName, { sharing = [], registry }: PlanSettings): SharingMode {
  const mode = sharing.find(({ domains }) => domains.length === 0 || domains.some(one => within(name, one)))?.mode;
  return mode === undefined || (mode === 'merge' && registry === 'noop') ? 'first' : mode;
}

/** How an object wants to have a name: as it says itself, else as the config says. */
export const modeOfEndpoint = ({ name, sharing }: Endpoint, settings: PlanSettings): SharingMode =>
  sharing === undefined || (sharing === 'merge' && settings.registry === 'noop') ? sharingOf(name, settings) : sharing;

/** The objects of a candidate have one way, or that of the config. */
export function modeOf({ name, endpoints }: Candidate, settings: PlanSettings): SharingMode {
  const [first, ...others] = new Set(endpoints.map(endpoint => modeOfEndpoint(endpoint, settings)));
  return first !== undefined && others.length === 0 ? first : sharingOf(name, settings);
}

/** Those whose own word does not count, since others whose addresses are put together with theirs say another. */
export function disagreeing(candidate: Candidate, settings: PlanSettings): Finding[] {
  const { name, endpoints } = candidate;
  const mode = modeOf(candidate, settings);
  const objects = new Set(
    endpoints.flatMap(one => (one.sharing && modeOfEndpoint(one, settings) !== mode ? one.object : [])),
  );
  const message = `${name}: fairlead.dev/sharing does not count, since the objects whose addresses are put together here (${listObjects(candidate.objects)}) do not all ask for the same`;
  return findingsOf({ name, objects: [...objects] }, 'warning', message);
}
