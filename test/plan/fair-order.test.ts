import { expect, test } from 'vitest';
import type { NameChange } from '../../lib/model/index.ts';
import { inFairOrder } from '../../lib/plan/index.ts';
import { create, remove, update } from '../support/changes.ts';

const of = (namespace: string, change: NameChange): NameChange => ({
  ...change,
  objects: [{ cluster: 'prod', kind: 'service', namespace, name: change.name }],
});
const order = (changes: readonly NameChange[]) => inFairOrder(changes, 'Z1').map(({ name }) => name);

test('what takes no room goes first, then what grows, then what is new, of each namespace one in turn', () => {
  const grown = update('g', '192.0.2.1', '192.0.2.2');
  const changes = [
    of('big', create('a')),
    of('big', create('b')),
    of('big', create('c')),
    of('big', { ...grown, creates: [...grown.creates, ...create('more').creates] }),
    of('small', create('p')),
    of('big', update('q', '192.0.2.1', '192.0.2.2')),
    of('tiny', create('x')),
    remove('y'),
    of('small', create('z')),
  ];
  expect(order(changes)).toEqual(['q', 'y', 'g', 'a', 'p', 'x', 'b', 'z', 'c']);
});

test('an alias still comes after the new record of the zone that it points to', () => {
  const alias = { zoneId: 'Z1', dnsName: 'c', evaluateTargetHealth: false };
  const changes = [
    of('big', create('b')),
    of('big', create('c')),
    of('small', { ...create('d'), creates: [{ name: 'd', type: 'A', alias }] }),
  ];
  expect(order(changes)).toEqual(['b', 'c', 'd']);
});
