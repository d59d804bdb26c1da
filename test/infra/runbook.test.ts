import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { METRICS } from '../../functions/metrics.ts';
import { shardAlarms } from '../../infra/alarms.ts';
import { DRAWN, dashboard } from '../../infra/dashboard.ts';
import { readSchedule } from '../../infra/schedule.ts';

const text = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const resourcesOf = (path: string) => Object.entries(parse(text(path), { logLevel: 'silent' })).flatMap(withResources);
const withResources = ([key, value]: [string, unknown]): [string, Made][] =>
  key === 'Resources'
    ? Object.entries(value as object)
    : key === 'resources'
      ? Object.entries(value as object).flatMap(withResources)
      : [];

interface Made {
  readonly Type: string;
  readonly Properties: { readonly AlarmDescription?: string };
}

const SHARDS = {
  service: 's',
  shards: ['east', 'west'],
  schedule: readSchedule('rate(5 minutes)') ?? null,
  actions: [],
};
const ALARMS = [
  ...['infra/alarms.yml', 'infra/webhook.yml', 'infra/audit.yml', 'infra/stream.yml'].flatMap(resourcesOf),
  ...(Object.entries(shardAlarms(SHARDS)) as unknown as [string, Made][]),
].filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm');

/** Those of a second shard have a number behind them. */
const sectionOf = (id: string) => id.replace(/\d+$/, '');
const SECTIONS = new Map(
  text('docs/runbook.md')
    .split(/^## /m)
    .slice(1)
    .map(section => [section.slice(0, section.indexOf('\n')), section] as const),
);

describe('the runbook', () => {
  it('is about alarms that there are', () => {
    expect(ALARMS.length).toBeGreaterThan(12);
    const ids = new Set(ALARMS.map(([id]) => sectionOf(id)));
    expect([...SECTIONS.keys()].filter(title => !ids.has(title))).toEqual([
      'FairleadForwarderDown',
      'FairleadForwarderUnsent',
      'FairleadForwarderRestarts',
    ]);
  });

  it.each(ALARMS)('has a section for %s, which its description names', (id, { Properties }) => {
    const section = SECTIONS.get(sectionOf(id)) ?? '';
    for (const part of ['What it means.', 'How to look.', 'What to do.', 'How to be sure.'])
      expect(section.split(`**${part}**`)).toHaveLength(2);
    expect(Properties.AlarmDescription).toMatch(new RegExp(`docs/runbook\\.md, ${sectionOf(id)}\\.$`));
  });
});

describe('the metrics', () => {
  const page = text('docs/operations.md');

  it.each(Object.entries(METRICS))('%s is on the page on operations as it is', (name, { by, text: meaning }) => {
    const dimensions = by.map(set => (set.length === 0 ? '–' : set.join(' and '))).join('; ');
    expect(page).toContain(`| \`${name}\` | ${dimensions} | ${meaning} |`);
  });

  it('of the dashboard are drawn under dimensions that they are sent with', () => {
    for (const { name, of, by } of DRAWN) {
      const sets = (by as readonly (readonly string[])[]).map(set => set.join());
      expect({ name, sets }).toEqual({ name, sets: expect.arrayContaining([of === 'service' ? '' : 'shard']) });
    }
  });

  it('are drawn of every shard, within what CloudWatch takes', () => {
    const shards = Array.from({ length: 300 }, (_, i) => `shard-${i}`);
    const body = JSON.parse((dashboard({ service: 's', shards }).Properties as Body).DashboardBody['Fn::Sub']);
    const series = (body.widgets as Widget[]).flatMap(({ properties }) => properties.metrics);
    expect(series.length).toBeLessThanOrEqual(2500);
    const two = (dashboard({ service: 's', shards: ['east', 'west'] }).Properties as Body).DashboardBody['Fn::Sub'];
    expect(two).toContain('["fairlead","Unpublished","service","s","shard","west",{"label":"Unpublished west"}]');
  });
});

type Body = { readonly DashboardBody: { readonly 'Fn::Sub': string } };
interface Widget {
  readonly properties: { readonly metrics: readonly unknown[] };
}
