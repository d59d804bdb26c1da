import type { RecordChange, RecordSet } from '../model/index.ts';
import { describeObjects, describeRouting } from '../model/index.ts';
import type { Cell, Style } from './table.ts';

/** What a record set says, in a few words. */
export function describeValue(record: RecordSet): string {
  return [...valuesOf(record)].join(', ') + tail([ttlText(record.ttl), routingText(record)]);
}

function valuesOf({ alias, values = [], trafficPolicyInstanceId: policy }: RecordSet): readonly string[] {
  if (policy !== undefined) return [`traffic policy ${policy}`];
  return alias ? [`alias ${alias.dnsName}`] : values;
}

const ttlText = (ttl: number | undefined) => (ttl === undefined ? '' : `(${ttl} s)`);

/** Set identifier, routing and health check, in brackets; empty of a simple one. */
export function routingText(record: Pick<RecordSet, 'setIdentifier' | 'routing' | 'healthCheckId'>): string {
  const { setIdentifier = '', healthCheckId } = record;
  const check = healthCheckId === undefined ? '' : `health check ${healthCheckId}`;
  const parts = [setIdentifier, describeRouting(record), check].filter(part => part !== '');
  return parts.length === 0 ? '' : `[${parts.join(', ')}]`;
}

const tail = (parts: readonly string[]) =>
  parts
    .filter(part => part !== '')
    .map(part => ` ${part}`)
    .join('');

const SIGNS = { create: ['green', '+ create'], update: ['yellow', '~ update'], delete: ['red', '- delete'] } as const;

/** The cells of a change: what is done, name, type, value (`old → new`), the object. */
export function changeRow(change: RecordChange): Cell[] {
  const [style, sign] = SIGNS[change.action];
  return [
    change.drift ? { style: 'magenta', text: '~ drift' } : { style, text: sign },
    change.name,
    change.type,
    valueCell(change, style),
    objectText(change),
  ];
}

function valueCell({ before, after }: RecordChange, style: Style): Cell {
  if (before && after) return difference(before, after);
  const record = after ?? before;
  return record ? { style, text: describeValue(record) } : '';
}

/** `old → new`, in which only what goes and what comes is coloured. */
function difference(before: RecordSet, after: RecordSet): Cell {
  const [old, now] = [valuesOf(before), valuesOf(after)];
  const gone = old.filter(value => !now.includes(value));
  const fresh = now.filter(value => !old.includes(value));
  const ttl =
    before.ttl === after.ttl
      ? [tail([ttlText(after.ttl)])]
      : [' (', marked(seconds(before), 'red'), ' → ', marked(seconds(after), 'green'), ')'];
  const [was, is] = [routingText(before), routingText(after)];
  const routing =
    was === is ? [tail([is])] : [' ', marked(was || '[simple]', 'red'), ' → ', marked(is || '[simple]', 'green')];
  if (gone.length + fresh.length > 0)
    return [...marks(old, gone, 'red'), ' → ', ...marks(now, fresh, 'green'), ...ttl, ...routing];
  // Nothing but what is not shown of it: an alias's health check.
  const what =
    before.ttl === after.ttl && was === is
      ? [{ style: 'yellow', text: ` ${changedParts(before, after)}` } as const]
      : [];
  return [now.join(', '), ...ttl, ...routing, ...what];
}

const seconds = ({ ttl }: RecordSet) => (ttl === undefined ? 'no TTL' : `${ttl} s`);

const marked = (text: string, style: Style): Cell => ({ style, text });

const marks = (values: readonly string[], special: readonly string[], style: Style): Cell[] =>
  values.flatMap((value, i) => [...(i === 0 ? [] : [', ']), special.includes(value) ? marked(value, style) : value]);

function changedParts(before: RecordSet, after: RecordSet): string {
  const health = after.alias?.evaluateTargetHealth;
  if (before.alias && health !== before.alias.evaluateTargetHealth)
    return `evaluateTargetHealth ${before.alias.evaluateTargetHealth} → ${health}`;
  return 'its ownership record';
}

/** Who asks, and which rules of `claims` let them; of a removal, and of a name that changes hands, whose it was. */
function objectText({ formerly, allowedBy, ...change }: RecordChange): string {
  const asking = describeObjects(change);
  const rules = allowedBy === undefined ? [] : [`allowed by ${allowedBy.join(', ')}`];
  const notes = [...(formerly === undefined ? [] : [`was ${formerly}`]), ...rules].join('; ');
  if (notes === '') return asking;
  return asking === '' ? notes : `${asking} (${notes})`;
}
