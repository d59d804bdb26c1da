import { expect } from 'vitest';
import type { RecordJson } from '../../local/emulators/route53/index.ts';

const isTxt = ({ type }: RecordJson) => type === 'TXT';
const keyOf = ({ name, type, setIdentifier }: RecordJson) => `${name} ${type} ${setIdentifier ?? ''}`;
const routingOf = ({ name: _n, type: _t, ttl: _l, values: _v, alias: _a, ...rest }: RecordJson) => rest;

/** Strangers' record sets are as they were; each of ours has its ownership record, with its routing, and there are no others. */
export function expectOwned(all: readonly RecordJson[], strangers: readonly RecordJson[]): void {
  const foreign = new Map(strangers.map(set => [keyOf(set), set]));
  for (const [id, set] of foreign) expect(all.find(one => keyOf(one) === id)).toEqual(set);
  const ours = all.filter(set => !isTxt(set) && !foreign.has(keyOf(set)));
  const owned = ours.map(set => JSON.stringify([`${set.type.toLowerCase()}-${set.name}`, routingOf(set)]));
  const owning = all
    .filter(set => isTxt(set) && !foreign.has(keyOf(set)))
    .map(set => JSON.stringify([set.name, routingOf(set)]));
  expect(owning.sort()).toEqual(owned.sort());
}
