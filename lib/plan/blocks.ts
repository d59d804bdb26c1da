import type { DnsName, Reason } from '../model/index.ts';
import { ownershipIn } from '../registry/index.ts';
import { ownershipNamesOf } from './compose.ts';
import type { NameContext } from './context.ts';
import { recordsAt, type Site } from './site.ts';
import type { WantedRecord } from './wanted.ts';

/** Something that stands in the way of a wanted record. */
export interface Block {
  readonly reason: Reason;
  readonly message: string;
  /** The record type that cannot be written. */
  readonly type?: string;
  /** Nothing may be created at the name; what is ours there may still be updated. */
  readonly whole?: boolean;
}

const POINTING: ReadonlySet<string> = new Set(['A', 'AAAA', 'CNAME']);

/** What stands in the way of the wanted records, without asking Route 53. */
export function whatBlocks(site: Site, wanted: readonly WantedRecord[], context: NameContext): Block[] {
  // Records that point somewhere exclude each other's owners; the other types stand side by side, whosever they are.
  const points = wanted.some(({ record }) => POINTING.has(record.type));
  const inTheWay = site.foreign.filter(({ record: { type } }) => {
    if (wanted.some(({ record }) => record.type === type)) return true;
    return type === 'CNAME' || (points && POINTING.has(type));
  });
  const blocks: Block[] = inTheWay.map(({ record, claim }) => ({
    reason: 'not-owned',
    whole: POINTING.has(record.type),
    message: `${site.name} ${record.type} exists and ${claim ? `belongs to the owner "${claim.ownership.owner}"` : 'carries no ownership record'}: fairlead leaves it alone`,
    ...(wanted.some(want => want.record.type === record.type) && { type: record.type }),
  }));
  if (wanted.some(want => want.record.type === 'CNAME') && site.otherTypes.length > 0) {
    blocks.push({
      reason: 'conflict',
      type: 'CNAME',
      whole: true,
      message: `${site.name} also has ${[...new Set(site.otherTypes)].sort().join(', ')} records, and DNS allows nothing beside a CNAME`,
    });
  }
  const deltas = wanted.map(after => ({ after }));
  for (const [i, txtName] of ownershipNamesOf(deltas, context.view.zone, context.settings).entries()) {
    const message = ownershipNameTaken(txtName, context);
    if (message) blocks.push({ reason: 'conflict', message, ...(wanted[i] && { type: wanted[i].record.type }) });
  }
  return blocks;
}

/** Why the name of an ownership record cannot be used, if it cannot. */
function ownershipNameTaken(txtName: DnsName, { view, authority }: NameContext): string | undefined {
  const label = txtName.split('.').find(part => part.length > 63);
  if (label)
    return `the name of its ownership record, ${txtName}, has a label of more than 63 characters: shorten the hostname's first label, or set registry.prefix to one that ends with a dot`;
  if (txtName.length > 253) return `the name of its ownership record, ${txtName}, has more than 253 characters`;
  for (const record of recordsAt(txtName, view)) {
    if (record.type === 'CNAME') return `the name of its ownership record, ${txtName}, is a CNAME`;
    if (record.type !== 'TXT') continue;
    const ownership = ownershipIn(record);
    if (!ownership)
      return `the name of its ownership record, ${txtName}, has a TXT record that is not an ownership record`;
    if (!authority.ours(ownership.owner))
      return `it is reserved by the ownership record ${txtName} of the owner "${ownership.owner}"`;
  }
  return undefined;
}
