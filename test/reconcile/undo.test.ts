import { beforeEach, describe, expect, test } from 'vitest';
import { isUnpublished, type RunResult } from '../../lib/model/index.ts';
import { readHistory, releaseUndone, type UndoQuery, undo } from '../../lib/reconcile/index.ts';
import { createMemoryStore, type StateStore, takeLease } from '../../lib/state/index.ts';
import type { RecordJson } from '../../local/emulators/route53/index.ts';
import { configOf, EXAMPLE_ZONE, type Harness, harness } from '../support/harness.ts';
import { explain, runOf } from '../support/look.ts';
import { service } from '../support/objects.ts';

const ID = EXAMPLE_ZONE.id as string;
const DAY = 86_400_000;
const asks = (name: string, address: string, object = name.split('.')[0] as string) =>
  service(object, { hostname: name }, [address]);

let world: Harness;
beforeEach(() => {
  world = harness();
});

const objects = (...some: ReturnType<typeof service>[]) => {
  world.clusters.prod!.objects = some;
};

/** A run by this name, a minute later. */
async function run(holder: string, request: { force?: boolean } = {}): Promise<RunResult> {
  world.clock.advance(60_000);
  return world.run(request, { holder });
}

const person = (holder: string, store: StateStore = world.state) => {
  const one = runOf(world);
  return { ...one, ports: { ...one.ports, holder, store } };
};

const put = (what: string, more: Partial<UndoQuery> = {}, agree = true) =>
  undo({ what: [what], ...more }, world.clock.now() - 7 * DAY, person('undoer'), async () => agree);
const release = (...what: string[]) => releaseUndone({ what }, person('releaser'), async () => true);

const A1 = ['a-a.example.com TXT arena service/default/a', 'a.example.com A 203.0.113.1'];
const A2 = [A1[0]!, 'a.example.com A 203.0.113.2'];

const stripped = ({ name, type, ttl, values }: RecordJson) => ({
  name: name.replace(/\.$/, ''),
  type,
  ...(ttl && { ttl }),
  ...(values && { values }),
});

/** Somebody edits the zone in Route 53; what stands under that name and type gives way to a change. */
async function edit(action: 'CREATE' | 'DELETE' | 'CHANGE', record: RecordJson): Promise<void> {
  const old = world.json().find(({ name, type }) => name === record.name && type === record.type);
  await world
    .route53({})
    .changeRecordSets(ID, [
      ...(action === 'CHANGE' && old ? [{ action: 'DELETE' as const, record: stripped(old) }] : []),
      { action: action === 'DELETE' ? 'DELETE' : 'CREATE', record: stripped(record) },
    ]);
}

const a = (value: string): RecordJson => ({ name: 'a.example.com.', type: 'A', ttl: 300, values: [value] });
const owned = (owner: string, type = 'a'): RecordJson => ({
  name: `${type}-a.example.com.`,
  type: 'TXT',
  ttl: 300,
  values: [`"heritage=external-dns,external-dns/owner=${owner},external-dns/resource=service/default/a"`],
});

/** A run changes nothing, sends nothing and tells of the hold, whoever makes it and whatever is read anew. */
async function isHeld(name: string, reason: 'frozen' | 'warning'): Promise<void> {
  const before = world.json();
  for (const force of [false, true, false]) {
    const result = await run('later', { force });
    expect(world.calls.changeRecordSets).toBeUndefined();
    const held = result.findings.filter(finding => finding.release !== undefined);
    expect(held.map(finding => [finding.name, finding.reason])).toEqual([[name, reason]]);
    expect(held[0]?.message).toMatch(/undone at 20.*by undoer.*fairlead undo --release/);
  }
  expect(world.json()).toEqual(before);
}

describe('undo puts back what a run did, and holds it', () => {
  test('a change: the value that was, until it is released', async () => {
    objects(asks('a.example.com', '203.0.113.1'));
    await run('run-1');
    objects(asks('a.example.com', '203.0.113.2'));
    await run('run-2');
    expect(world.records()).toEqual(A2);
    const { done, refused } = await put('run-2');
    expect([done.map(({ name }) => name), refused]).toEqual([['a.example.com'], []]);
    expect(world.records()).toEqual(A1);
    await isHeld('a.example.com', 'frozen');
    objects(asks('a.example.com', '203.0.113.3'));
    await isHeld('a.example.com', 'frozen');
    expect((await release('a.example.com')).released).toHaveLength(1);
    expect(world.records()).toEqual(A1);
    expect((await run('run-3')).findings.filter(isUnpublished)).toEqual([]);
    expect(world.records()).toContain('a.example.com A 203.0.113.3');
  });

  test('a creation: what was made goes, and does not come back', async () => {
    objects(asks('a.example.com', '203.0.113.1'), asks('b.example.com', '203.0.113.9'));
    await run('run-1');
    await put('a.example.com');
    expect(world.records()).toEqual(['a-b.example.com TXT arena service/default/b', 'b.example.com A 203.0.113.9']);
    await isHeld('a.example.com', 'frozen');
    objects(asks('b.example.com', '203.0.113.9'));
    await isHeld('a.example.com', 'warning');
    objects(asks('a.example.com', '203.0.113.1'), asks('b.example.com', '203.0.113.9'));
    await release('run-1');
    await run('run-2');
    expect(world.records()).toContain('a.example.com A 203.0.113.1');
  });

  test('a removal: the record comes back with the ownership text that it had, and is not removed again', async () => {
    objects(asks('a.example.com', '203.0.113.1'));
    await run('run-1');
    const before = world.json();
    objects();
    await run('run-2');
    expect(world.records()).toEqual([]);
    await put('run-2');
    expect(world.json()).toEqual(before);
    await isHeld('a.example.com', 'frozen');
    const { findings } = await run('run-2a');
    expect(findings.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^a\.example\.com is left as it is, though no object asks for it: what the run run-2 did/),
    ]);
    await release('undoer');
    await run('run-3');
    expect(world.records()).toEqual([]);
  });

  test('of a name its last change alone; the others of the run stay', async () => {
    objects(asks('a.example.com', '203.0.113.1'), asks('b.example.com', '203.0.113.1'));
    await run('run-1');
    objects(asks('a.example.com', '203.0.113.2'), asks('b.example.com', '203.0.113.2'));
    await run('run-2');
    await put('a.example.com');
    expect(world.records().filter(record => / A /.test(record))).toEqual([
      'a.example.com A 203.0.113.1',
      'b.example.com A 203.0.113.2',
    ]);
    objects(asks('a.example.com', '203.0.113.2'), asks('b.example.com', '203.0.113.3'));
    await run('run-3');
    expect(world.records()).toContain('b.example.com A 203.0.113.3');
    expect(world.records()).toContain('a.example.com A 203.0.113.1');
  });

  test('of one set identifier, beside which the other goes on', async () => {
    const one = (id: string, address: string) =>
      service(id, { hostname: 'w.example.com', 'set-identifier': id, 'aws-weight': '1' }, [address]);
    const weighted = (blue: string, green: string) => objects(one('blue', blue), one('green', green));
    weighted('203.0.113.1', '203.0.113.5');
    await run('run-1');
    weighted('203.0.113.2', '203.0.113.5');
    await run('run-2');
    await put('run-2');
    weighted('203.0.113.3', '203.0.113.6');
    const { findings } = await run('run-3');
    expect(findings[0]?.message).toMatch(/^w\.example\.com \(set identifier blue\) is left as it is/);
    expect(world.records().filter(record => / A#/.test(record) || / A/.test(record))).toEqual([
      'w.example.com A#blue 203.0.113.1',
      'w.example.com A#green 203.0.113.6',
    ]);
  });

  test('is in the history, and is not undone itself: it is released, or an earlier run is undone', async () => {
    objects(asks('a.example.com', '203.0.113.1'));
    await run('run-1');
    objects(asks('a.example.com', '203.0.113.2'));
    await run('run-2');
    world.clock.advance(1000);
    await put('run-2');
    const [line] = await readHistory(runOf(world), 0, { what: 'a.example.com' });
    expect(line).toMatchObject({
      run: 'undoer',
      by: 'manual',
      action: 'update',
      undoes: 'run-2',
      why: 'a person undid what the run run-2 did',
      objects: ['prod: service/default/a'],
    });
    await expect(put('undoer')).rejects.toThrow(
      /itself an undoing, of the run run-2.*fairlead undo --release a\.example\.com/,
    );
    await expect(put('a.example.com')).rejects.toThrow(/undone already, by undoer: release it/);
    await put('run-1');
    expect(world.records()).toEqual([]);
    await isHeld('a.example.com', 'frozen');
  });

  test('is shown first, and nothing is done or held where nobody agrees', async () => {
    objects(asks('a.example.com', '203.0.113.1'));
    await run('run-1');
    const { moves, done } = await put('run-1', {}, false);
    expect([moves.length, done.length]).toEqual([1, 0]);
    expect(world.records()).toEqual(A1);
    expect((await run('run-2')).findings).toEqual([]);
  });

  test('the guard does not count it, nor hold it', async () => {
    world.config = configOf(
      'owner: arena\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]}\nguard: {maxDeletes: {count: 0, percent: 0}}',
    );
    objects(...['a', 'b', 'c'].map(name => asks(`${name}.example.com`, '203.0.113.1')));
    await run('run-1');
    expect((await put('run-1')).done).toHaveLength(3);
    expect(world.records()).toEqual([]);
  });

  test('only in one zone, where it is said', async () => {
    world = harness({
      zones: [EXAMPLE_ZONE, { ...EXAMPLE_ZONE, id: 'Z0PRIVATE000000001', private: true }],
      config: 'owner: arena\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]}',
    });
    objects(asks('a.example.com', '203.0.113.1'));
    await run('run-1');
    const both = () => [EXAMPLE_ZONE.id, 'Z0PRIVATE000000001'].map(id => world.records(id).length);
    expect(both()).toEqual([2, 2]);
    await put('run-1', { zone: 'Z0PRIVATE000000001' });
    expect(both()).toEqual([2, 0]);
    await run('run-2', { force: true });
    expect(both()).toEqual([2, 0]);
  });
});

describe('undo refuses, and changes nothing, where', () => {
  async function updated() {
    objects(asks('a.example.com', '203.0.113.1'));
    await run('run-1');
    objects(asks('a.example.com', '203.0.113.2'));
    await run('run-2');
  }
  async function removed() {
    objects(asks('a.example.com', '203.0.113.1'));
    await run('run-1');
    objects();
    await run('run-2');
  }
  const settings = (more: string, owner = 'arena') => {
    world.config = configOf(
      `owner: ${owner}\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]${more.startsWith('zones:') ? `, ${more.slice(6)}` : ''}}\n${more.startsWith('zones:') ? '' : more}`,
    );
  };

  test.each<[string, () => Promise<void>, () => unknown, string, RegExp]>([
    [
      'a later run changed the name',
      updated,
      async () => {
        objects(asks('a.example.com', '203.0.113.3'));
        await run('run-3');
      },
      'conflict',
      /a\.example\.com A is not as the run run-2 left it/,
    ],
    [
      'somebody edited the record',
      updated,
      () => edit('CHANGE', a('192.0.2.66')),
      'conflict',
      /a\.example\.com A is not as the run run-2 left it/,
    ],
    ['the record has gone', updated, () => edit('DELETE', a('203.0.113.2')), 'conflict', /A is not as the run/],
    [
      'the ownership record has gone',
      updated,
      () => edit('DELETE', owned('arena')),
      'conflict',
      /TXT is not as the run/,
    ],
    [
      'another owner has taken the name over',
      updated,
      () => edit('CHANGE', owned('other')),
      'conflict',
      /a-a\.example\.com TXT is not as the run/,
    ],
    [
      'another owner has laid a claim beside',
      updated,
      () => edit('CREATE', owned('other', 'aaaa')),
      'not-owned',
      /A is not ours any more/,
    ],
    [
      'it is as it was already',
      updated,
      () => edit('CHANGE', a('203.0.113.1')),
      'warning',
      /is as it was before the run run-2 already/,
    ],
    [
      'somebody has the name now',
      removed,
      () => edit('CREATE', a('192.0.2.66')),
      'conflict',
      /A is not as the run run-2 left it/,
    ],
    [
      'somebody has a CNAME there now',
      removed,
      () => edit('CREATE', { ...a('x'), type: 'CNAME', values: ['other.example.net'] }),
      'not-owned',
      /somebody else has a\.example\.com CNAME now/,
    ],
    [
      'somebody has another address type there',
      removed,
      () => edit('CREATE', { ...a('x'), type: 'AAAA', values: ['2001:db8::66'] }),
      'not-owned',
      /somebody else has a\.example\.com AAAA now/,
    ],
    [
      'another owner reserved the name',
      removed,
      () => edit('CREATE', owned('other', 'aaaa')),
      'not-owned',
      /belongs to the owner "other"|not be ours/,
    ],
    [
      'the ownership record’s name is taken',
      removed,
      () => edit('CREATE', { ...owned('x'), values: ['"mine"'] }),
      'conflict',
      /a-a\.example\.com TXT is not as the run/,
    ],
    [
      'the config has another owner by now',
      removed,
      () => settings('', 'later'),
      'not-owned',
      /would not be ours by the ownership record that it had/,
    ],
    [
      'the ownership records have other names by now',
      removed,
      () => settings('registry: {prefix: "zz-"}'),
      'not-owned',
      /would not be ours by the ownership record/,
    ],
    ['the zone is frozen', updated, () => settings('zones: freeze: [example.com]'), 'frozen', /frozen by zones.freeze/],
    [
      'the type is left out by now',
      updated,
      () => settings('records: {types: [CNAME]}'),
      'filtered',
      /records.types leaves out A/,
    ],
    [
      'the policy changes nothing',
      updated,
      () => settings('policy: create-only'),
      'policy',
      /the policy is create-only/,
    ],
  ])('%s', async (_, before, meanwhile, reason, message) => {
    await before();
    await meanwhile();
    const was = world.json();
    const { done, refused } = await put('run-2');
    expect(done).toEqual([]);
    expect(refused.map(one => one.reason)).toEqual([reason]);
    expect(refused[0]?.message).toMatch(message);
    expect(refused[0]?.name).toBe('a.example.com');
    expect(world.json()).toEqual(was);
  });

  test.each<[string, string]>([
    ['the policy removes nothing', 'upsert-only'],
    ['the policy removes nothing, either', 'create-only'],
  ])('%s', async (_, policy) => {
    objects(asks('a.example.com', '203.0.113.1'));
    await run('run-1');
    settings(`policy: ${policy}`);
    expect((await put('run-1')).refused.map(({ reason }) => reason)).toEqual(['policy']);
    expect(world.records()).toEqual(A1);
  });

  test('a name changes between the look and the write: nothing of it is done, and it is not held', async () => {
    await updated();
    world.hooks = {};
    const meddled = undo({ what: ['run-2'] }, 0, person('undoer'), async () => {
      await edit('CHANGE', a('192.0.2.66'));
      return true;
    });
    await expect(meddled).rejects.toThrow(/changed since this was shown/);
    expect(world.records()).toContain('a.example.com A 192.0.2.66');
    const result = await run('run-3');
    expect(result.findings.filter(finding => finding.release)).toEqual([]);
  });

  test('Route 53 refuses one name: the others are undone, and it is not held', async () => {
    objects(asks('a.example.com', '203.0.113.1'), asks('b.example.com', '203.0.113.1'));
    await run('run-1');
    objects(asks('a.example.com', '203.0.113.2'), asks('b.example.com', '203.0.113.2'));
    await run('run-2');
    world.store.poisons.push({ name: 'b.example.com.', message: 'RRSet {name} is cursed' });
    const { done, refused } = await put('run-2');
    expect(done.map(({ name }) => name)).toEqual(['a.example.com']);
    expect(refused.map(({ name, reason }) => [name, reason])).toEqual([['b.example.com', 'refused']]);
    world.store.poisons.length = 0;
    await isHeld('a.example.com', 'frozen');
  });

  test('the hold cannot be kept: nothing is undone', async () => {
    await updated();
    const store: StateStore = {
      ...world.state,
      put: (key, ...rest) =>
        key.startsWith('zone/') ? Promise.reject(new Error('read only')) : world.state.put(key, ...rest),
    };
    const asked = undo({ what: ['run-2'] }, 0, person('undoer', store), async () => true);
    await expect(asked).rejects.toThrow(/could not be kept in the state \(read only\), so nothing is done/);
    expect(world.records()).toEqual(A2);
  });

  test('another run works on the shard', async () => {
    await updated();
    await takeLease(world.state, 'default', { holder: 'busy', durationMs: 600_000, waitMs: 0 }, world.clock);
    await expect(put('run-2')).rejects.toThrow(/busy/);
    expect(world.records()).toEqual(A2);
  });

  test.each<[string, RegExp]>([
    ['run-99', /"run-99" is no run and no name of which the history has a change/],
    ['x.example.com', /"x.example.com" is no run and no name/],
  ])('nothing is known of %s', async (what, message) => {
    await updated();
    await expect(put(what)).rejects.toThrow(message);
  });
});

describe('what is held', () => {
  async function held() {
    objects(asks('a.example.com', '203.0.113.1'));
    await run('run-1');
    objects(asks('a.example.com', '203.0.113.2'));
    await run('run-2');
    await put('run-2');
  }

  test('is told by explain, with the command that ends it', async () => {
    await held();
    for (const fresh of [false, true]) {
      const found = await explain(world, 'a.example.com', { fresh });
      expect(found.verdict).toBe('partly');
      expect(found.advice).toBe('if runs may change or remove it: fairlead undo --release a.example.com');
      expect(found.reasons.map(({ message }) => message)).toEqual([
        expect.stringMatching(/^a\.example\.com is left as it is.*what the run run-2 did of it was undone at/),
      ]);
    }
  });

  test('is lost with the state, which costs the undoing and nothing else', async () => {
    await held();
    world.state = createMemoryStore();
    await run('run-3');
    expect(world.records()).toEqual(A2);
  });

  test('is held for the clusters of every shard', async () => {
    world = harness({
      config:
        'owner: arena\nclusters: [{name: prod, region: us-east-1}, {name: other, region: us-east-1, owner: other}]\nshards: [{name: x, clusters: [prod]}, {name: y, clusters: [other]}]\nzones: {domains: [example.com]}',
      clusters: { prod: { objects: [] }, other: { objects: [] } },
    });
    objects(asks('a.example.com', '203.0.113.1'));
    await run('run-1');
    await put('run-1');
    objects();
    world.clusters.other!.objects = [asks('a.example.com', '203.0.113.7')];
    await run('run-2');
    expect(world.records()).toEqual([]);
    await release('a.example.com');
    await run('run-3');
    expect(world.records()).toContain('a.example.com A 203.0.113.7');
  });

  test('a run that worked on the zone meanwhile does not lose it', async () => {
    await held();
    objects(asks('a.example.com', '203.0.113.2'), asks('b.example.com', '203.0.113.2'));
    await run('run-3', { force: true });
    expect(world.records()).toContain('b.example.com A 203.0.113.2');
    await isHeld('a.example.com', 'frozen');
  });

  test.each<[string[], RegExp]>([
    [['b.example.com'], /b\.example\.com is not held by an undoing: held are a\.example\.com/],
    [[], /say what is released: held are a\.example\.com/],
  ])('what is not held is not released: %j', async (what, message) => {
    await held();
    await expect(release(...what)).rejects.toThrow(message);
  });

  test('an unwanted name waits for the guard again when it is released', async () => {
    world.config = configOf(
      'owner: arena\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]}\nguard: {deleteAfter: 10m}',
    );
    objects(asks('a.example.com', '203.0.113.1'));
    await run('run-1');
    objects(asks('a.example.com', '203.0.113.2'));
    await run('run-2');
    await put('run-2');
    objects();
    await run('run-3');
    world.clock.advance(DAY / 2);
    await run('run-4');
    await release('a.example.com');
    expect((await run('run-5')).reasons).toMatchObject({ grace: 1 });
    expect(world.records()).toEqual(A1);
  });
});
