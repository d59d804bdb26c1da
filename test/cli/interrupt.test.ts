import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { RunResult } from '../../lib/model/index.ts';
import type { LocalCluster } from '../../local/emulators/kubernetes/cluster.ts';
import { startWorld, type World } from '../../local/world.ts';
import { service } from '../support/objects.ts';
import { runFairlead } from './program.ts';
import { hasTerminals, type Started, startFairlead, startOnTerminal, until } from './terminal.ts';

const ZONE = 'Z0EXAMPLE0000000001';
/** Names that fill several change batches. */
const MANY = 1_500;
let world: World;
let cluster: LocalCluster;
let folder: string;
/** Operations of Route 53, as their requests come in. */
let arrived: string[];

beforeEach(async () => {
  world = await startWorld({ throttle: false });
  world.route53.load([{ id: ZONE, name: 'example.com.', records: [] }]);
  arrived = [];
  const { faults } = world.route53;
  const take = faults.takeFailure.bind(faults);
  faults.takeFailure = operation => {
    arrived.push(operation);
    return take(operation);
  };
  cluster = await world.addCluster({ name: 'prod' });
  folder = await mkdtemp(join(tmpdir(), 'fairlead-interrupt-'));
  await writeFile(
    join(folder, 'fairlead.yml'),
    'owner: arena\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]}\nstate: {store: ./state}\n',
  );
});
afterEach(async () => {
  await world.close();
  await rm(folder, { recursive: true });
});

const place = () => ({ world, folder });
/** Waits for requests that have come in, each of which is answered as late as the world's latency says. */
const reached = (name: string, count = 1) =>
  until(
    () => arrived.filter(operation => operation === name).length >= count,
    () => `${count} ${name} among ${arrived}`,
  );
const names = () => (world.route53.dump()[0]?.records ?? []).filter(({ type }) => type === 'A').map(({ name }) => name);
const apply = (count: number, target = '192.0.2.1') => {
  for (let i = 0; i < count; i++) cluster.apply(service(`a${i}`, { hostname: `a${i}.example.com` }, [target]));
};
const interrupt = ({ child }: Started) => child.kill('SIGINT');
const STOPPING = /stopping: nothing more is begun, the result comes in a moment \(Ctrl-C again ends at once\)/;

// Each starts several commands, which take long where many others are at work.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 60_000 });

describe('Ctrl-C', () => {
  test('while the zones are listed: nothing is read of the clusters, nothing is changed', async () => {
    apply(3);
    world.route53.faults.latencyMs = 1_500;
    const run = startFairlead(place(), 'sync', '--json');
    await reached('ListHostedZones');
    interrupt(run);
    await run.saw(STOPPING);
    expect(await run.ended()).toBe(2);
    const { findings } = JSON.parse(run.said.out) as RunResult;
    expect(findings.map(({ message }) => message)).toEqual([
      'the hosted zone example.com (Z0EXAMPLE0000000001) could not be read: stopped by Ctrl-C',
      expect.stringMatching(
        /^prod: service, ingress objects could not be read, .*reading was stopped: stopped by Ctrl-C$/,
      ),
    ]);
    expect(arrived).toEqual(['ListHostedZones']);
    expect(names()).toEqual([]);
  });

  test('while the record sets are listed: what was not read is said, and nothing is changed', async () => {
    apply(3);
    world.route53.faults.latencyMs = 700;
    const run = startFairlead(place(), 'sync', '--json');
    await reached('ListResourceRecordSets');
    interrupt(run);
    await run.saw(STOPPING);
    expect(await run.ended()).toBe(2);
    const result = JSON.parse(run.said.out) as RunResult;
    expect(result).toMatchObject({ inStep: false, counts: { created: 0 } });
    expect(JSON.stringify(result.findings)).toContain('stopped by Ctrl-C');
    expect(names()).toEqual([]);
  });

  test('while a cluster is read: its records stay as they are, and it is told why', async () => {
    apply(3);
    expect((await runFairlead(place(), 'sync')).code).toBe(0);
    cluster.delete({ kind: 'Service', name: 'a0', namespace: 'default' });
    cluster.faults.latencyMs = 50_000;
    world.eks.journal.reset();
    const run = startFairlead(place(), 'sync', '--json');
    await until(
      () => world.eks.journal.total > 0,
      () => 'DescribeCluster',
    );
    interrupt(run);
    expect(await run.ended()).toBe(2);
    const { clusters, findings } = JSON.parse(run.said.out) as RunResult;
    expect(clusters).toMatchObject([{ state: 'unreachable' }]);
    expect(findings).toMatchObject([
      { reason: 'unreadable', message: expect.stringContaining('stopped by Ctrl-C') },
      { reason: 'frozen', message: expect.stringMatching(/^3 names .* are kept/) },
    ]);
    expect(names()).toHaveLength(3);
  });

  test('during a change batch: it is answered and kept in the history, no other is begun, and what is left is told', async () => {
    apply(MANY);
    world.route53.faults.latencyMs = 1_000;
    const run = startFairlead(place(), 'sync', '--json');
    await reached('ChangeResourceRecordSets');
    interrupt(run);
    await run.saw(STOPPING);
    expect(await run.ended()).toBe(2);
    world.route53.faults.latencyMs = 0;
    const result = JSON.parse(run.said.out) as RunResult;
    const made = names();
    expect(made.length).toBeGreaterThan(0);
    expect(made.length).toBeLessThan(MANY);
    // The result, the zone and the history say the same.
    expect(result).toMatchObject({ inStep: false, counts: { created: made.length } });
    const history = JSON.parse((await runFairlead(place(), 'history', '--json')).out) as { name: string }[];
    expect(history.map(({ name }) => `${name}.`).sort()).toEqual([...made].sort());
    const deferred = result.findings.filter(({ reason }) => reason === 'deferred');
    expect(deferred[0]?.message).toContain('Ctrl-C');
    // And the next run does the rest, and only that.
    const rest = JSON.parse((await runFairlead(place(), 'sync', '--json')).out) as RunResult;
    expect(rest).toMatchObject({ inStep: true, counts: { created: MANY - made.length, updated: 0 } });
  });

  test('a second time ends at once, and the next run finds out what was done', async () => {
    apply(MANY);
    world.route53.faults.latencyMs = 2_500;
    const run = startFairlead(place(), 'sync', '--json');
    await reached('ChangeResourceRecordSets');
    interrupt(run);
    await run.saw(STOPPING);
    interrupt(run);
    expect(await run.ended()).toBe(130);
    expect(run.said.out).toBe('');
    world.route53.faults.latencyMs = 0;
    // The lease that it left ends by itself.
    expect(JSON.parse((await runFairlead(place(), 'sync', '--json')).out)).toMatchObject({ inStep: true });
    expect(names()).toHaveLength(MANY);
  });
});

// script is a part of util-linux: every Linux has it, other systems may not.
describe.skipIf(!hasTerminals)('on a terminal', () => {
  test('progress is shown while zones are read and changes are made, and is gone when the result comes', async () => {
    apply(MANY);
    world.route53.faults.latencyMs = 700;
    const run = startOnTerminal(place(), 'sync', '--limit', '3');
    expect(await run.ended()).toBe(0);
    // Written over in place: a carriage return, and the line wiped.
    const shown = run.said.out.split('\r\u001b[2K').slice(1);
    expect(shown.some(text => /^changes made: \d+ of 1500$/.test(text))).toBe(true);
    // Wiped before the result, which is last.
    expect(shown.at(-1)).toMatch(/done: 1500 created, 0 updated/);
    // What is not a terminal gets none.
    expect((await runFairlead(place(), 'sync', '--force', '--yes')).err).toBe('');
  });

  test('a forced sync asks before it removes; Ctrl-C at the question removes nothing', async () => {
    apply(3);
    expect((await runFairlead(place(), 'sync')).code).toBe(0);
    cluster.delete({ kind: 'Service', name: 'a0', namespace: 'default' });
    const run = startOnTerminal(place(), 'sync', '--force');
    await run.saw(/Remove them\?/);
    run.child.stdin?.write('\u0003');
    expect(await run.ended()).toBe(2);
    expect(names()).toHaveLength(3);
    const no = startOnTerminal(place(), 'sync', '--force');
    await no.saw(/Remove them\?/);
    no.child.stdin?.write('n\n');
    expect(await no.ended()).toBe(2);
    expect(names()).toHaveLength(3);
    const yes = startOnTerminal(place(), 'sync', '--force');
    await yes.saw(/Remove them\?/);
    yes.child.stdin?.write('y\n');
    expect(await yes.ended()).toBe(0);
    expect(names()).toHaveLength(2);
  });

  const guarded = async () => {
    const { AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: secret } = world.env();
    world.addRole({ arn: 'arn:aws:iam::123456789012:role/x' });
    const lines = [
      ...['[profile work]', 'region = us-east-1', `aws_access_key_id = ${key}`, `aws_secret_access_key = ${secret}`],
      ...['[profile guarded]', 'region = us-east-1', 'source_profile = work'],
      ...['role_arn = arn:aws:iam::123456789012:role/x', 'mfa_serial = arn:aws:iam::123456789012:mfa/jane'],
    ];
    await writeFile(join(folder, 'aws'), lines.join('\n'));
    const more = {
      ...{ AWS_PROFILE: 'guarded', AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined },
      ...{ AWS_CONFIG_FILE: join(folder, 'aws'), AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none') },
    };
    return { ...place(), more };
  };

  test('a role that wants a code asks for it once, and the run goes on', async () => {
    apply(3);
    const run = startOnTerminal(await guarded(), 'sync');
    await run.saw(/MFA code of arn:aws:iam::123456789012:mfa\/jane: /);
    run.child.stdin?.write('123456\n');
    expect(await run.ended()).toBe(0);
    expect(run.said.out.match(/MFA code of/g)).toHaveLength(1);
    expect(names()).toHaveLength(3);
  });

  test('Ctrl-C at the code ends it, and so does the end of what is typed', async () => {
    for (const typed of ['\u0003', '\u0004']) {
      const run = startOnTerminal(await guarded(), 'sync');
      await run.saw(/MFA code of/);
      run.child.stdin?.write(typed);
      expect(await run.ended()).toBe(1);
      expect(run.said.out).toMatch(/no code of arn:aws:iam::123456789012:mfa\/jane was given/);
      expect(run.said.out.match(/MFA code of/g)).toHaveLength(1);
    }
  });
});
