import { describe, expect, test } from 'vitest';
import { Tracker } from '../../forwarder/program/tracker.ts';
import type { NamedObject } from '../../lib/model/index.ts';
import { EVERY_GATEWAY } from '../../lib/sources/index.ts';
import { NLB, service } from '../support/objects.ts';

const wants = (name: string, ...targets: string[]) =>
  service(name, { hostname: `${name}.example.com` }, targets.length > 0 ? targets : [NLB]);
const plain = (name: string) => service(name, {}, [NLB]);

/** A tracker of Services that has listed these, and what it told since. */
function tracking(listed: readonly object[], fromServiceName = false) {
  const told: string[] = [];
  const tracker = new Tracker({
    kind: 'service',
    context: {
      cluster: 'prod',
      settings: {
        annotationPrefixes: ['external-dns.kubernetes.io/'],
        hostnames: { fromServiceName },
        domains: ['cluster.example'],
        gateway: EVERY_GATEWAY,
      },
    },
    onChange: (object: NamedObject | undefined) => void told.push(object?.name ?? 'anything'),
  });
  const list = (objects: readonly object[], gapMs = 0) => {
    tracker.begin();
    tracker.page(objects);
    tracker.complete(gapMs);
  };
  list(listed);
  return { tracker, told, list };
}

test('the first listing says that anything may have changed, even when it is empty', () => {
  expect(tracking([]).told).toEqual(['anything']);
  expect(tracking([wants('a'), plain('b')]).told).toEqual(['anything']);
});

describe('a change', () => {
  test.each([
    { rule: 'an object that asks for something', listed: [], type: 'ADDED', object: wants('a'), matters: true },
    { rule: 'an object that asks for nothing', listed: [], type: 'ADDED', object: plain('a'), matters: false },
    {
      rule: 'another target',
      listed: [wants('a')],
      type: 'MODIFIED',
      object: wants('a', '203.0.113.1'),
      matters: true,
    },
    {
      rule: 'no target any more',
      listed: [wants('a')],
      type: 'MODIFIED',
      object: service('a', { hostname: 'a.example.com' }, []),
      matters: true,
    },
    { rule: 'the annotation gone', listed: [wants('a')], type: 'MODIFIED', object: plain('a'), matters: true },
    { rule: 'the annotation come', listed: [plain('a')], type: 'MODIFIED', object: wants('a'), matters: true },
    {
      rule: 'a label and a status condition',
      listed: [wants('a')],
      type: 'MODIFIED',
      object: { ...wants('a'), metadata: { ...wants('a').metadata, labels: { x: 'y' }, resourceVersion: '9' } },
      matters: false,
    },
    { rule: 'deleted', listed: [wants('a')], type: 'DELETED', object: wants('a'), matters: true },
    {
      rule: 'deleted, having asked for nothing',
      listed: [plain('a')],
      type: 'DELETED',
      object: plain('a'),
      matters: false,
    },
    {
      rule: 'deleted in a last state that asks for nothing',
      listed: [wants('a')],
      type: 'DELETED',
      object: plain('a'),
      matters: true,
    },
  ] as const)('$rule: matters: $matters', ({ listed, type, object, matters }) => {
    const { tracker, told } = tracking(listed);
    expect(tracker.changed(type, object)).toBe(matters);
    expect(told.slice(1)).toEqual(matters ? ['a'] : []);
    expect(tracker.changed(type, object)).toBe(false);
  });

  test('of a Service without annotation matters where names are made of Services', () => {
    const { tracker, told } = tracking([plain('a')], true);
    expect(tracker.changed('MODIFIED', service('a', {}, ['203.0.113.1']))).toBe(true);
    expect(told).toEqual(['anything', 'a']);
  });

  test('of an object that no notice could name: anything may have changed', () => {
    const { tracker, told } = tracking([]);
    tracker.changed('ADDED', {
      metadata: {
        name: 'Not/A Name',
        namespace: 'default',
        annotations: { 'external-dns.kubernetes.io/hostname': 'x.example.com' },
      },
    });
    expect(told).toEqual(['anything', 'anything']);
  });
});

describe('a new listing', () => {
  test('tells what came, changed and went, and nothing of the rest', () => {
    const { tracker, told, list } = tracking([wants('stays'), wants('changes'), wants('goes'), plain('quiet')]);
    list([wants('stays'), wants('changes', '203.0.113.1'), wants('comes'), plain('other')]);
    expect(told.slice(1).sort()).toEqual(['changes', 'comes', 'goes']);
    expect(tracker.size).toBe(3);
    expect(tracker.changed('DELETED', wants('comes'))).toBe(true);
  });

  test('that was not completed counts for nothing', () => {
    const { tracker, told, list } = tracking([wants('a')]);
    tracker.begin();
    tracker.page([wants('half')]);
    expect(tracker.changed('DELETED', wants('a'))).toBe(true);
    list([wants('b')]);
    expect(told.slice(1)).toEqual(['a', 'b']);
  });

  test('after a long gap says that anything may have changed', () => {
    const { told, list } = tracking([wants('a')]);
    list([wants('a')], 60_000);
    expect(told).toEqual(['anything']);
    list([wants('a')], 60_001);
    expect(told).toEqual(['anything', 'anything']);
  });
});
