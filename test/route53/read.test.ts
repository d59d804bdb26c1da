import { expect, test } from 'vitest';
import type { RecordSet } from '../../lib/model/index.ts';
import { type Route53Port, readHostedZones, readNames, readZone } from '../../lib/route53/index.ts';
import { skimNames } from '../../lib/route53/read.ts';
import { Route53Store } from '../../local/emulators/route53/index.ts';
import { address } from '../support/changes.ts';
import { storedSet, storeRoute53 } from '../support/store-route53.ts';

const ZONE = 'Z1';

function zoneOf(records: readonly RecordSet[]) {
  const store = new Route53Store();
  store.addZone({ id: ZONE, name: 'example.com.' });
  store.edit(ZONE, { put: records.map(storedSet) });
  let calls = 0;
  const port = storeRoute53(store, { before: () => void calls++ });
  return { port, calls: () => calls };
}
const named = (count: number) =>
  Array.from({ length: count }, (_, i) => address(`n${String(i).padStart(4, '0')}.example.com`, '192.0.2.1'));
const routed = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    ...address('many.example.com', '192.0.2.1'),
    setIdentifier: String(i).padStart(3, '0'),
    routing: { weight: 1 },
  }));

test.each<[string, RecordSet[], string[], number]>([
  ['near each other', named(100), named(100).map(({ name }) => name), 1],
  ['far from each other', named(2000), ['n0003.example.com', 'n1500.example.com', 'zz.example.com'], 3],
  ['all of a zone of 1,000', named(1000), named(1000).map(({ name }) => name), 4],
  ['one with more record sets than a page', routed(400), ['many.example.com', 'a.example.com'], 2],
  ['absent ones', [], ['a.example.com', 'b.example.com'], 1],
  ['none', named(3), [], 0],
])('names that are %s are skimmed in as few pages as it takes', async (_, records, names, pages) => {
  const { port, calls } = zoneOf(records);
  const found = new Map<string, readonly RecordSet[]>();
  for await (const [name, sets] of skimNames(port, ZONE, names)) found.set(name, sets);
  expect(calls()).toBe(pages);
  expect(found).toEqual(await readNames(port, ZONE, names));
});

/** Listings that have no end: with the same token, with ever new ones, with nothing on their pages, and with ever new things. */
test.each<[string, (page: number) => { next: string; thing: string | undefined }, pages: number]>([
  ['comes back to where it was', () => ({ next: 'same', thing: undefined }), 5],
  ['has ever new tokens, and the same page', page => ({ next: `t${page}`, thing: 'a' }), 10],
  ['has ever new tokens, and nothing', page => ({ next: `t${page}`, thing: undefined }), 10],
  ['has ever new tokens, and ever new things', page => ({ next: `t${page}`, thing: `n${page}` }), 5_000],
])('a listing that %s ends with an error', async (_, pageAt, most) => {
  let pages = 0;
  const turn = () => pageAt(pages++);
  const port = {
    listHostedZones: async () => {
      const { next, thing } = turn();
      return { zones: thing === undefined ? [] : [{ id: thing, name: thing, private: false }], next };
    },
    listRecordSets: async () => {
      const { next, thing } = turn();
      const records = thing === undefined ? [] : [{ name: 'a.example.com', type: 'A', setIdentifier: thing }];
      return { records, next: { name: 'a.example.com', type: 'A', setIdentifier: next } };
    },
  } as unknown as Route53Port;
  const endless = { kind: 'fatal', code: 'EndlessListing' };
  const listings = [
    () => readHostedZones(port),
    () => readZone(port, ZONE),
    () => readNames(port, ZONE, ['a.example.com']),
    async () => {
      for await (const _found of skimNames(port, ZONE, ['a.example.com']));
    },
  ];
  for (const list of listings) {
    pages = 0;
    await expect(list()).rejects.toMatchObject(endless);
    expect(pages).toBeLessThan(most);
  }
});
