import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DEFAULT_ACCOUNT } from '../../local/emulators/aws/credentials.ts';
import type { LocalCluster } from '../../local/emulators/kubernetes/cluster.ts';
import { brief } from '../support/harness.ts';
import { type KubernetesObject, NLB, service } from '../support/objects.ts';
import { externalDns, withoutExternalDns } from './support/external-dns.ts';
import { CLUSTER, openStage, ROLE, type Stage, withoutKube } from './support/stage.ts';

/** Two clusters with one owner id, as ExternalDNS has it by default: fairlead's ownership records name the cluster. */
const CONFIG = `owner: fleet
clusters:
- {name: ${CLUSTER}, region: us-east-1, roleArn: '${ROLE}'}
- {name: second, region: us-east-1}
zones: {domains: [example.com]}
state: {store: ./state}
`;

const named = (name: string, target: string) => service(name, { hostname: `${name}.example.com` }, [target]);
const HERE = [named('a', '203.0.113.1'), named('b', NLB), named('c', 'lb.example.net')];
const THERE = [named('d', '203.0.113.4'), named('e', '203.0.113.5')];

describe.skipIf(withoutKube || withoutExternalDns)('fairlead and ExternalDNS take over from each other', () => {
  let stage: Stage;
  let second: LocalCluster;
  let external: () => Promise<string>;

  beforeAll(async () => {
    stage = await openStage();
    external = await externalDns(stage, 'fleet', stage.world.env());
    second = await stage.world.addCluster({ name: 'second' });
  });
  afterAll(() => stage?.close());
  beforeEach(async () => {
    await stage.clean();
    for (const { metadata } of second.list('Service', 'default'))
      if (metadata.name !== 'kubernetes') second.delete({ kind: 'Service', name: metadata.name });
    const { name, region, url: endpoint, caData } = second;
    stage.world.eks.clusters.push({ name, account: DEFAULT_ACCOUNT, region, endpoint, caData });
    await writeFile(join(stage.folder, 'fairlead.yml'), CONFIG);
  });

  /** A whole run of fairlead that reads zone and clusters anew, and the change batches that it sent. */
  const fairlead = async (command = 'sync') => {
    stage.world.route53.journal.reset();
    const { result } = await stage.cli(command, '--force');
    return { result, batches: stage.world.route53.counts.batches };
  };
  /** A run of ExternalDNS, which throws when it fails, and the change batches that it sent. */
  const externally = async () => {
    stage.world.route53.journal.reset();
    const said = await external();
    expect(said).not.toMatch(/level=(error|fatal)/);
    return stage.world.route53.counts.batches;
  };
  const lines = () => stage.records().map(brief).sort();
  /** The cluster that each ownership record names, by the record's name. */
  const clusters = () =>
    Object.fromEntries(
      stage
        .records()
        .filter(({ type }) => type === 'TXT')
        .map(({ name, values }) => [
          name.replace('.example.com.', ''),
          /external-dns\/cluster=([^,"]+)/.exec(values?.[0] ?? '')?.[1],
        ]),
    );
  const apply = (...objects: KubernetesObject[]) => stage.kube.admin.apply(...objects);

  const ALL = [
    'a-a.example.com TXT fleet service/default/a',
    'a-b.example.com TXT fleet service/default/b',
    'a-d.example.com TXT fleet service/default/d',
    'a-e.example.com TXT fleet service/default/e',
    'a.example.com A 203.0.113.1',
    'aaaa-b.example.com TXT fleet service/default/b',
    `b.example.com A → ${NLB}`,
    `b.example.com AAAA → ${NLB}`,
    'c.example.com CNAME lb.example.net',
    'cname-c.example.com TXT fleet service/default/c',
    'd.example.com A 203.0.113.4',
    'e.example.com A 203.0.113.5',
  ];

  test('ExternalDNS has what fairlead labelled with its cluster in step, updates one and deletes one, and leaves no orphan', async () => {
    await apply(...HERE);
    for (const object of THERE) second.apply(object);
    expect((await fairlead()).result).toMatchObject({ inStep: true, counts: { created: 6 } });
    expect(lines()).toEqual(ALL);
    expect(clusters()).toEqual({
      'a-a': CLUSTER,
      'a-b': CLUSTER,
      'aaaa-b': CLUSTER,
      'cname-c': CLUSTER,
      'a-d': 'second',
      'a-e': 'second',
    });

    // One ExternalDNS that sees the objects of both.
    await apply(...THERE);
    expect(await externally()).toBe(0);
    expect(lines()).toEqual(ALL);

    await apply(named('d', '203.0.113.44'));
    await stage.kube.admin.delete(HERE[1] as KubernetesObject);
    await stage.kube.admin.delete(THERE[1] as KubernetesObject);
    expect(await externally()).toBeGreaterThan(0);
    const left = [
      'a-a.example.com TXT fleet service/default/a',
      'a-d.example.com TXT fleet service/default/d',
      'a.example.com A 203.0.113.1',
      'c.example.com CNAME lb.example.net',
      'cname-c.example.com TXT fleet service/default/c',
      'd.example.com A 203.0.113.44',
    ];
    expect(lines()).toEqual(left);
    // What it writes names no cluster: then the record may be of any cluster of the owner.
    expect(clusters()).toEqual({ 'a-a': CLUSTER, 'a-d': undefined, 'cname-c': CLUSTER });
    expect(await externally()).toBe(0);

    // And back: fairlead finds in step what ExternalDNS updated.
    await stage.kube.admin.delete(THERE[0] as KubernetesObject);
    second.apply(named('d', '203.0.113.44'));
    second.delete({ kind: 'Service', name: 'e' });
    const back = await fairlead();
    expect(back).toMatchObject({ batches: 0, result: { inStep: true } });
    expect(lines()).toEqual(left);
    second.apply(named('d', '203.0.113.4'));
    await fairlead();
    expect(clusters()).toMatchObject({ 'a-d': 'second' });
  });

  test('fairlead takes over what ExternalDNS wrote with an empty plan, and labels a record when it is written next', async () => {
    await apply(...HERE, ...THERE);
    expect(await externally()).toBeGreaterThan(0);
    expect(lines()).toEqual(ALL);
    expect(new Set(Object.values(clusters()))).toEqual(new Set([undefined]));

    for (const command of ['plan', 'sync']) {
      const { result, batches } = await fairlead(command);
      expect(batches).toBe(0);
      expect(result).toMatchObject({ inStep: true, counts: { created: 0, updated: 0, deleted: 0, unpublished: 0 } });
    }
    expect(lines()).toEqual(ALL);

    await apply(named('d', '203.0.113.44'));
    expect((await fairlead()).result.counts).toMatchObject({ updated: 1, deleted: 0 });
    expect(clusters()).toMatchObject({ 'a-a': undefined, 'a-d': CLUSTER, 'a-e': undefined });
    expect(await externally()).toBe(0);

    await stage.kube.admin.delete(THERE[1] as KubernetesObject);
    await stage.kube.admin.delete(THERE[0] as KubernetesObject);
    expect((await fairlead()).result).toMatchObject({ inStep: true, counts: { deleted: 2 } });
    expect(lines()).toEqual(ALL.filter(line => !/^(a-)?[de]\./.test(line)));
  });
});
