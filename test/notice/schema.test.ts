import { describe, expect, it } from 'vitest';
import type { NamedObject, Notice } from '../../lib/model/index.ts';
import { MAX_BODY, MAX_OBJECTS, parseNotice } from '../../lib/notice/index.ts';

const NOTICE: Notice = { cluster: 'prod-eu', source: 'f-1', sequence: 1, since: 1_750_000_000_000 };
const OBJECT: NamedObject = { kind: 'service', namespace: 'shop', name: 'web' };
const read = (value: unknown) => parseNotice(JSON.stringify(value));

describe('a body is a notice', () => {
  it.each([
    ['of a cluster in which anything may have changed', NOTICE],
    ['that names objects', { ...NOTICE, objects: [OBJECT, { ...OBJECT, kind: 'ingress', name: 'a.b-c' }] }],
    ['that names as many objects as it may', { ...NOTICE, objects: Array(MAX_OBJECTS).fill(OBJECT) }],
  ])('%s', (_what, notice) => {
    expect(read(notice)).toEqual(notice);
  });

  it('even with the longest names that Kubernetes allows', () => {
    const longest = { kind: 'service', namespace: 'n'.repeat(63), name: 'o'.repeat(253) };
    const body = JSON.stringify({ ...NOTICE, objects: Array(MAX_OBJECTS).fill(longest) });
    expect(Buffer.byteLength(body)).toBeLessThan(MAX_BODY);
    expect(parseNotice(body)?.objects).toHaveLength(MAX_OBJECTS);
  });
});

describe('a body is no notice', () => {
  it.each([
    ['with a field more', { ...NOTICE, hostname: 'www.example.com' }],
    ['without a number', { ...NOTICE, sequence: undefined }],
    ['with a broken number', { ...NOTICE, sequence: 1.5 }],
    ['with a negative number', { ...NOTICE, sequence: -1 }],
    ['with a number as text', { ...NOTICE, sequence: '1' }],
    ['with a cluster’s name that EKS does not allow', { ...NOTICE, cluster: 'prod eu' }],
    ['with an empty source', { ...NOTICE, source: '' }],
    ['with an empty list of objects', { ...NOTICE, objects: [] }],
    ['with more objects than it may name', { ...NOTICE, objects: Array(MAX_OBJECTS + 1).fill(OBJECT) }],
    ['with an object of another kind', { ...NOTICE, objects: [{ ...OBJECT, kind: 'secret' }] }],
    ['with an object’s data', { ...NOTICE, objects: [{ ...OBJECT, spec: {} }] }],
    ['with an object’s name that Kubernetes does not allow', { ...NOTICE, objects: [{ ...OBJECT, name: 'A"' }] }],
    ['that is a list', [NOTICE]],
    ['that is null', null],
  ])('%s', (_what, value) => {
    expect(read(value)).toBeUndefined();
  });

  it.each([
    ['that is not JSON', '{'],
    ['that is empty', ''],
    ['that is too large, whatever it says', JSON.stringify(NOTICE).padEnd(MAX_BODY + 1)],
  ])('%s', (_what, body) => {
    expect(parseNotice(body)).toBeUndefined();
  });
});
