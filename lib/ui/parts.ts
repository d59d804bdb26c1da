import { adviceFor } from '../explain/index.ts';
import type { Finding, Reason, RecordChange, RecordSet } from '../model/index.ts';
import { describeObject, describeObjects, isUnpublished } from '../model/index.ts';
import { describeValue } from '../report/change.ts';
import { type Html, html, type Part } from './html.ts';
import { nameLink } from './layout.ts';

const SIGNS = { create: ['good', '+ create'], update: ['warn', '~ update'], delete: ['bad', '− delete'] } as const;

/** The cells of a change: what, the name, the type, the value as a difference, whose. */
export function changeCells(change: RecordChange): Part[] {
  const [style, sign] = SIGNS[change.action];
  const whose = describeObjects(change);
  const former = change.formerly === undefined ? '' : `was ${change.formerly}`;
  return [
    html`<span class="${style}">${sign}</span>${change.drift === true && html` <span class="warn">(drift)</span>`}`,
    nameLink(change.name),
    change.type,
    valueDifference(change),
    [whose, former].filter(text => text !== '').join('; '),
  ];
}

export const CHANGE_HEAD = ['Change', 'Name', 'Type', 'Value', 'Object'] as const;

/** Characters of a value in a list: a record of 400 addresses would make a page of a hundred such too long. */
const MOST_VALUE = 400;

/** What a record set says, as far as a list has room; the page of its name has the whole. */
export function briefValue(record: RecordSet): string {
  const text = describeValue(record);
  if (text.length <= MOST_VALUE) return text;
  return `${text.slice(0, MOST_VALUE).toWellFormed()}… (${record.values?.length ?? 0} values in all)`;
}

export function valueDifference({ before, after }: Pick<RecordChange, 'before' | 'after'>): Html {
  const text = briefValue;
  return html`<span class="value">${before && html`<del>${text(before)}</del>`}${before && after && ' → '}${after && html`<ins>${text(after)}</ins>`}</span>`;
}

/** Reasons whose messages say what is, or are Route 53's own words, and not what to do, or not with which command. */
const TELLING_NOTHING: ReadonlySet<Reason> = new Set(['refused', 'not-owned', 'unreadable', 'policy', 'held', 'grace']);

export const FINDING_HEAD = ['Reason', 'About', 'What, and what to do'] as const;

export function findingCells(finding: Finding): Part[] {
  const { reason, name, object, cluster, zone, message, release, count = 1 } = finding;
  const about = object ? describeObject(object) : (cluster ?? zone ?? '');
  return [
    html`<span class="${isUnpublished(finding) ? 'bad' : 'soft'}">${reason}</span>`,
    html`${name !== undefined && nameLink(name)}${name !== undefined && about !== '' && html`<br>`}${about}`,
    html`${message}${count > 1 && html` <span class="soft">(${count} in all)</span>`}${
      // All other messages say what to do.
      (TELLING_NOTHING.has(reason) || release !== undefined) && html`<br>${adviceFor(finding)}`
    }`,
  ];
}

/** `1 run`, `2 runs`. */
export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
