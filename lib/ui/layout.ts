import { ago } from '../ago.ts';
import { type Html, html, type Part } from './html.ts';

/** What every page has around it. */
export interface Frame {
  readonly title: string;
  /** Which entry of the navigation it belongs to. */
  readonly here: Place;
  /** Epoch milliseconds: when what is shown was looked at, and now. */
  readonly at: number;
  readonly now: number;
}

export const PLACES = {
  '': 'Overview',
  plan: 'Plan',
  findings: 'Not done',
  records: 'Records',
  runs: 'Runs',
} as const;

export type Place = keyof typeof PLACES;

/** A whole page. Links are relative, so that the token of the path stays in them and is in no other place. */
export function page({ title, here, at, now }: Frame, content: Part): Html {
  const entries = Object.entries(PLACES).map(([place, name]) => {
    const current = place === here && html` aria-current="page"`;
    return html`<li><a href="./${place}"${current}>${name}</a></li>`;
  });
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · fairlead</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="./style.css">
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header>
<strong>fairlead</strong>
<nav aria-label="Pages"><ul>${entries}</ul></nav>
<form action="./refresh" method="post"><span class="soft">looked at ${ago(at, now)}</span> <button>Look again</button></form>
</header>
<main id="content">
<h1>${title}</h1>
${content}
</main>
<footer>Nothing on these pages changes anything; what a command would do stands beside it.</footer>
</body>
</html>
`;
}

/**
 * A table that scrolls by itself where it is too wide, with the keyboard, too. On a phone each row is a block, and each of its cells
 * says what it is.
 */
export function table(caption: string, head: readonly string[], rows: readonly (readonly Part[])[]): Html {
  if (rows.length === 0) return html`<p class="soft">${caption}: none.</p>`;
  const body = rows.map(row => html`<tr>${row.map((cell, i) => html`<td data-head="${head[i]}">${cell}</td>`)}</tr>\n`);
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table>
<caption>${caption}</caption>
<thead><tr>${head.map(cell => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>
${body}</tbody>
</table></div>`;
}

/** A command that a person may copy. */
export const commandLine = (text: string): Html => html`<pre tabindex="0"><code>${text}</code></pre>`;

export const nameLink = (name: string): Html =>
  html`<a class="value" href="./name?n=${encodeURIComponent(name)}">${name}</a>`;

/** The pages of a long list, as links; `here` from 1. */
export function pages(place: Place | 'run', query: Readonly<Record<string, string>>, here: number, of: number): Part {
  if (of <= 1) return undefined;
  const link = (number: number, text: string) => {
    const search = new URLSearchParams({ ...query, page: String(number) });
    return html`<a href="./${place}?${search.toString()}">${text}</a> `;
  };
  return html`<nav aria-label="Pages of the list"><p>${here > 1 && link(here - 1, '← previous')}page ${here} of ${of} ${here < of && link(here + 1, 'next →')}</p></nav>`;
}
