import type { Finding, HostedZone } from '../../model/index.ts';
import { firstOf } from '../../shown.ts';
import type { PlannedChange } from '../context.ts';
import type { PlanInput } from '../input.ts';
import type { PlanSettings } from '../settings.ts';

/** Whether the config says, by name or id, that nothing is to be changed in a hosted zone. */
export const isFrozen = ({ id, name }: HostedZone, { frozenZones }: Pick<PlanSettings, 'frozenZones'>): boolean =>
  frozenZones.includes(id) || frozenZones.includes(name);

/** How many names a finding shows. */
const SHOWN = 10;

/** One finding a zone, however many changes are not made. It counts as unpublished where there are some. */
export function frozenFinding({ id, name }: HostedZone, changes: readonly PlannedChange[]): Finding {
  const names = [...new Set(changes.map(({ change }) => change.name))].sort();
  const what = `the hosted zone ${name} (${id}) is frozen by zones.freeze of the config`;
  if (names.length === 0) return { reason: 'warning', message: `${what}: nothing is changed in it`, zone: id };
  const left = names.length === 1 ? `${names[0]} is left as it is` : `${names.length} names are left as they are`;
  const shown = names.length === 1 ? '' : ` (${firstOf(names, SHOWN)})`;
  return {
    reason: 'frozen',
    message: `${what}: ${left}${shown}`,
    field: 'zones.freeze',
    zone: id,
    ...(names.length > 1 && { count: names.length }),
  };
}

/** A mistyped zone would not be frozen, and nobody would know. */
export function unknownFreezes({ zones, elsewhere = [], settings, only }: PlanInput): Finding[] {
  if (only) return [];
  const selected = [...zones.map(({ zone }) => zone), ...elsewhere];
  return settings.frozenZones
    .filter(frozen => !selected.some(({ id, name }) => frozen === id || frozen === name))
    .map(frozen => {
      const message = `zones.freeze of the config names "${frozen}", which is none of the selected hosted zones: it freezes nothing`;
      return { reason: 'warning', message };
    });
}
