import { describe, expect, test } from 'vitest';
import { createKeyring, parseKey } from '../../lib/registry/index.ts';
import type { RecordJson, ZoneJson } from '../../local/emulators/route53/index.ts';
import { harness } from '../support/harness.ts';
import { casesIn, envOf, keyOf, objectsOf, read, zonesOf } from './cases.ts';

/** `basic/…` and `full/…`, and of our own `own/…` */
const CASES = casesIn(['basic', 'full', 'own'], 'expected.json');

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

const worldOf = (name: string, zones: ZoneJson[]) =>
  harness({
    config: read(name, 'fairlead.yml'),
    zones,
    clusters: { prod: { objects: objectsOf(name) } },
    ...envOf(name),
  });

/**
 * Each case was recorded from ExternalDNS 0.22 on a real cluster; those of `own/` are what it does by its code, or, where it
 * does not know a type or a combination, what fairlead is to do. Where a zone begins with ownership records of older
 * formats, which of them remain is not compared, only that every record is as expected.
 */
describe('the records are those that ExternalDNS leaves behind', () => {
  test.each(CASES)('%s', async name => {
    const zones = zonesOf(name, 'zones.json');
    const world = worldOf(name, zones);
    const legacy = zones.some(zone => zone.records.some(isOwnership));
    const relevant = (records: readonly RecordJson[]) =>
      sorted(opened(legacy ? records.filter(record => !isOwnership(record)) : records, keyOf(name)));

    await world.run();
    for (const zone of zonesOf(name, 'expected.json'))
      expect(relevant(world.json(zone.id)), zone.name).toEqual(relevant(zone.records));

    const second = await world.run();
    expect(second.zones.flatMap(zone => zone.changes)).toEqual([]);
    expect(world.calls).toEqual({});
  });

  test.each(CASES)('%s: a zone that ExternalDNS filled is in step at once', async name => {
    const result = await worldOf(name, zonesOf(name, 'expected.json')).run();
    expect(result.zones.flatMap(zone => zone.changes)).toEqual([]);
  });
});
