import { expect, test } from 'vitest';
import { objectNamedBy, resourceOf } from '../../lib/model/index.ts';

test('what an ownership record says of an object is read as it was written', () => {
  const object = { kind: 'service', namespace: 'shop', name: 'web' };
  expect(resourceOf(object)).toBe('service/shop/web');
  expect(objectNamedBy(resourceOf(object))).toEqual(object);
});

test.each([
  ['', { kind: '', namespace: '', name: '' }],
  ['service', { kind: 'service', namespace: '', name: '' }],
  ['service/shop', { kind: 'service', namespace: 'shop', name: '' }],
  ['service/shop/web/more', { kind: 'service', namespace: 'shop', name: 'web' }],
])('of %j, which anybody may have written, what is there counts', (text, object) => {
  expect(objectNamedBy(text)).toEqual(object);
});
