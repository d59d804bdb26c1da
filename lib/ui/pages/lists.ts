import { type Html, html } from '../html.ts';
import { nameLink, pages, table } from '../layout.ts';
import { briefValue, CHANGE_HEAD, changeCells, counted, FINDING_HEAD, findingCells } from '../parts.ts';
import { findingText, type Index, search } from '../picture.ts';

/** Rows of a page: it stays far below 300 kB. */
export const ROWS = 100;

export interface Asked {
  readonly q: string;
  /** From 1. */
  readonly page: number;
}

/** Those of a page, and how many pages there are. */
export function cut<T>(
  all: readonly T[],
  { page }: Asked,
): { readonly shown: readonly T[]; readonly here: number; readonly of: number } {
  const of = Math.max(1, Math.ceil(all.length / ROWS));
  const here = Math.min(of, Math.max(1, page));
  return { shown: all.slice((here - 1) * ROWS, here * ROWS), here, of };
}

const searchForm = (label: string, { q }: Asked): Html => html`
<form method="get" role="search"><label for="q">${label}</label> <input type="search" id="q" name="q" value="${q}" autocomplete="off"> <button>Search</button></form>`;

/** What the next run would do, as a difference. */
export function planPage({ picture }: Index, asked: Asked): Html {
  const changes = picture.plan.zones.flatMap(zone => zone.changes);
  const { shown, here, of } = cut(changes, asked);
  const { created, updated, deleted } = picture.plan.counts;
  return html`
<p>The next run would create ${created}, change ${updated} and remove ${deleted} record sets. <code>npx fairlead sync</code> does it now.</p>
${table(counted(changes.length, 'change'), CHANGE_HEAD, shown.map(changeCells))}
${pages('plan', {}, here, of)}`;
}

/** What is not done, and why. */
export function findingsPage({ picture }: Index, asked: Asked): Html {
  const words = asked.q.toLowerCase().split(/\s+/).filter(Boolean);
  const found = picture.plan.findings.filter(finding => {
    const text = findingText(finding);
    return words.every(word => text.includes(word));
  });
  const { shown, here, of } = cut(found, asked);
  return html`${searchForm('Search by reason, object, name or cluster', asked)}
${table(`${found.length} of ${picture.plan.findings.length} findings`, FINDING_HEAD, shown.map(findingCells))}
${pages('findings', { q: asked.q }, here, of)}`;
}

/** The record sets of all zones. */
export function recordsPage(index: Index, asked: Asked): Html {
  const found = search(index, asked.q);
  const { shown, here, of } = cut(found, asked);
  return html`${searchForm('Search by name, value, object, cluster, owner, reason, is:ours or is:foreign', asked)}
${table(
  `${found.length} of ${index.rows.length} record sets`,
  ['Name', 'Type', 'Value', 'Owner', 'Object', 'Zone'],
  shown.map(({ listed: { record, owner, cluster, resource, zone }, ours }) => [
    nameLink(record.name),
    record.type,
    html`<span class="value">${briefValue(record)}</span>`,
    owner === undefined
      ? html`<span class="soft">nobody’s</span>`
      : html`<span class="${ours ? '' : 'soft'}">${owner}</span>`,
    [cluster, resource].filter(text => text !== undefined).join(': '),
    zone.private ? `${zone.name} (private)` : zone.name,
  ]),
)}
${pages('records', { q: asked.q }, here, of)}`;
}
