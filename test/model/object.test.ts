import { expect, test } from 'vitest';
import { objectIn, objectNamedBy, resourceOf } from '../../lib/model/index.ts';

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

test.each(['', 'service', 'service/shop/', 'service/../nodes', 'service/shop/web?x', 'service/shop/web/more', 'a/b/C'])(
  '%j names no object that a cluster could be asked for',
  text => {
    expect(objectIn(text)).toBeUndefined();
    expect(objectIn('service/shop/web.1')).toEqual({ kind: 'service', namespace: 'shop', name: 'web.1' });
  },
);
