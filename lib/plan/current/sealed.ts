import type { Finding } from '../../model/index.ts';
import { isUnreadable, isWrittenSo, readOwnershipName, wildcardTwin } from '../../registry/index.ts';
import { firstOf } from '../../shown.ts';
import type { Owners } from '../owners/owners.ts';
import type { PlanSettings } from '../settings.ts';
import { passesFilter } from '../zones/zones.ts';
import { recordsAt, type ZoneView } from './zone-view.ts';

/** How many names a finding shows. */
const SHOWN = 10;

/**
 * Told once a zone: what looks like an encrypted ownership record, stands where that of a record set of the zone would, and is
 * opened by none of the keys. That record set counts as somebody else's.
 */
export function sealedFindings(view: ZoneView, settings: PlanSettings): Finding[] {
  const { zone, records } = view;
  const names = [...records.values()].flat().flatMap(txt => {
    if (txt.type !== 'TXT' || !txt.values?.some(value => isUnreadable(value, settings.naming))) return [];
    return speaksOfRecord(txt.name, view, settings) ? [txt.name] : [];
  });
  const [first] = names.sort();
  if (first === undefined) return [];
  const [them, they, one] = names.length === 1 ? ['it', 'it looks', 'it is'] : ['them', 'they look', 'they are'];
  const why = settings.naming.keys
    ? `none of the keys of registry.encryptionKey opens ${them}`
    : 'registry.encryptionKey names no key';
  const message = `${names.length === 1 ? first : `${names.length} TXT records (${firstOf(names, SHOWN)})`} in ${zone.name} cannot be read: ${they} encrypted as ownership records are, and ${why}; what ${one} of counts as somebody else's`;
  return [{ reason: 'warning', message, zone: zone.id }];
}

/** Told once a zone: ownership records of ours that are not written as they would be today. */
export function olderFindings(view: ZoneView, { naming: { keys } }: PlanSettings, owners: Owners): Finding[] {
  const older = keys
    ? [...view.ownership.values()]
        .flat()
        .filter(({ ownership, value }) => owners.ours(ownership.owner) && !isWrittenSo(value, keys))
    : [];
  const names = [...new Set(older.map(({ txt }) => txt.name))].sort();
  if (names.length === 0) return [];
  const { zone } = view;
  const what =
    names.length === 1
      ? `the ownership record ${names[0]}`
      : `${names.length} ownership records (${firstOf(names, SHOWN)})`;
  const how = keys?.plain ? 'still encrypted' : 'in the clear, or written with an older key';
  const message = `${what} in ${zone.name} ${names.length === 1 ? 'is' : 'are'} ${how}: each is written anew with the next change of its record, all of them at once by fairlead transfer --rekey`;
  return [{ reason: 'warning', message, zone: zone.id }];
}

function speaksOfRecord(txt: string, view: ZoneView, { naming, filter }: PlanSettings): boolean {
  const name = readOwnershipName(txt, view.zone.name, naming)?.name;
  if (name === undefined) return false;
  return [name, wildcardTwin(name, naming)].some(
    each =>
      each !== undefined && passesFilter(each, filter) && recordsAt(each, view).some(({ type }) => type !== 'TXT'),
  );
}
