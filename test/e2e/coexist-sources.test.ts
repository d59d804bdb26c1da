import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { importArguments } from '../../lib/moving/index.ts';
import { SOURCE_KINDS } from '../../lib/sources/index.ts';
import { dnsEndpointCrds, gatewayCrds } from '../../scripts/real/crds.ts';
import { brief } from '../support/harness.ts';
import type { KubernetesObject } from '../support/objects.ts';
import { externalDnsWith, withoutExternalDns } from './support/external-dns.ts';
import { until } from './support/process.ts';
import { CASES } from './support/source-cases.ts';
import { SURROUNDINGS } from './support/source-objects.ts';
import { CLUSTER, openStage, ROLE, type Stage, withoutKube } from './support/stage.ts';

const crds = [...((await gatewayCrds()) ?? []), ...((await dnsEndpointCrds()) ?? [])];
const COMMON = ['--registry=txt', '--txt-owner-id=fairlead', '--policy=sync', '--domain-filter=example.com'];

/** The config is what `fairlead import-args` makes of ExternalDNS's arguments: every row tries that, too. */
function configFor(flags: readonly string[]): string {
  const { text, missing } = importArguments({ words: [...COMMON, ...flags], problems: [] }, { cluster: CLUSTER });
  expect(missing).toEqual([]);
  const clusters = [{ name: CLUSTER, region: 'us-east-1', roleArn: ROLE }];
  return stringify({ ...parse(text), clusters, state: { store: './state' } });
}

describe.skipIf(withoutKube || withoutExternalDns || crds.length < 2)(
  'what ExternalDNS makes of the same objects',
  () => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await openStage();
      await stage.allow(SOURCE_KINDS);
      const { admin } = stage.kube;
      await admin.apply(...(crds as unknown as KubernetesObject[]));
      const isServed = async (path: string) => (await admin.send('GET', path)).body.resources?.length > 0;
      await until('the CRDs are served', async () => {
        const groups = [
          'gateway.networking.k8s.io/v1',
          'gateway.networking.k8s.io/v1alpha2',
          'externaldns.k8s.io/v1alpha1',
        ];
        return (await Promise.all(groups.map(group => isServed(`/apis/${group}`)))).every(Boolean);
      });
      await admin.apply(...SURROUNDINGS.filter(({ kind }) => kind === 'Namespace'));
      for (const namespace of ['default', 'shop']) {
        const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } };
        await admin.send('POST', `/api/v1/namespaces/${namespace}/serviceaccounts`, account);
      }
      await admin.apply(...SURROUNDINGS.filter(({ kind }) => kind !== 'Namespace'));
    }, 120_000);
    afterAll(() => stage?.close());

    /** A name of a value is the same with and without its last dot. */
    const lines = () =>
      stage
        .records()
        .map(record => {
          const { ttl, alias } = record;
          const more = alias ? ` health=${alias.evaluateTargetHealth}` : ` ttl=${ttl}`;
          return `${brief(record)}${more}`.replace(/\.(?= |$)/g, '');
        })
        .sort();

    test.each(CASES.map(one => [one.what, one] as const))(
      '%s',
      async (_what, { flags, objects, ours = [], theirs = [] }) => {
        await stage.reset();
        try {
          await stage.kube.admin.apply(...objects);
          const external = await externalDnsWith(stage, [...COMMON, ...flags], stage.world.env());
          await external();
          const published = lines();
          await stage.configure({}, configFor(flags));
          const isSame = ours.length + theirs.length === 0;
          const { result } = await stage.cli('plan', '--force');
          if (isSame) expect(result.zones.flatMap(({ changes }) => changes)).toEqual([]);
          await stage.reset();
          await stage.configure({}, configFor(flags));
          await stage.cli('sync', '--force');
          const own = lines();
          expect(own.length).toBeGreaterThan(0);
          // Of the ownership records those of the differing ones differ, too.
          const only = (some: readonly string[], others: readonly string[]) =>
            some.filter(line => !others.includes(line) && !line.includes(' TXT '));
          expect({ theirs: only(published, own), ours: only(own, published) }).toEqual({ theirs, ours });
          if (isSame) expect(own).toEqual(published);
        } finally {
          await Promise.allSettled(objects.map(object => stage.kube.admin.delete(object)));
        }
      },
      120_000,
    );
  },
);
