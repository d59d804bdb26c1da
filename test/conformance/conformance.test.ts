import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { createKeyring, parseKey } from '../../lib/registry/index.ts';
import type { RecordJson, ZoneJson } from '../../local/route53/index.ts';
import { harness } from '../support/harness.ts';
import type { KubernetesObject } from '../support/objects.ts';

/** `basic/…` and `full/…`, and of our own `own/…` */
const HERE = new URL('./', import.meta.url);
const CASES = ['basic', 'full', 'own'].flatMap(folder =>
  readdirSync(new URL(`${folder}/`, HERE))
    .map(name => `${folder}/${name}`)
    .filter(name => existsSync(new URL(`${name}/expected.json`, HERE))),
);

const read = (name: string, file: string) => readFileSync(new URL(`${name}/${file}`, HERE), 'utf8');

function objectsOf(name: string): KubernetesObject[] {
  return parseAllDocuments(read(name, 'manifests.yaml')).flatMap(
    document => (document.toJS() as KubernetesObject | null) ?? [],
  );
}

/** The key that ExternalDNS was given. */
function keyOf(name: string): string | undefined {
  const args = existsSync(new URL(`${name}/externaldns.args`, HERE)) ? read(name, 'externaldns.args') : '';
  return /^--txt-encrypt-aes-key=(.+)$/m.exec(args)?.[1];
}

/** Encrypted ownership records are compared by what they say. */
function opened(records: readonly RecordJson[], key: string | undefined): readonly RecordJson[] {
  const aes = key === undefined ? undefined : parseKey(key);
  if (!aes) return records;
  const keys = createKeyring([aes]);
  const open = (value: string) => {
    const text = keys.open(value.slice(1, -1))?.text;
    return text === undefined ? value : `encrypted "${text}"`;
  };
  return records.map(record => (record.values ? { ...record, values: record.values.map(open) } : record));
}

const isOwnership = (record: RecordJson) =>
  record.type === 'TXT' && record.values?.some(value => value.includes('heritage=external-dns')) === true;
const sorted = (records: readonly RecordJson[]) =>
  records
    .filter(({ type }) => type !== 'SOA' && type !== 'NS')
    .map(({ values, ...record }) =>
      JSON.stringify({ ...record, ...(values && { values: values.map(undotted(record.type)).sort() }) }, sortKeys),
    )
    .sort();
/** Whether a target ends with a dot says nothing. */
const undotted = (type: string) => (value: string) => (type === 'TXT' ? value : value.replace(/\.$/, ''));
const sortKeys = (_: string, value: unknown) =>
  value && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/**
 * Each case was recorded from ExternalDNS 0.22 on a real cluster; those of `own/` are what it does by its code, or, where it
 * does not know a type or a combination, what fairlead is to do. Where a zone begins with ownership records of older
 * formats, which of them remain is not compared, only that every record is as expected.
 */
describe('the records are those that ExternalDNS leaves behind', () => {
  test.each(CASES)('%s', async name => {
    const { zones } = JSON.parse(read(name, 'zones.json')) as { zones: ZoneJson[] };
    const expected = JSON.parse(read(name, 'expected.json')) as { zones: ZoneJson[] };
    const key = keyOf(name);
    const world = harness({
      config: read(name, 'fairlead.yml'),
      zones,
      clusters: { prod: { objects: objectsOf(name) } },
      ...(key !== undefined && { env: { TXT_ENCRYPT_KEY: key } }),
    });
    const legacy = zones.some(zone => zone.records.some(isOwnership));
    const relevant = (records: readonly RecordJson[]) =>
      sorted(opened(legacy ? records.filter(record => !isOwnership(record)) : records, key));

    await world.run();
    for (const zone of expected.zones) expect(relevant(world.json(zone.id)), zone.name).toEqual(relevant(zone.records));

    const second = await world.run();
    expect(second.zones.flatMap(zone => zone.changes)).toEqual([]);
    expect(world.calls).toEqual({});
  });

  test.each(CASES)('%s: a zone that ExternalDNS filled is in step at once', async name => {
    const { zones } = JSON.parse(read(name, 'expected.json')) as { zones: ZoneJson[] };
    const world = harness({
      config: read(name, 'fairlead.yml'),
      zones,
      clusters: { prod: { objects: objectsOf(name) } },
    });
    const result = await world.run();
    expect(result.zones.flatMap(zone => zone.changes)).toEqual([]);
  });
});
