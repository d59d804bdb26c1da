import { ago, span } from '../../ago.ts';
import { hopsOf, type RunSummary } from '../../history/index.ts';
import { andMore, type HistoryLine, isSameSet, type RecordSet } from '../../model/index.ts';
import { describeValue } from '../../report/change.ts';
import { type Html, html, type Part } from '../html.ts';
import { commandLine, nameLink, pages, table } from '../layout.ts';
import { briefValue, counted, valueDifference } from '../parts.ts';
import type { Index } from '../picture.ts';
import { type Asked, cut, ROWS } from './lists.ts';

const time = (iso: string) => iso.slice(0, 19).replace('T', ' ');

/** So short a time as a run takes, to a tenth of a second. */
const brief = (milliseconds: number) =>
  milliseconds < 60_000 ? `${(milliseconds / 1000).toFixed(1)} s` : span(milliseconds);

const runLink = (run: string, text = run): Html =>
  html`<a class="value" href="./run?r=${encodeURIComponent(run)}">${text}</a>`;

/** How many notices show their way. */
const NOTICES = 10;

/** The runs that changed something, the newest first. */
export function runsPage({ picture: { runs } }: Index, asked: Asked, now: number): Html {
  if (typeof runs === 'string') return html`<p class="soft">What runs did is not known: ${runs}.</p>`;
  const { shown, here, of } = cut(runs, asked);
  return html`
<p>A run that changed nothing leaves no line here. Times are UTC.</p>
${here === 1 && noticesTable(runs)}
<h2>What each run changed</h2>
${table(
  `${counted(runs.length, 'run')} changed something within a day`,
  ['When', 'Run', 'Asked by', 'Changed', 'Names', 'Took', 'Route 53 requests'],
  shown.map(run => runCells(run, now)),
)}
${pages('runs', {}, here, of)}`;
}

function runCells(run: RunSummary, now: number): Part[] {
  const { last, began, by, calls, names, undoes } = run;
  const more = run.created + run.updated + run.deleted - names.length;
  const took = began === undefined ? undefined : Date.parse(last) - Date.parse(began);
  return [
    html`${time(last)} <span class="soft">${ago(Date.parse(last), now)}</span>`,
    runLink(run.run),
    undoes.length > 0 ? html`a person: undoes ${undoes.join(', ')}` : `${by}, ${run.shards.join(', ')}`,
    counts(run),
    html`${names.map((name, i) => html`${i > 0 && html`<br>`}${nameLink(name)}`)}${more > 0 && html`<br>and ${more} more`}`,
    took === undefined ? '' : brief(took),
    calls ?? '',
  ];
}

const counts = ({ created, updated, deleted }: RunSummary): Html =>
  html`<span class="good">+${created}</span> <span class="warn">~${updated}</span> <span class="bad">−${deleted}</span>`;

/** How long the last notices took, hop by hop. */
function noticesTable(runs: readonly RunSummary[]): Html {
  const rows = runs.flatMap(run => {
    const hops = hopsOf(run);
    return hops ? [[runLink(run.run, time(run.last)), brief(hops.queued), brief(hops.ran), brief(hops.all)]] : [];
  });
  return html`<h2>How long the last notices took</h2>
${table('From the change in a cluster to the accepted change batch', ['Run', 'Until the run began', 'Until Route 53 accepted', 'In all'], rows.slice(0, NOTICES))}`;
}

/** What one run did, and how it is put back. */
export function runPage(run: RunSummary, lines: readonly HistoryLine[] | string, asked: Asked): Html {
  const { shown, here, of } = cut(typeof lines === 'string' ? [] : lines, asked);
  const isUndo = run.undoes.length > 0;
  return html`
<p>${isUndo ? `A person undid ${run.undoes.join(', ')}` : `Asked for by: ${run.by}`}. ${counts(run)} until ${time(run.last)} UTC${run.calls !== undefined && `, ${run.calls} requests to Route 53`}.</p>
<h2>What it changed</h2>
${typeof lines === 'string' ? html`<p class="bad">${lines}</p>` : historyTable(shown)}
${pages('run', { r: run.run }, here, of)}
<h2>In the terminal</h2>
<p>${isUndo ? 'What it holds is released so: the next run does what the objects ask for.' : 'It is put back, name by name, as far as nothing has changed since, and held there:'}</p>
${commandLine(isUndo ? `npx fairlead undo --release ${run.run}` : `npx fairlead undo ${run.run} --dry-run\nnpx fairlead undo ${run.run}`)}`;
}

/** One that was made since the last look, perhaps, or longer than a day ago. */
export const unknownRun = (run: string): Html => html`
<p>No run of that name was among those of the last day when this was looked at. In the terminal:</p>
${commandLine(`npx fairlead history --since 30d --run ${run}`)}`;

const STYLES = { create: 'good', update: 'warn', delete: 'bad' } as const;

/** Applied changes, each as a difference. @param of how many there are; of a name only the last are read */
export function historyTable(
  all: readonly HistoryLine[] | string,
  of: number | 'more' = typeof all === 'string' ? 0 : all.length,
): Html {
  if (typeof all === 'string') return html`<p class="soft">Not known: ${all}</p>`;
  const lines = all.slice(0, ROWS);
  return table(
    lines.length < all.length ? `The last ${lines.length} of ${of} changes` : counted(all.length, 'change'),
    ['When', 'Change', 'Name', 'Value', 'Object', 'Why', 'Run'],
    lines.map(line => {
      const { at, action, name, objects, formerly, why, run } = line;
      return [
        time(at),
        html`<span class="${STYLES[action]}">${action}</span>`,
        nameLink(name),
        differences(line),
        objects.length > 0 ? [...objects, ...andMore(line)].join(', ') : (formerly ?? ''),
        why,
        runLink(run),
      ];
    }),
  );
}

/** Ownership records are shown where nothing else was changed. */
function differences({ name, before, after }: HistoryLine): Html {
  const isShown = (record: RecordSet) => record.name === name && record.type !== 'TXT';
  const all = [...before, ...after];
  const shown = all.some(isShown) ? isShown : () => true;
  const sets = [
    ...before.filter(shown),
    ...after.filter(set => shown(set) && !before.some(other => isSameSet(other, set))),
  ];
  return html`${sets.map((set, i) => {
    const was = before.find(other => isSameSet(other, set));
    const is = after.find(other => isSameSet(other, set));
    const same = was && is && describeValue(was) === describeValue(is);
    const value = same ? briefValue(is) : valueDifference({ ...(was && { before: was }), ...(is && { after: is }) });
    return html`${i > 0 && html`<br>`}${set.type} ${value}`;
  })}`;
}
