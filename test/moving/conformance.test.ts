import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { argumentsIn, importArguments } from '../../lib/moving/index.ts';
import type { ZoneJson } from '../../local/route53/index.ts';
import { harness } from '../support/harness.ts';
import type { KubernetesObject } from '../support/objects.ts';

const HERE = new URL('../conformance/', import.meta.url);
const CASES = ['basic', 'full'].flatMap(folder =>
  readdirSync(new URL(`${folder}/`, HERE))
    .map(name => `${folder}/${name}`)
    .filter(name => existsSync(new URL(`${name}/externaldns.args`, HERE))),
);

/** Where fairlead is meant to differ from what ExternalDNS does with these arguments. */
const DIFFERENT: Readonly<Record<string, string>> = {
  'full/112-min-ttl':
    'the expected records take --min-ttl as a floor only, where ExternalDNS takes it as the default, too',
};

const read = (name: string, file: string) => readFileSync(new URL(`${name}/${file}`, HERE), 'utf8');

/** The key that the arguments give, where `import-args` says that it is. */
function keyIn(args: string) {
  const key = /--txt-encrypt-aes-key=(\S+)/.exec(args)?.[1];
  return key === undefined ? {} : { env: { TXT_ENCRYPT_KEY: key } };
}

describe('a zone that ExternalDNS 0.22 filled, under the config made from its arguments: nothing to do', () => {
  test.each(CASES.filter(name => !(name in DIFFERENT)))('%s', async name => {
    const { text, missing } = importArguments(argumentsIn(read(name, 'externaldns.args'), name), {
      cluster: 'prod',
      region: 'us-east-1',
    });
    expect(missing).toEqual([]);
    const { zones } = JSON.parse(read(name, 'expected.json')) as { zones: ZoneJson[] };
    const objects = parseAllDocuments(read(name, 'manifests.yaml')).flatMap(
      document => (document.toJS() as KubernetesObject | null) ?? [],
    );
    const before = JSON.parse(read(name, 'zones.json')) as { zones: ZoneJson[] };
    const filled = before.zones.map(zone => ({ ...zone, ...zones.find(({ id }) => id === zone.id) }));
    const world = harness({
      config: text,
      zones: filled,
      clusters: { prod: { objects } },
      ...keyIn(read(name, 'externaldns.args')),
    });
    const { zones: results } = await world.run({ mode: 'plan' });
    expect(results.flatMap(({ changes }) => changes)).toEqual([]);
    expect(results).not.toEqual([]);
  });
});
