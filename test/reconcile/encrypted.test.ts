import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { keysFrom } from '../../lib/reconcile/keys.ts';
import { createKeyring, parseKey, writeOwnership } from '../../lib/registry/index.ts';
import { createMemoryStore } from '../../lib/state/index.ts';
import type { RecordJson } from '../../local/emulators/route53/index.ts';
import { fakeClock } from '../support/clock.ts';
import { configOf, EXAMPLE_ZONE, type Harness, harness } from '../support/harness.ts';
import { NLB, service } from '../support/objects.ts';

const ENV = { OLD: '0123456789abcdef0123456789abcdef', NEW: 'an entirely different key, 32 by' };
const OLD = createKeyring([parseKey(ENV.OLD) as Buffer]);
const NEW = createKeyring([parseKey(ENV.NEW) as Buffer]);
const text = (encryptionKey: string) =>
  `owner: arena\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]}\nregistry: {encryptionKey: ${encryptionKey}}`;
const objects = () => [
  service('a', { hostname: 'a.example.com' }, [NLB]),
  service('b', { hostname: 'b.example.com' }, ['203.0.113.7']),
];
const world = (encryptionKey: string, records: RecordJson[] = []) =>
  harness({
    config: text(encryptionKey),
    zones: [{ ...EXAMPLE_ZONE, records }],
    clusters: { prod: { objects: objects() } },
    env: ENV,
  });

const texts = (self: Harness) => self.json().flatMap(({ type, values }) => (type === 'TXT' ? (values ?? []) : []));
const plain = (self: Harness) => texts(self).filter(value => value.includes('heritage='));
const opens = (self: Harness, keys: typeof OLD) =>
  texts(self).filter(value => keys.open(value.slice(1, -1)) !== undefined);
const settle = async (self: Harness, encryptionKey: string) => {
  self.config = configOf(text(encryptionKey));
  return self.run({ force: true });
};

describe('with registry.encryptionKey', () => {
  test('ownership is written encrypted; a second run, and one without its state, has nothing to do', async () => {
    const self = world('env:OLD');
    await self.run();
    expect(texts(self)).toHaveLength(3);
    expect(opens(self, OLD)).toHaveLength(3);
    expect((await self.run()).zones[0]?.changes).toEqual([]);
    expect(self.calls).toEqual({});
    const before = self.json();
    self.state = createMemoryStore();
    expect(await self.run({ force: true })).toMatchObject({ inStep: true });
    expect(self.calls).not.toHaveProperty('changeRecordSets');
    expect(self.json()).toEqual(before);
  });

  test('two worlds end with the same bytes: no plan depends on chance', async () => {
    const [one, two] = [world('env:OLD'), world('env:OLD')];
    await one.run();
    await two.run();
    expect(one.json()).toEqual(two.json());
  });

  test('a record changes and goes together with its ownership', async () => {
    const self = world('env:OLD');
    await self.run();
    self.clusters.prod!.objects = [service('b', { hostname: 'b.example.com' }, ['203.0.113.8'])];
    await self.run();
    expect(self.records().filter(line => !line.includes('TXT'))).toEqual(['b.example.com A 203.0.113.8']);
    expect(texts(self)).toHaveLength(1);
    self.clusters.prod!.objects = [];
    await self.run();
    expect(self.records()).toEqual([]);
  });

  test('nothing that is kept, told or thrown has the key or the text', async () => {
    const self = world('env:OLD');
    const written: string[] = [];
    const { state } = self;
    self.state = {
      ...state,
      put: (key, bytes, ...rest) => {
        written.push(`${key} ${gunzipSync(bytes)}`);
        return state.put(key, bytes, ...rest);
      },
    };
    const result = await self.run();
    const zoneCopies = written.filter(one => one.startsWith('zone/'));
    expect(zoneCopies).not.toEqual([]);
    for (const one of zoneCopies) expect(one).not.toContain('heritage');
    for (const one of [...written, JSON.stringify(result), JSON.stringify(self.config)])
      expect(one).not.toContain(ENV.OLD);
  });

  test('while a key is introduced plain ownership counts, and is encrypted when its record changes', async () => {
    const self = world('env:OLD');
    self.config = configOf(text('null'));
    await self.run();
    expect(plain(self)).toHaveLength(3);
    const introduced = await settle(self, 'env:OLD');
    expect(introduced.zones[0]?.changes).toEqual([]);
    self.clusters.prod!.objects = [objects()[0]!, service('b', { hostname: 'b.example.com' }, ['203.0.113.8'])];
    await self.run();
    expect(plain(self)).toHaveLength(2);
    expect(opens(self, OLD)).toHaveLength(1);
    self.clusters.prod!.objects = [];
    await self.run();
    expect(self.records()).toEqual([]);
  });

  test('while a key is changed both are read, and the first one writes', async () => {
    const self = world('env:OLD');
    await self.run();
    const changed = await settle(self, '[env:NEW, env:OLD]');
    expect(changed).toMatchObject({ inStep: true });
    self.clusters.prod!.objects = [objects()[0]!, service('b', { hostname: 'b.example.com' }, ['203.0.113.8'])];
    await self.run();
    expect(opens(self, NEW)).toHaveLength(1);
    expect(opens(self, OLD)).toHaveLength(2);
  });

  test('ownership of another key is somebody else’s: left alone, told once a zone, whoever asks for the name', async () => {
    const self = world('env:OLD');
    await self.run();
    const before = self.json();
    self.clusters.prod!.objects = [service('b', { hostname: 'b.example.com' }, ['203.0.113.99'])];
    for (const key of ['env:NEW', 'null']) {
      const result = await settle(self, key);
      expect(self.json()).toEqual(before);
      const told = result.findings.filter(({ reason }) => reason === 'warning');
      expect(told.map(({ message }) => message)).toEqual([
        `3 TXT records (a-a.example.com, a-b.example.com, aaaa-a.example.com) in example.com cannot be read: they look encrypted as ownership records are, and ${
          key === 'null'
            ? 'registry.encryptionKey names no key'
            : 'none of the keys of registry.encryptionKey opens them'
        }; what they are of counts as somebody else's`,
      ]);
      expect(result.findings).toContainEqual(expect.objectContaining({ reason: 'not-owned', name: 'b.example.com' }));
    }
    // With the key again, all is as it was.
    self.clusters.prod!.objects = objects();
    expect(await settle(self, 'env:OLD')).toMatchObject({ inStep: true });
  });

  test('ownership of another key under another set identifier is in nobody’s way', async () => {
    const set = (id: string, target: string, weight = '1') =>
      service(id, { hostname: 'a.example.com', 'set-identifier': id, 'aws-weight': weight }, [target]);
    const self = world('env:OLD');
    self.clusters.prod!.objects = [set('theirs', '203.0.113.2')];
    await self.run();
    const theirs = self.json();
    self.config = configOf(text('env:NEW'));
    self.clusters.prod!.objects = [set('ours', '203.0.113.1')];
    await self.run({ force: true });
    self.clusters.prod!.objects = [set('ours', '203.0.113.1', '5')];
    await self.run();
    expect(self.json().filter(({ setIdentifier }) => setIdentifier === 'ours')).toMatchObject([
      { weight: 5 },
      { weight: 5 },
    ]);
    self.clusters.prod!.objects = [];
    await self.run();
    expect(self.json()).toEqual(theirs);
  });

  test('another owner under the same key is another owner', async () => {
    const theirs = writeOwnership({ owner: 'other', resource: 'service/x/y' }, 'a-b.example.com', { keys: OLD });
    const self = world('env:OLD', [
      { name: 'b.example.com.', type: 'A', ttl: 300, values: ['198.51.100.1'] },
      { name: 'a-b.example.com.', type: 'TXT', ttl: 300, values: [theirs] },
    ]);
    const result = await self.run();
    expect(self.records()).toContain('b.example.com A 198.51.100.1');
    expect(result.findings).toContainEqual(expect.objectContaining({ reason: 'not-owned', name: 'b.example.com' }));
  });

  test('an encrypted claim laid at a record that stood without one is not believed until forced', async () => {
    const self = world('env:OLD', [{ name: 'hand.example.com.', type: 'A', ttl: 300, values: ['198.51.100.1'] }]);
    await self.run();
    const forged = writeOwnership({ owner: 'arena', resource: 'service/default/gone' }, 'a-hand.example.com', {
      keys: OLD,
    });
    await self
      .route53({})
      .changeRecordSets('Z0EXAMPLE0000000001', [
        { action: 'CREATE', record: { name: 'a-hand.example.com', type: 'TXT', ttl: 300, values: [forged] } },
      ]);
    self.clock.advance(3_600_000);
    await self.run();
    expect(self.records()).toContain('hand.example.com A 198.51.100.1');
  });

  test.each<[string, string, RegExp]>([
    [
      'a variable that is not there',
      'env:NONE',
      /the key env:NONE could not be read: the environment has no such variable/,
    ],
    [
      'a text that is no key',
      'env:SHORT',
      /what env:SHORT has is no key: it must be 32 characters, or base64 of 32 bytes$/,
    ],
  ])('without the key no run is made: %s', async (_, place, message) => {
    const self = world('env:OLD');
    await self.run();
    const before = self.json();
    self.clusters.prod!.objects = [];
    self.config = configOf(text(place));
    const failed = self.run({}, { keys: keysFrom([place], { env: { SHORT: 'hunter2' }, clock: fakeClock() }) });
    await expect(failed).rejects.toThrow(message);
    await expect(failed).rejects.not.toThrow(/hunter2/);
    expect(self.json()).toEqual(before);
  });
});

describe('keys that are fetched', () => {
  test('serve for a while, then a changed one is taken; the same ones keep what they opened', async () => {
    const clock = fakeClock();
    const env: Record<string, string> = { KEY: ENV.OLD };
    const keys = keysFrom(['env:KEY'], { env, clock });
    const first = await keys();
    clock.advance(6 * 60_000);
    expect(await keys()).toBe(first);
    env.KEY = ENV.NEW;
    expect(await keys()).toBe(first);
    clock.advance(6 * 60_000);
    expect(await keys()).not.toBe(first);
  });
});
