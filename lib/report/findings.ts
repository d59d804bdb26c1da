import { groupBy } from '../group.ts';
import { countOf, describeObject, type Finding, isUnpublished, resourceOf } from '../model/index.ts';
import { firstAndCount } from '../shown.ts';
import type { Cell } from './table.ts';

/** Findings that say the same of so many names have a row each; of more one row tells. */
const EACH = 3;

/** Subjects that a row for many shows. */
const SHOWN = 3;

/** A row for each finding, or for many that say the same but for their names and objects. */
export function findingRows(findings: readonly Finding[], each = false): Cell[][] {
  if (each) return findings.map(finding => row([finding]));
  const exact = [
    ...groupBy(findings, ({ reason, field = '', message }) => [reason, field, message].join('\n')).values(),
  ];
  const patterns = groupBy(exact, ([first]) => pattern(first as Finding));
  return [...patterns.values()].flatMap(groups => (groups.length <= EACH ? groups.map(row) : [row(groups.flat())]));
}

/** The message without what it says of the one name and object. */
function pattern(finding: Finding): string {
  const { reason, field = '', name, type, object, former } = finding;
  let text = messageOf(finding);
  if (name && type) text = text.replaceAll(`${name} ${type}`, name);
  const objects = [object, former].flatMap(one => (one ? [describeObject(one), resourceOf(one)] : []));
  for (const own of [...objects, name]) if (own) text = text.replaceAll(own, '…');
  return [reason, field, text].join('\n');
}

function row(group: readonly Finding[]): Cell[] {
  const [first] = group as [Finding];
  const same = group.every(({ message }) => message === first.message);
  const more = same ? '' : `; ${group.reduce((sum, one) => sum + countOf(one), 0)} such names or objects`;
  const message = messageOf(first) + more;
  return [
    { style: isUnpublished(first) ? 'yellow' : 'cyan', text: first.reason },
    firstAndCount([...new Set(group.map(subjectOf))], SHOWN),
    first.field === undefined || message.includes(first.field) ? message : `${message} (${first.field})`,
  ];
}

function subjectOf({ object, former, cluster, name, zone }: Finding): string {
  const one = object ?? former;
  return one ? describeObject(one) : (cluster ?? name ?? zone ?? '');
}

/** The object stands in a column of its own. */
function messageOf({ message, object }: Finding): string {
  const said = object && `${resourceOf(object)}: `;
  return said && message.startsWith(said) ? message.slice(said.length) : message;
}
