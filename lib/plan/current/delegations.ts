import type { DnsName, HostedZone } from '../../model/index.ts';
import { recordsAt, type ZoneView } from './zone-view.ts';

// Where the world asks for a name: the NS record sets of a zone send it to other name servers for all that is below them.

/** The highest name at or above `name`, below the zone's apex, that has an NS record set: the world asks other servers below it. */
export function delegationAbove(name: DnsName, view: ZoneView): DnsName | undefined {
  let cut: DnsName | undefined;
  for (let at = name; at !== view.zone.name && at !== ''; at = at.slice(at.indexOf('.') + 1)) {
    if (recordsAt(at, view).some(({ type }) => type === 'NS')) cut = at;
    if (!at.includes('.')) break;
  }
  return cut;
}

/** Whether the NS record set of the parent zone names servers of the zone below, as far as those are known. */
export function delegates(parent: ZoneView, child: HostedZone, below: ZoneView | undefined): boolean {
  const own = serversOf(child, below);
  return own.size === 0 || [...serversOf(child, parent)].some(server => own.has(server));
}

/** The name servers of a zone, as another one or itself says. */
const serversOf = ({ name }: HostedZone, view: ZoneView | undefined) =>
  new Set(
    (view ? recordsAt(name, view) : [])
      .filter(({ type }) => type === 'NS')
      .flatMap(({ values = [] }) => values.map(value => value.toLowerCase().replace(/\.$/, ''))),
  );
