import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { parseSettings } from '../../forwarder/program/settings.ts';
import { readWrite } from '../../functions/audit/write.ts';
import { auditOf } from '../../infra/audit.ts';
import { chartRules } from '../../infra/chart-rules.ts';
import { chartSchema } from '../../infra/chart-schema.ts';
import { clusterRole, rolesFor } from '../../infra/cluster-role.ts';
import type { Config } from '../../lib/config/config.ts';
import { parseConfig } from '../../lib/config/index.ts';
import { parseNotice } from '../../lib/notice/index.ts';
import {
  joinsOf,
  placesOf,
  type ResourceKind,
  resourcesOf,
  rulesFor,
  SOURCE_DEFAULT,
  SOURCE_GROUPS,
  SOURCE_KINDS,
  sourceOf,
  sourceOfResource,
} from '../../lib/sources/index.ts';
import { kindOf } from '../../local/emulators/kubernetes/kinds.ts';
import { auditLine } from '../functions/audit/lines.ts';
import { configOf } from '../support/harness.ts';

const WORDS = [...SOURCE_KINDS, ...Object.keys(SOURCE_GROUPS)];
const text = (path: string) => readFileSync(path, 'utf8');
const config = (sources: readonly string[]) =>
  parseConfig(`clusters: [{name: prod, region: eu-west-1}]\nsources: [${sources}]`, { file: 'x.yml', env: {} });

describe.each(SOURCE_KINDS)('what must know the source %s derives it from the table', kind => {
  const { resource, needs, slim } = sourceOf(kind);
  const placesIn = (words: readonly ResourceKind[]) =>
    words.flatMap(word => placesOf(word).map(place => ({ word, place })));
  const places = placesIn(resourcesOf([kind]));
  const all = [...places, ...placesIn(joinsOf([kind]))];

  it('the words of the config, and of a forwarder’s settings', () => {
    expect(config([kind]).sources).toEqual([kind]);
    const webhook = { url: 'https://hooks.example.com', auth: 'iam', region: 'eu-west-1' };
    expect(parseSettings({ cluster: 'prod', webhook, sources: [kind] }, 'f.json', {}).sources).toEqual([kind]);
  });

  it('the notice’s schema', () => {
    const notice = {
      cluster: 'prod',
      source: 'f',
      sequence: 1,
      since: 1,
      objects: [{ kind: resource, namespace: 'a', name: 'b' }],
    };
    expect(parseNotice(JSON.stringify(notice))).toEqual(notice);
  });

  it('the freeze: an ownership record’s resource leads back to it', () => {
    expect(sourceOfResource(resource)).toBe(kind);
  });

  it('the filter of the audit log lets through, and the function takes, what it reads', () => {
    const audited = {
      clusters: [{ name: 'p', owner: 'o', region: 'eu-west-1' }],
      sources: [kind],
    } as unknown as Config;
    const { filterPattern } = auditOf(['p'], audited, 'eu-west-1');
    for (const { word, place } of places) {
      const { group: apiGroup, plural, version } = place;
      expect(filterPattern).toContain(version === undefined ? `$.objectRef.apiGroup = "${apiGroup}"` : `"${plural}"`);
      const objectRef = { resource: plural, ...(apiGroup !== '' && { apiGroup }), namespace: 'a', name: 'b' };
      expect(readWrite(auditLine({ objectRef }))).toEqual(
        word === resource ? { kind: word, namespace: 'a', name: 'b' } : {},
      );
    }
  });

  it('the ClusterRoles, which allow what it reads and no more', () => {
    const allowed = rulesFor([kind]).flatMap(({ apiGroups, resources }) => resources.map(one => `${apiGroups}/${one}`));
    expect(allowed.sort()).toEqual(all.map(({ place }) => `${place.group}/${place.plural}`).sort());
    const [role] = parseAllDocuments(clusterRole([kind])).map(document => document.toJS());
    expect(role.rules).toEqual(rulesFor([kind]));
  });

  it('the local API server serves what it reads', () => {
    for (const { place } of all.filter(({ place: { group } }) => !group.includes('.x-k8s.'))) {
      const served = ['v1', 'v1alpha2', 'v1alpha1'].some(version => {
        try {
          const apiVersion = place.group === '' ? version : `${place.group}/${version}`;
          return kindOf({ apiVersion, kind: place.kind }).resource === place.plural;
        } catch {
          return false;
        }
      });
      expect(served, place.plural).toBe(true);
    }
  });

  it('a watcher can look again where it needs others', () => {
    expect(slim !== undefined).toBe(needs.length > 0);
  });
});

describe('the right to write Events', () => {
  const roles = (more: string) =>
    parseAllDocuments(rolesFor(configOf(`clusters: [{name: a, region: eu-west-1}]\nsources: [gateway]\n${more}`)))
      .map(document => document.toJS())
      .filter(({ kind }) => kind.endsWith('Role'));
  const given = (more: string) =>
    roles(more)
      .filter(({ rules }) => rules.some(({ apiGroups }: { apiGroups: string[] }) => apiGroups[0] === 'events.k8s.io'))
      .map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}`.trim());

  it.each([
    ['not given', '', []],
    ['given where the config writes them', 'kubernetesEvents: true', ['ClusterRole']],
    [
      'given in the namespaces that ask, and in no other',
      'kubernetesEvents: true\nfilters: {namespaces: [shop, blog]}\ngateway: {namespace: infra}',
      ['Role shop', 'Role blog'],
    ],
  ])('is %s', (_rule, more, expected) => {
    expect(given(more)).toEqual(expected);
  });

  it('is that to make them, and nothing else', () => {
    expect(roles('kubernetesEvents: true')[0].rules.at(-1)).toEqual({
      ...{ apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create'] },
    });
  });
});

describe('files that are made of the table', () => {
  it('infra/cluster-role.yaml is that of the default sources (npm run -s cluster-role > infra/cluster-role.yaml)', () => {
    expect(text('infra/cluster-role.yaml')).toBe(clusterRole(SOURCE_DEFAULT));
  });

  it('the chart’s rules are those of every word (npm run manifests)', () => {
    expect(text('forwarder/chart/rules.yaml')).toBe(chartRules());
    expect(Object.keys(parse(chartRules()))).toEqual(WORDS);
  });

  it('the chart’s values (npm run manifests) and the schema of the config know every word', () => {
    const chart = text('forwarder/chart/values.schema.json');
    expect(chart).toBe(chartSchema(chart));
    expect(JSON.parse(chart).properties.sources.items.enum).toEqual(WORDS);
    expect(JSON.parse(text('fairlead.schema.json')).properties.sources.items.enum).toEqual(WORDS);
  });
});

describe('words that stand for several', () => {
  it('are taken apart, each source once', () => {
    expect(config(['gateway', 'service', 'gateway-httproute']).sources).toEqual([...SOURCE_GROUPS.gateway, 'service']);
    expect(SOURCE_GROUPS.gateway).toHaveLength(5);
  });
});
