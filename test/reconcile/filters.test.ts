import { describe, expect, test } from 'vitest';
import type { ZoneJson } from '../../local/emulators/route53/index.ts';
import { EXAMPLE_ZONE, harness } from '../support/harness.ts';
import { service } from '../support/objects.ts';

const CLUSTER = 'owner: arena\nclusters: [{name: prod, region: us-east-1}]\n';
const objects = [service('a', { hostname: 'a.example.com' }, ['203.0.113.1'])];

/** What a run says whose filters are these, as `reason message`. */
async function said(config: string, zones: readonly ZoneJson[] = [EXAMPLE_ZONE]) {
  const world = harness({ config: CLUSTER + config, zones, clusters: { prod: { objects } } });
  const { findings } = await world.run({ mode: 'plan' });
  return findings.map(({ reason, message }) => `${reason} ${message}`);
}

const DOMAINS = 'zones: {domains: [example.com]}\n';
const zone = (name: string, more: Partial<ZoneJson> = {}): ZoneJson => ({
  id: `Z${name.toUpperCase().replaceAll(/\W/g, '')}`,
  name: `${name}.`,
  records: [],
  ...more,
});

describe('a filter that leaves nothing is told', () => {
  test.each<[string, string, RegExp]>([
    ['filters: {labels: app=wbe}', DOMAINS, /^warning the only object that was read does not fit filters\.labels, so/],
    ['filters: {annotations: a=b, labels: c}', DOMAINS, /does not fit filters\.labels and filters\.annotations/],
    ['filters: {namespaces: [defualt]}', DOMAINS, /^warning filters\.namespaces: .* namespace "defualt"/],
    ['', 'zones: {domains: [example.com, exmaple.org]}\n', /^warning zones\.domains: no hosted zone .* exmaple\.org:/],
  ])('%s %s', async (filters, zones, message) => {
    expect(await said(zones + filters)).toEqual([expect.stringMatching(message)]);
  });

  test.each([
    ['a selector that fits one', 'filters: {labels: "!app"}'],
    ['a namespace that has one', 'filters: {namespaces: [default]}'],
    ['no filter', ''],
  ])('%s is not', async (_which, filters) => {
    expect(await said(DOMAINS + filters)).toEqual([]);
  });

  test('while a cluster is unread nothing is said of what it may have', async () => {
    const world = harness({
      config: `${CLUSTER}${DOMAINS}filters: {labels: app=wbe}`,
      clusters: { prod: { objects, failing: { ingress: 'no' } } },
    });
    expect((await world.run()).reasons).toEqual({ unreadable: 1 });
  });
});

describe('a name that is left out names the key that leaves it out', () => {
  test.each<[string, readonly ZoneJson[], RegExp]>([
    [
      'zones: {domains: [example.org]}',
      [zone('example.org')],
      /^filtered a\.example\.com is left out by zones\.domains$/,
    ],
    [
      'zones: {domains: [example.com], excludeDomains: [a.example.com]}',
      [zone('example.com')],
      /left out by zones\.excludeDomains$/,
    ],
    ['zones: {domainRegex: "^b"}', [zone('b.example.com')], /left out by zones\.domainRegex$/],
    ['zones: {excludeDomainRegex: "^a"}', [zone('example.com')], /left out by zones\.excludeDomainRegex$/],
    ['zones: {}', [zone('example.org')], /^no-zone no hosted zone contains a\.example\.com: create one/],
    [
      'zones: {type: private}',
      [zone('example.com'), zone('example.org', { private: true })],
      /^no-zone a\.example\.com belongs into the public hosted zone example\.com \(ZEXAMPLECOM\), which zones\.type leaves out/,
    ],
    ['zones: {ids: [ZEXAMPLEORG]}', [zone('example.com'), zone('example.org')], /which zones\.ids leaves out: widen/],
    [
      'zones: {domains: [a.example.com, example.org]}',
      [zone('example.com'), zone('example.org')],
      /which zones\.matchParent leaves out: set zones\.matchParent, or name it in zones\.ids/,
    ],
    [
      'zones: {tags: {team: dns}}',
      [zone('example.com'), zone('example.org', { tags: { team: 'dns' } })],
      /which zones\.tags leaves out: give it these tags/,
    ],
  ])('%s', async (zones, there, message) => {
    expect(await said(zones, there)).toContainEqual(expect.stringMatching(message));
  });

  test('no zone at all is selected: those that are left out are named with the key', async () => {
    expect(await said('zones: {domains: [example.org]}')).toContainEqual(
      expect.stringMatching(
        /^no-zone no hosted zone .* is selected .*: it has example\.com \(public, left out by zones\.domains\)/,
      ),
    );
  });
});
