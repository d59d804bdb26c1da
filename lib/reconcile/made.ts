import type { DnsName, ZoneId } from '../model/index.ts';
import type { DoneZone } from './zone-run.ts';

/** Names that the passes of a run created, by hosted zone: what another pass must know to leave the zones above alone. */
export type Made = ReadonlyMap<ZoneId, ReadonlySet<DnsName>>;

export function madeBy(passes: readonly Made[]): Made {
  const all = new Map<ZoneId, Set<DnsName>>();
  for (const [zone, names] of passes.flatMap(made => [...made])) {
    const known = all.get(zone);
    if (known) for (const name of names) known.add(name);
    else all.set(zone, new Set(names));
  }
  return all;
}

export const createdIn = ({ id, applied }: DoneZone): Made =>
  new Map([[id, new Set(applied.flatMap(({ action, name }) => (action === 'create' ? name : [])))]]);
