import { ago } from '../../ago.ts';
import { groupBy } from '../../group.ts';
import type { ClusterResult, Finding, Reason, ZoneResult } from '../../model/index.ts';
import { describeLeft, forceFor } from '../../plan/index.ts';
import { type Html, html, type Part } from '../html.ts';
import { commandLine, table } from '../layout.ts';
import { type Index, leftBehind, type Room, type Row } from '../picture.ts';

/** How each kind was read; what kept several from being read is said once. */
function kindsCell(kinds: ClusterResult['kinds']): Part {
  const said = Object.entries(kinds).map(([kind, read]) => ({
    kind,
    text: read.complete ? `${read.objects} object${read.objects === 1 ? '' : 's'}` : read.error,
    fault: !read.complete,
  }));
  const together = [...groupBy(said, ({ kind, text, fault }) => (fault ? text : kind)).values()];
  return together.map(
    (group, i) =>
      html`${i > 0 && html`<br>`}${group.map(({ kind }) => kind).join(', ')}: ${group[0]?.fault ? html`<span class="bad">${group[0].text}</span>` : group[0]?.text}`,
  );
}

/** The fleet at a glance: is it well, what waits, how full are the zones. */
export function overview(index: Index, now: number): Html {
  const { picture, rows, changes } = index;
  const { plan } = picture;
  const waiting = [...changes.values()].reduce((sum, list) => sum + list.length, 0);
  const held = plan.reasons.held ?? 0;
  const ours = rows.filter(row => row.ours).length;
  const byZone = groupBy(rows, ({ listed }) => listed.zone.id);
  const cards: readonly (readonly [number, string, string, string])[] = [
    [plan.counts.unpublished, 'not as it is asked for', './findings', plan.counts.unpublished > 0 ? 'bad' : 'good'],
    [waiting, 'changes wait for the next run', './plan', waiting > 0 ? 'warn' : 'good'],
    [held, 'held by the guard', './findings?q=held', held > 0 ? 'bad' : 'good'],
    [ours, 'record sets are ours', './records?q=is%3Aours', ''],
    [rows.length - ours, 'are not', './records?q=is%3Aforeign', ''],
  ];
  return html`
<ul class="cards">${cards.map(([number, text, link, style]) => html`<li><b class="${style}">${number}</b> <a href="${link}">${text}</a></li>`)}</ul>
<h2>Clusters</h2>
${table(
  'Clusters, as the last look read them',
  ['Cluster', 'Owner', 'State', 'Asked for', 'Kinds'],
  plan.clusters.map(({ name, owner, state, endpoints, kinds }) => [
    name,
    owner,
    html`<span class="${state === 'read' ? 'good' : state === 'kept' ? 'soft' : 'bad'}">${state}</span>`,
    endpoints,
    kindsCell(kinds),
  ]),
)}
${leftByClusters(index)}
<h2>Hosted zones</h2>
${table(
  'Hosted zones that the config selects',
  ['Zone', 'Ours', 'Others', 'Waiting', 'Room', 'Read in full'],
  [
    ...plan.zones.map(zone => zoneCells(zone, byZone.get(zone.id)?.length ?? 0, picture.rooms.of.get(zone.id), now)),
    ...idleZones(index),
  ],
)}
<h2>Why something is not done</h2>
${reasonsTable(plan.reasons)}
${held > 0 && html`<h2>Held removals</h2><p>Look at them under <a href="./findings?q=held">Not done</a>. If they are meant:</p>${commandLine(`npx ${releaseOfHeld(plan.findings)}`)}`}`;
}

/** The command that lets go what the guard holds, of the clusters that it holds something of. */
function releaseOfHeld(findings: readonly Finding[]): string {
  const held = findings.filter(({ reason }) => reason === 'held');
  const clusters = [...new Set(held.flatMap(({ object, cluster }) => object?.cluster ?? cluster ?? []))].sort();
  return (clusters.length > 0 && forceFor(clusters)) || 'fairlead sync --force --cluster NAME';
}

/** Nothing keeps it up to date or removes it until a person says what is to become of it. */
function leftByClusters(index: Index): Part {
  const all = leftBehind(index);
  if (all.length === 0) return undefined;
  return html`<h2>Clusters that left the config</h2>
${table(
  'What clusters that are not in the config have left behind',
  ['Cluster', 'What is there, and what to do'],
  all.map(({ left, ours }) => {
    const { found, advice } = describeLeft(left, ours);
    const query = encodeURIComponent(left.clusters[0] ?? '');
    return [html`<a href="./records?q=${query}">${left.clusters.join(' or ')}</a>`, html`${found}<br>${advice}`];
  }),
)}`;
}

/** Selected zones of which no cluster asks anything, and which have nothing of ours: a run has nothing to do with them. */
function idleZones({ picture: { plan }, rows }: Index): Part[][] {
  const known = new Set(plan.zones.map(({ id }) => id));
  const idle = groupBy(
    rows.filter(({ listed: { zone } }) => !known.has(zone.id)),
    ({ listed: { zone } }) => zone.id,
  );
  return [...idle.values()].map(some => {
    const { id, name, private: hidden } = (some[0] as Row).listed.zone;
    const title = html`<a href="./records?q=${encodeURIComponent(id)}">${name}</a> <span class="soft">${hidden ? 'private, ' : ''}${id}</span>`;
    return [
      title,
      0,
      some.length,
      0,
      html`<span class="soft">not known</span>`,
      html`<span class="soft">nothing of it is asked for</span>`,
    ];
  });
}

/** @param all how many record sets the zone has, ownership records left out */
function zoneCells(zone: ZoneResult, all: number, room: Room | undefined, now: number): Part[] {
  const { id, name, private: hidden, owned, changes, source, readAt } = zone;
  const left =
    room === undefined ? html`<span class="soft">not known</span>` : `${room.limit - room.count} of ${room.limit}`;
  return [
    html`<a href="./records?q=${encodeURIComponent(id)}">${name}</a> <span class="soft">${hidden ? 'private, ' : ''}${id}</span>`,
    owned,
    Math.max(0, all - owned),
    changes.length,
    left,
    source === 'unreadable'
      ? html`<span class="bad">unreadable</span>`
      : readAt === undefined
        ? ''
        : ago(Date.parse(readAt), now),
  ];
}

const reasonsTable = (reasons: Readonly<Partial<Record<Reason, number>>>) =>
  table(
    'Reasons, and how often',
    ['Reason', 'Times'],
    Object.entries(reasons)
      .sort(([, a], [, b]) => b - a)
      .map(([reason, count]) => [html`<a href="./findings?q=${encodeURIComponent(reason)}">${reason}</a>`, count]),
  );
