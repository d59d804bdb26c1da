import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dnsEndpointCrds, gatewayCrds } from '../../scripts/real/crds.ts';
import { brief } from '../support/harness.ts';
import type { KubernetesObject } from '../support/objects.ts';
import { externalDns, withoutExternalDns } from './support/external-dns.ts';
import { generated, SURROUNDINGS } from './support/generated.ts';
import { until } from './support/process.ts';
import { openStage, type Stage, withoutKube } from './support/stage.ts';

const crds = [...((await gatewayCrds()) ?? []), ...((await dnsEndpointCrds()) ?? [])];
const SOURCES = ['service', 'ingress', 'gateway-httproute', 'crd'] as const;
const TYPES = ['A', 'AAAA', 'CNAME', 'TXT', 'MX', 'SRV'];

/** Others: `SEED=random OBJECTS=1000 npm run e2e -- coexist-generated`; a failure prints its seed. */
const { SEED = '1', OBJECTS = '300' } = process.env;
const seed = SEED === 'random' ? Date.now() % 2 ** 31 : Number(SEED);

describe.skipIf(withoutKube || withoutExternalDns || crds.length < 2)(`of generated objects (SEED=${seed})`, () => {
  let stage: Stage;
  let external: () => Promise<string>;
  const objects = generated(Number(OBJECTS), seed);
  const byName = new Map(objects.map(object => [object.metadata.name, object]));

  beforeAll(async () => {
    stage = await openStage();
    await stage.allow(SOURCES);
    await stage.kube.admin.apply(...(crds as unknown as KubernetesObject[]));
    const isServed = async (path: string) => (await stage.kube.admin.send('GET', path)).body.resources?.length > 0;
    await until('the CRDs are served', async () => {
      const groups = ['gateway.networking.k8s.io/v1', 'externaldns.k8s.io/v1alpha1'];
      return (await Promise.all(groups.map(group => isServed(`/apis/${group}`)))).every(Boolean);
    });
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } };
    await stage.kube.admin.send('POST', '/api/v1/namespaces/default/serviceaccounts', account);
    await stage.kube.admin.apply(...SURROUNDINGS, ...objects);
    await configure();
    external = await externalDns(stage, 'fairlead', stage.world.env(), [
      '--registry=txt',
      ...SOURCES.slice(2).map(source => `--source=${source}`),
      ...TYPES.map(type => `--managed-record-types=${type}`),
    ]);
  });
  afterAll(() => stage?.close());

  const configure = () =>
    stage.configure({
      more: `annotationPrefixes: [external-dns.kubernetes.io/]\nsources: [${SOURCES}]\nrecords: {types: [${TYPES}]}\n`,
    });
  /** A name of a value is the same with and without its last dot. */
  const lines = () =>
    stage
      .records()
      .map(record => brief(record).replace(/\.(?= |$)/g, ''))
      .sort();
  /** The object that a line of a record is for. */
  const objectOf = (line: string) => /\b(o\d+)-/.exec(line)?.[1] ?? line;
  /** A line for each record that only one has, with its object. */
  const different = (theirs: readonly string[], ours: readonly string[]) => {
    const only = (some: readonly string[], others: readonly string[]) => some.filter(line => !others.includes(line));
    const told = [...only(theirs, ours).map(line => `- ${line}`), ...only(ours, theirs).map(line => `+ ${line}`)];
    return told.map(line => `${line}   ${JSON.stringify(byName.get(objectOf(line)))}`);
  };

  /** What ExternalDNS says that it changes. */
  const desired = (said: string) => said.split('\n').flatMap(line => /Desired change: ([^"]+)/.exec(line)?.[1] ?? []);

  test('fairlead finds in step what ExternalDNS has published, publishes the same, and leaves ExternalDNS nothing to do', async () => {
    await external();
    const theirs = lines();
    // Some of its own it writes again in each of its runs.
    const restless = desired(await external());
    const { result } = await stage.cli('plan', '--force');
    expect(result.zones.flatMap(({ changes }) => changes)).toEqual([]);
    await stage.reset();
    await configure();
    await stage.cli('sync', '--force');
    expect(different(theirs, lines())).toEqual([]);
    expect(desired(await external()).filter(change => !restless.includes(change))).toEqual([]);
  });
});
