import { describe, expect, test } from 'vitest';
import { argumentsIn, importArguments } from '../../lib/moving/index.ts';
import { casesIn, envOf, objectsOf, read, zonesOf } from '../conformance/cases.ts';
import { harness } from '../support/harness.ts';

const CASES = casesIn(['basic', 'full'], 'externaldns.args');

/** Where fairlead is meant to differ from what ExternalDNS does with these arguments. */
const DIFFERENT: Readonly<Record<string, string>> = {
  'full/112-min-ttl':
    'the expected records take --min-ttl as a floor only, where ExternalDNS takes it as the default, too',
};

describe('a zone that ExternalDNS 0.22 filled, under the config made from its arguments: nothing to do', () => {
  test.each(CASES.filter(name => !(name in DIFFERENT)))('%s', async name => {
    const { text, missing } = importArguments(argumentsIn(read(name, 'externaldns.args'), name), {
      cluster: 'prod',
      region: 'us-east-1',
    });
    expect(missing).toEqual([]);
    const zones = zonesOf(name, 'expected.json');
    const filled = zonesOf(name, 'zones.json').map(zone => ({ ...zone, ...zones.find(({ id }) => id === zone.id) }));
    const world = harness({
      config: text,
      zones: filled,
      clusters: { prod: { objects: objectsOf(name) } },
      ...envOf(name),
    });
    const { zones: results } = await world.run({ mode: 'plan' });
    expect(results.flatMap(({ changes }) => changes)).toEqual([]);
    expect(results).not.toEqual([]);
  });
});
