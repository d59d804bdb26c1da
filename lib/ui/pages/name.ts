import { nearestOf } from '../../explain/index.ts';
import { type DnsName, type Finding, type HistoryLine, objectIn } from '../../model/index.ts';
import { describeDeparted } from '../../plan/index.ts';
import { describeValue } from '../../report/change.ts';
import { type Html, html, type Part } from '../html.ts';
import { commandLine, nameLink, table } from '../layout.ts';
import { CHANGE_HEAD, changeCells, counted, FINDING_HEAD, findingCells } from '../parts.ts';
import type { Index } from '../picture.ts';
import { ROWS } from './lists.ts';
import { historyTable } from './runs.ts';

/** One hostname: what stands there and whose it is, what the next run would do, and why what is asked for is not there. */
export function namePage(index: Index, name: DnsName, lately: readonly HistoryLine[] | string): Html {
  const { rows, findings, changes } = index;
  const here = rows.filter(({ listed }) => listed.record.name === name);
  const waiting = changes.get(name) ?? [];
  const said = findings.get(name) ?? [];
  // What is ours was made by a run, be it longer ago than the page shows.
  const mayBeUndone = typeof lately === 'string' || lately.length > 0 || here.some(({ ours }) => ours);
  return html`
${verdict({ name, here, index, lately }, waiting.length, said)}
<h2>What stands in Route 53</h2>
${table(
  'Record sets of this name',
  ['Type', 'Value', 'Owner', 'Object', 'Zone'],
  here.map(({ listed: { record, owner, cluster, resource, zone } }) => [
    record.type,
    html`<span class="value">${describeValue(record)}</span>`,
    owner ?? html`<span class="soft">nobody’s: fairlead leaves it alone</span>`,
    [cluster, resource].filter(text => text !== undefined).join(': '),
    `${zone.name} (${zone.private ? 'private, ' : ''}${zone.id})`,
  ]),
)}
<h2>What the next run would do</h2>
${table(captionOf(waiting.length, 'change'), CHANGE_HEAD, waiting.slice(0, ROWS).map(changeCells))}
<h2>What is not done, and why</h2>
${table(captionOf(said.length, 'finding'), FINDING_HEAD, said.slice(0, ROWS).map(findingCells))}
<h2>What runs changed within a day</h2>
${historyTable(lately, 'more')}
<h2>In the terminal</h2>
${commandLine(`npx fairlead explain ${name}\nnpx fairlead history ${name}`)}
${mayBeUndone && html`<p>To put back what was changed last, and to hold it there (shown first, then asked):</p>\n${commandLine(`npx fairlead undo ${name}`)}`}`;
}

/** Nothing is known of it: perhaps it is mistyped, or what would ask for it could not be read. */
function nothing({
  name,
  lately,
  index: {
    rows,
    changes,
    findings,
    picture: { plan },
  },
}: Asked): Html {
  const unread = plan.clusters.filter(({ kinds }) => Object.values(kinds).some(({ complete }) => !complete));
  const zones = plan.zones.filter(({ source }) => source === 'unreadable').map(zone => zone.name);
  const known = function* () {
    for (const { listed } of rows) yield listed.record.name;
    yield* changes.keys();
    // An object may ask for it that is left out: its domain is mistyped.
    yield* findings.keys();
  };
  const nearest = nearestOf(name, known());
  // Of a view whose zones could not be listed no zone is known.
  const views = plan.findings.filter(
    ({ reason, cluster, zone, object }) => reason === 'unreadable' && (cluster ?? zone ?? object) === undefined,
  );
  const could = [...unread.map(cluster => cluster.name), ...zones, ...views.map(({ message }) => message)];
  return html`<p>${could.length === 0 ? 'Nothing stands there, and nobody asks for it.' : html`<span class="bad">As far as could be read, nothing stands there, and nobody asks for it: what could not be read in full: ${could.join('; ')}.</span>`}${formerText(lately)}${nearest !== undefined && html` Did you mean ${nameLink(nearest)}?`}</p>`;
}

/** Whose the name was until a run removed it: perhaps it is mistyped in that object now. */
function formerText(lately: readonly HistoryLine[] | string): Part {
  const last = typeof lately === 'string' ? undefined : lately[0];
  if (last?.action !== 'delete' || last.formerly === undefined) return undefined;
  const [, resource = ''] = /([^/ ]+\/[^/ ]+\/[^/ ]+)$/.exec(last.formerly) ?? [];
  const command = objectIn(resource) && html` What that asks for now: <code>npx fairlead why-not ${resource}</code>.`;
  return html` ${last.formerly} had it until ${last.at.slice(0, 16).replace('T', ' ')}.${command}`;
}

const sentence = (text: string) => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;

/** Thousands of objects may ask for one name. */
const captionOf = (count: number, what: string) =>
  `${count <= ROWS ? counted(count, what) : `The first ${ROWS} of ${counted(count, what)}`} of this name`;

interface Asked {
  readonly name: DnsName;
  readonly here: Index['rows'];
  readonly index: Index;
  readonly lately: readonly HistoryLine[] | string;
}

function verdict(asked: Asked, waiting: number, findings: readonly Finding[]): Html {
  const { name, here } = asked;
  if (findings.length > 0 && findings.every(({ object }) => object === undefined))
    return html`<p class="bad">It stays as it is: see the reasons below.</p>`;
  if (findings.length > 0) return html`<p class="bad">Not all that is asked for is there: see the reasons below.</p>`;
  if (waiting > 0) return html`<p class="warn">It changes with the next run.</p>`;
  if (here.length === 0) return nothing(asked);
  const gone = here.find(({ ours, listed }) => !ours && listed.left !== undefined)?.listed;
  if (gone) {
    const { left: clusters = [], owner = '', cluster } = gone;
    const { found, advice } = describeDeparted({ clusters, owner, labelled: cluster !== undefined }, name, false);
    return html`<p class="warn">${sentence(found)}: fairlead leaves it alone. If it is to be otherwise: ${advice}.</p>`;
  }
  if (!here.some(({ ours }) => ours))
    return html`<p>It is not ours, and no object asks for it: fairlead leaves it alone.</p>`;
  return html`<p class="good">It is as it is asked for, or nobody of the clusters asks for anything else.</p>`;
}
