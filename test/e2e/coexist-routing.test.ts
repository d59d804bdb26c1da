import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RecordJson } from '../../local/emulators/route53/index.ts';
import { brief } from '../support/harness.ts';
import { ALB, type KubernetesObject, NLB, service } from '../support/objects.ts';
import { externalDns, withoutExternalDns } from './support/external-dns.ts';
import { openStage, type Stage, withoutKube } from './support/stage.ts';

const CHECK = '11111111-2222-3333-4444-555555555555';

/** A Service for a host, with the routing that the annotations say. */
const routed = (name: string, host: string, annotations: Record<string, string>, target: string) =>
  service(name, { hostname: `${host}.example.com`, 'set-identifier': name, ...annotations }, [target]);

const OBJECTS: readonly KubernetesObject[] = [
  routed('blue', 'w', { 'aws-weight': '90' }, NLB),
  routed('green', 'w', { 'aws-weight': '10', 'aws-evaluate-target-health': 'false' }, ALB),
  routed('eu', 'lat', { 'aws-region': 'eu-west-1' }, '203.0.113.1'),
  routed('us', 'lat', { 'aws-region': 'us-east-1' }, '203.0.113.2'),
  routed('first', 'fail', { 'aws-failover': 'PRIMARY', 'aws-health-check-id': CHECK }, '203.0.113.3'),
  routed('second', 'fail', { 'aws-failover': 'SECONDARY' }, '203.0.113.4'),
  routed('de', 'geo', { 'aws-geolocation-country-code': 'DE' }, '203.0.113.5'),
  routed('any', 'geo', { 'aws-geolocation-country-code': '*' }, '203.0.113.6'),
  routed('near', 'near', { 'aws-geoproximity-region': 'eu-west-1', 'aws-geoproximity-bias': '5' }, '203.0.113.7'),
  routed('far', 'near', { 'aws-geoproximity-coordinates': '52.52,13.41' }, '203.0.113.8'),
  service('checked', { hostname: 'checked.example.com', 'aws-health-check-id': CHECK }, ['203.0.113.9']),
  service(
    'checked-alias',
    { hostname: 'checked-alias.example.com', 'aws-health-check-id': CHECK, 'aws-evaluate-target-health': 'false' },
    [NLB],
  ),
  routed('drained', 'c', { 'aws-weight': '0' }, 'lb.example.net'),
  routed('all', 'c', { 'aws-weight': '255' }, 'other.example.net'),
  routed('six', '*.wild', { 'aws-region': 'ap-southeast-7' }, '2001:db8::1'),
  routed('state', 'us', { 'aws-geolocation-country-code': 'US', 'aws-geolocation-subdivision-code': 'CA' }, ALB),
  routed('land', 'us', { 'aws-geolocation-continent-code': 'NA' }, '203.0.113.10'),
  routed(
    'local',
    'near',
    { 'aws-geoproximity-local-zone-group': 'us-east-1-bue-1', 'aws-geoproximity-bias': '-99' },
    '203.0.113.12',
  ),
];

/** ExternalDNS writes record sets with multivalue answers in every loop, so they are in no comparison with it. */
describe.skipIf(withoutKube || withoutExternalDns)('fairlead and ExternalDNS have the same routed records', () => {
  let stage: Stage;
  let external: () => Promise<string>;

  beforeAll(async () => {
    stage = await openStage();
    external = await externalDns(stage, 'fairlead', stage.world.env());
  });
  afterAll(() => stage?.close());
  beforeEach(() => stage.clean());

  const fairlead = async (command = 'sync') => {
    stage.world.route53.journal.reset();
    const { result } = await stage.cli(command, '--force');
    return { result, batches: stage.world.route53.counts.batches };
  };
  const externally = async () => {
    stage.world.route53.journal.reset();
    const said = await external();
    expect(said).not.toMatch(/level=(error|fatal)/);
    return stage.world.route53.counts.batches;
  };
  const sorted = (records: readonly RecordJson[]) => records.map(record => JSON.stringify(record)).sort();
  const lines = () => stage.records().map(brief);

  test('ExternalDNS has in step what fairlead wrote, changes one of it, and deletes the rest', async () => {
    await stage.kube.admin.apply(...OBJECTS);
    expect((await fairlead()).result).toMatchObject({ inStep: true, counts: { unpublished: 0 } });
    expect(await externally()).toBe(0);

    await stage.kube.admin.apply(routed('eu', 'lat', { 'aws-region': 'eu-west-1' }, '203.0.113.11'));
    expect(await externally()).toBeGreaterThan(0);
    expect(lines()).toContain('lat.example.com A#eu 203.0.113.11');
    expect((await fairlead()).batches).toBe(0);

    await stage.kube.admin.delete(...OBJECTS);
    expect(await externally()).toBeGreaterThan(0);
    expect(stage.records()).toEqual([]);
  });

  test('fairlead has in step what ExternalDNS wrote, byte for byte what it would write itself', async () => {
    await stage.kube.admin.apply(...OBJECTS);
    await externally();
    const theirs = sorted(stage.records());
    const { result, batches } = await fairlead();
    expect(batches).toBe(0);
    expect(result).toMatchObject({ inStep: true, counts: { created: 0, updated: 0, deleted: 0, unpublished: 0 } });
    await stage.reset();
    await fairlead();
    expect(sorted(stage.records())).toEqual(theirs);
  });
});
