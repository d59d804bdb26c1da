import { describe, expect, test } from 'vitest';
import { configsOf } from '../../lib/config/index.ts';
import { MINIMAL, parse, problemsOf, withLines } from './files.ts';

const ROLE = 'arn:aws:iam::111122223333:role/dns';

/** What a view of this text has, over a file of these lines. */
const viewOf = (view: string, ...lines: string[]) =>
  configsOf(withLines(...lines, `views: [{name: x, ${view}}]`))[0]!.config;

test('without views the file is the only one', () => {
  const config = withLines('policy: create-only');
  expect(configsOf(config)).toEqual([{ config }]);
});

describe('what a view leaves out it has from the file', () => {
  test('key by key in a map; a list or a value takes the place of the other', () => {
    const config = viewOf(
      'zones: {type: private}, filters: {namespaces: [a]}, records: {ttl: 60, targetNets: [10.0.0.0/8]}',
      'zones: {domains: [Example.com], tags: {team: dns}, freeze: [example.com]}',
      'filters: {labels: "x=y", namespaces: [b, c]}',
      'records: {ttl: 5m, preferCname: true, excludeTypes: [AAAA]}',
      'policy: upsert-only',
    );
    expect(config).toMatchObject({
      zones: { domains: ['example.com'], type: 'private', tags: { team: 'dns' }, freeze: ['example.com'] },
      filters: { labels: 'x=y', namespaces: ['a'] },
      records: { ttl: 60, preferCname: true, types: ['A', 'CNAME'], targetNets: ['10.0.0.0/8'] },
      policy: 'upsert-only',
      views: [],
    });
  });

  test('a domain filter as a whole, so that no expression silences the lists of a view', () => {
    const lines = ['zones: {domainRegex: "x", excludeDomains: [a.com]}'];
    expect(viewOf('zones: {type: public}', ...lines).zones).toMatchObject({ domainRegex: 'x' });
    expect(viewOf('zones: {domains: [b.com]}', ...lines).zones).not.toHaveProperty('domainRegex');
    expect(viewOf('zones: {domainRegex: "y"}', ...lines).zones).toMatchObject({ domainRegex: 'y' });
  });

  test('an external id with its role alone', () => {
    const lines = [`zones: {roleArn: "${ROLE}", externalId: abc}`];
    expect(viewOf('zones: {type: public}', ...lines).zones).toMatchObject({ roleArn: ROLE, externalId: 'abc' });
    expect(viewOf('zones: {externalId: def}', ...lines).zones).toMatchObject({ roleArn: ROLE, externalId: 'def' });
    expect(viewOf(`zones: {roleArn: "${ROLE}2"}`, ...lines).zones).not.toHaveProperty('externalId');
  });

  test('an owner: that of a view goes before that of a cluster', () => {
    const file = 'owner: o\nclusters: [{name: a, region: eu-west-1, owner: own}, {name: b, region: eu-west-1}]\n';
    const owners = (view: string) => {
      const [one] = configsOf(parse(`${file}views: [{name: x${view}}]`));
      return one!.config.clusters.map(({ owner }) => owner);
    };
    expect(owners('')).toEqual(['own', 'o']);
    expect(owners(', owner: inner')).toEqual(['inner', 'inner']);
  });
});

describe('a view that cannot be is refused with its path', () => {
  test.each([
    ['views: {}', /^views: must be a list, not a map$/],
    ['views: [{}]', /^views\[0\]\.name: is missing/],
    ['views: [{name: a b}]', /^views\[0\]\.name: "a b" is not allowed: write 1 to 63 letters/],
    ['views: [{name: a, polcy: sync}]', /^views\[0\]\.polcy: is not a known key: did you mean "policy"\?$/],
    [
      'views: [{name: a, zones: {domain: [a.com]}}]',
      /^views\[0\]\.zones\.domain: is not a known key: did you mean "domains"/,
    ],
    ['views: [{name: a, sources: [crd]}]', /^views\[0\]\.sources: is not a key of this place: write it as sources$/],
    ['views: [{name: a, policy: never}]', /^views\[0\]\.policy: "never" is not allowed: write one of sync/],
    ['views: [{name: a}, {name: a}]', /^views\[1\]\.name: "a" is the name of views\[0\] too/],
    ['views: [{name: a, zones: {externalId: abc}}]', /^views\[0\]\.zones\.externalId: is given to a role: add roleArn/],
    [
      'views: [{name: a, hostnames: {fromServiceName: true}}]',
      /^views\[0\]\.hostnames\.fromServiceName: .*at least one domain/,
    ],
    [
      'views: [{name: a, records: {types: [A], excludeTypes: [A]}}]',
      /^views\[0\]\.records\.excludeTypes: leaves no type/,
    ],
    [
      'zones: {domains: [a.com]}\nviews: [{name: a, zones: {excludeDomains: [a.com]}}]',
      /^views\[0\]\.zones\.excludeDomains\[0\]: "a\.com" is among/,
    ],
    [
      'registry: {type: noop}\npolicy: upsert-only\nviews: [{name: a}, {name: b, policy: sync}]',
      /^views\[1\]\.registry\.type: keeps no ownership/,
    ],
  ])('%s', (line, message) => {
    expect(problemsOf(MINIMAL + line)).toEqual([expect.stringMatching(message)]);
  });

  test('an owner of all clusters, where these are in several shards', () => {
    const clusters = 'clusters: [{name: a, region: eu-west-1, owner: x}, {name: b, region: eu-west-1}]';
    const shards = 'shards: [{name: s, clusters: [a]}]';
    expect(problemsOf(`${clusters}\n${shards}\nviews: [{name: v, owner: o}]`)).toEqual([
      expect.stringMatching(/^views\[0\]\.owner: is one owner id for all clusters, and these are in several shards/),
    ]);
  });

  test('what is wrong with the file alone is no matter where views have it right', () => {
    const lines = 'hostnames: {fromServiceName: true}\nviews: [{name: a, zones: {domains: [a.com]}}]';
    expect(withLines(lines).views).toHaveLength(1);
  });
});
