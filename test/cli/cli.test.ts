import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { parse } from 'yaml';
import type { RunResult } from '../../lib/model/index.ts';
import type { RecordJson } from '../../local/emulators/route53/json.ts';
import { startWorld, type World } from '../../local/world.ts';
import { NLB, service } from '../support/objects.ts';
import { runFairlead } from './program.ts';

const ZONE = 'Z0EXAMPLE0000000001';
let world: World;
let folder: string;

beforeAll(async () => {
  world = await startWorld({ throttle: false });
  const cluster = await world.addCluster({ name: 'prod' });
  cluster.apply(service('a', { hostname: 'a.example.com' }, [NLB]));
  cluster.apply(service('b', { hostname: 'b.example.com' }, ['203.0.113.7']));
  folder = await mkdtemp(join(tmpdir(), 'fairlead-cli-'));
});
afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  world.route53.load([
    {
      id: ZONE,
      name: 'example.com.',
      records: [{ name: 'www.example.com.', type: 'A', ttl: 60, values: ['192.0.2.1'] }],
    },
  ]);
  await config();
});

const config = (more = '', name = 'fairlead.yml') =>
  writeFile(
    join(folder, name),
    `owner: arena\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]}\n${more}`,
  );

const fairlead = (...args: string[]) => fairleadIn({}, ...args);

/** With these variables of the environment besides; undefined: without. */
const fairleadIn = (more: Record<string, string | undefined>, ...args: string[]) =>
  runFairlead({ world, folder, more }, ...args);

const json = ({ out }: { out: string }) => JSON.parse(out) as RunResult;

describe('fairlead', () => {
  test('validate reads the config alone, and says what it says', async () => {
    const nowhere = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
    expect(await fairleadIn(nowhere, 'validate')).toEqual({
      code: 0,
      err: '',
      out: 'fairlead.yml is valid: 1 cluster (prod: owner arena); 2 sources (service, ingress); zones of example.com; policy sync\n',
    });
    const whole = await fairleadIn(nowhere, 'validate', '--json');
    expect(JSON.parse(whole.out)).toMatchObject({ policy: 'sync', zones: { domains: ['example.com'] } });
    await config('polcy: sync');
    expect(await fairleadIn(nowhere, 'validate')).toMatchObject({ code: 1, err: expect.stringContaining('polcy') });
    await config('claims: [{clusters: [prdo]}]');
    expect(await fairleadIn(nowhere, 'validate')).toMatchObject({
      code: 0,
      err: 'fairlead: warning: claims[0].clusters[0]: "prdo" fits none of the clusters: did you mean prod?\n',
      out: expect.stringContaining('is valid'),
    });
    const file = 'clusters: [{name: a, kubeconfig: none.yml}, {name: b, kubeconfig: k.yml, context: lab}]';
    await writeFile(join(folder, 'lab.yml'), file);
    await writeFile(join(folder, 'k.yml'), world.clusters.get('prod')!.kubeconfig());
    const { code, err } = await fairleadIn(nowhere, 'validate', '--config', 'lab.yml');
    expect(code).toBe(1);
    expect(err).toMatch(/cluster a: kubeconfig .*none\.yml cannot be read/);
    expect(err).toMatch(/cluster b: kubeconfig .*k\.yml has no context lab; set `context` to one of: prod/);
  });

  test('doctor finds all well where all is well, and exits 2 where something is not, saying what mends it', async () => {
    await config('state: {store: ./state}');
    const dns = ['--dns-server', `127.0.0.1:${world.dns.port}`];
    // FAIRLEAD_DNS_SERVER is in the environment of the local world.
    const well = await fairlead('doctor');
    expect(well).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/\n0 bad, /) });
    for (const found of [
      'record sets can be changed',
      'the world asks its name servers',
      'can be listed: service, ingress',
    ])
      expect(well.out).toContain(found);
    expect(well.out).not.toContain(world.env().AWS_SECRET_ACCESS_KEY);

    const { faults } = world.clusters.get('prod')!;
    await config('state: {store: ./state}\nkubernetesEvents: true');
    expect((await fairlead('doctor', ...dns)).out).toContain('Events may be written on its objects');
    faults.deny('events', 'create');
    const silent = await fairlead('doctor', ...dns);
    faults.permit('events');
    expect(silent.out).toMatch(
      /doubt +clusters: prod: Events may not be written on its objects.*\n +→ npm run -s cluster-role/,
    );

    await writeFile(
      join(folder, 'fairlead.yml'),
      'clusters: [{name: prot, region: us-east-1}]\nzones: {domains: [example.org]}',
    );
    const ill = await fairlead('doctor', '--json', ...dns);
    expect(ill.code).toBe(2);
    const { checks } = JSON.parse(ill.out) as {
      checks: { status: string; area: string; found: string; remedy: string }[];
    };
    const bad = checks.filter(({ status }) => status === 'bad');
    expect(bad.map(({ area }) => area)).toEqual(['zones', 'clusters']);
    expect(bad[1]).toMatchObject({
      found: expect.stringContaining('does not exist'),
      remedy: expect.stringContaining('check `name`'),
    });

    await config('polcy: sync');
    expect(await fairlead('doctor')).toMatchObject({ code: 1, err: expect.stringContaining('polcy') });
  });

  test('import-args writes a fairlead.yml that validate accepts, and says what has no equivalent', async () => {
    const flags = ['--source=service', '--txt-owner-id=arena', '--domain-filter=example.com', '--aws-profile=x'];
    const { code, out, err } = await fairlead(
      'import-args',
      '--cluster',
      'prod',
      '--region',
      'us-east-1',
      '--',
      ...flags,
    );
    expect({ code, err }).toEqual({
      code: 2,
      err: expect.stringMatching(/^fairlead: no equivalent: --aws-profile: .*\n$/),
    });
    await writeFile(join(folder, 'fairlead.yml'), out);
    expect(await fairlead('validate')).toMatchObject({ code: 0, out: expect.stringContaining('prod: owner arena') });
    expect(await fairlead('import-args', 'no-such-file')).toMatchObject({
      code: 1,
      err: expect.stringContaining('no-such-file cannot be read'),
    });
  });

  test('plan says what would change, writes nothing, and exits 2 while there is something to do', async () => {
    const plan = await fairlead('plan', '--json');
    expect(plan.code).toBe(2);
    expect(json(plan)).toMatchObject({ mode: 'plan', inStep: false, counts: { created: 3, updated: 0, deleted: 0 } });
    expect(world.route53.dump()[0]!.records).toHaveLength(1);
  });

  test('a plan that is kept in a file is applied as it is, or not at all', async () => {
    const plan = await fairlead('plan', '--out', 'plan.json');
    expect(plan).toMatchObject({ code: 2, err: expect.stringContaining('fairlead sync --plan plan.json') });
    expect(await fairlead('sync', '--plan', 'plan.json', '--force')).toMatchObject({ code: 1, out: '' });
    await config('records: {ttl: 60}', 'other.yml');
    expect(await fairlead('sync', '--plan', 'plan.json', '--config', 'other.yml')).toMatchObject({
      code: 1,
      err: expect.stringContaining('the config is another one'),
    });
    expect(world.route53.dump()[0]!.records).toHaveLength(1);
    const sync = await fairlead('sync', '--plan', 'plan.json', '--json');
    expect(sync.code).toBe(0);
    expect(json(sync)).toMatchObject({ mode: 'sync', counts: { created: 3 } });
    expect(await fairlead('sync', '--plan', 'plan.json')).toMatchObject({
      code: 1,
      err: expect.stringContaining('the plan is not applied, since the world has changed'),
    });
    expect(await fairlead('sync', '--plan', 'fairlead.yml')).toMatchObject({
      code: 1,
      err: expect.stringContaining('fairlead.yml is not a plan'),
    });
    expect(await fairlead('plan', '--out', 'no/such/folder')).toMatchObject({ code: 1 });
  });

  test('plan --with says what manifests would bring about', async () => {
    const { status: _, ...more } = service('b', { hostname: 'b.example.com,more.example.com' }, []);
    const fresh = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'i' },
      spec: { rules: [{ host: 'a.example.com' }] },
    };
    await mkdir(join(folder, 'deploy'), { recursive: true });
    await writeFile(
      join(folder, 'deploy', 'all.yaml'),
      `${JSON.stringify(more)}\n---\n${JSON.stringify(fresh)}\n---\nkind: Secret\n`,
    );
    await fairlead('sync');
    const preview = await fairlead('plan', '--with', 'deploy', '--json');
    expect(preview).toMatchObject({ code: 2, err: '' });
    const { with: about, ...result } = JSON.parse(preview.out) as RunResult & { with: object };
    expect(about).toEqual({
      cluster: 'prod',
      manifests: 2,
      added: ['ingress/default/i'],
      pruned: [],
      skipped: { Secret: 1 },
    });
    expect(result.zones[0]!.changes.map(change => `${change.action} ${change.name}`)).toEqual([
      'create more.example.com',
    ]);
    expect(result.findings).toEqual([expect.objectContaining({ reason: 'conflict', name: 'a.example.com' })]);
    expect((await fairlead('plan', '--with', 'deploy')).out).toContain('2 manifests over the objects of prod (1 new)');
    const piped = { world, folder, input: `${JSON.stringify(more)}\n---\n${JSON.stringify(fresh)}\n` };
    expect((await runFairlead(piped, 'plan', '--with', '-')).out).toContain(
      '2 manifests over the objects of prod (1 new)',
    );
    expect((await fairlead('plan', '--with', 'deploy', '--prune')).out).toContain('1 pruned: service/default/a');
    expect(await fairlead('plan', '--with', 'nowhere')).toMatchObject({
      code: 1,
      err: expect.stringContaining('nowhere cannot be read'),
    });
    await writeFile(join(folder, 'deploy', 'bad.yaml'), 'kind: [\n');
    expect(await fairlead('plan', '--with', 'deploy')).toMatchObject({
      code: 1,
      err: expect.stringContaining('deploy/bad.yaml:2: is not YAML'),
    });
    await rm(join(folder, 'deploy'), { recursive: true });
  });

  test('plan --format markdown is for a pull request', async () => {
    const { code, out } = await fairlead('plan', '--format', 'markdown');
    expect(code).toBe(2);
    expect(out).toContain('| + create | b.example.com | A |');
    expect((await fairlead('plan', '--output', 'markdown')).out.split('\n').slice(1)).toEqual(out.split('\n').slice(1));
    expect(await fairlead('plan', '--format', 'xml')).toMatchObject({ code: 1 });
  });

  test('sync makes it so and exits 0, for people in a table', async () => {
    const sync = await fairlead('sync');
    expect(sync).toMatchObject({ code: 0, err: '' });
    expect(sync.out).toMatch(/\+ create {2}a\.example\.com {2}A {5}alias n1-/);
    expect(sync.out).toMatch(/in step: done: 3 created, 0 updated, 0 deleted/);
    expect((await fairlead('plan')).code).toBe(0);
  });

  test('the exit code tells changes from trouble, as terraform’s', async () => {
    const code = async (...more: string[]) => (await fairlead('plan', '--detailed-exitcode', ...more)).code;
    expect(await code()).toBe(2);
    await fairlead('sync');
    expect(await code()).toBe(0);
    expect((await fairlead('plan', '--quiet', '--detailed-exitcode')).out).toBe('');
  });

  test('a result comes in the form that is asked for', async () => {
    const out = async (...args: string[]) => (await fairlead('plan', '--output', ...args)).out;
    expect(JSON.parse(await out('json'))).toMatchObject({ mode: 'plan', counts: { created: 3 } });
    expect(parse(await out('yaml'))).toMatchObject({ mode: 'plan', counts: { created: 3 } });
    expect(await out('name')).toBe('a.example.com\nb.example.com\n');
    expect(await out('markdown')).toContain(
      '| + create | b.example.com | A | 203.0.113.7 (300 s) | prod: service/default/b |',
    );
    expect(await out('table', '--verbose')).toMatch(/service: 3 objects\n[\s\S]*ListHostedZones: 1 call/);
  });

  test('colours are for those who ask, in a pipe as well', async () => {
    expect((await fairleadIn({ FORCE_COLOR: '1' }, 'plan')).out).toContain('\u001b[32m+ create\u001b[39m');
  });

  test('help has examples, exit codes and the environment; a shell learns every command', async () => {
    const { out } = await fairlead('--help');
    expect(out).toMatch(/Examples:[\s\S]*Exit codes:[\s\S]*Environment:[\s\S]*AWS_PROFILE/);
    const commands = [...out.matchAll(/^ {2}([a-z-]+) (?:\[|<)/gm)].map(([, name]) => name as string);
    expect(commands).toEqual(expect.arrayContaining(['plan', 'sync', 'records', 'validate', 'init']));
    for (const shell of ['bash', 'fish']) {
      const script = (await fairlead('completion', shell)).out;
      for (const command of commands.filter(name => name !== 'help')) expect(script).toContain(command);
      expect(script).toContain('markdown');
    }
  });

  test('init writes a config that is valid, and writes none over', async () => {
    const flags = ['--config', 'new.yml', '--cluster', 'prod', '--region', 'us-east-1', '--domain', 'example.com'];
    expect(await fairlead('init', ...flags)).toMatchObject({ code: 0, out: expect.stringContaining('fairlead plan') });
    expect((await fairlead('validate', '--config', 'new.yml')).out).toMatch(
      /prod: owner fairlead.*zones of example\.com/,
    );
    expect(await fairlead('init', ...flags)).toMatchObject({ code: 1, err: expect.stringContaining('there already') });
    const bad = await fairlead('init', '--config', 'bad2.yml', '--cluster', 'a b', '--region', 'x', '--domain', 'y');
    expect(bad).toMatchObject({ code: 1, err: expect.stringContaining('clusters[0].name') });
    expect((await fairlead('init', '--config', 'c.yml')).err).toMatch(/give --cluster, --region, --domain/);
  });

  test('records lists what is ours, or with --all everything', async () => {
    await fairlead('sync');
    const own = JSON.parse((await fairlead('records', '--json')).out) as {
      record: { name: string };
      owner: string;
      resource: string;
    }[];
    expect(own.map(({ record, owner, resource }) => [record.name, owner, resource])).toContainEqual([
      'b.example.com',
      'arena',
      'service/default/b',
    ]);
    expect(own).toHaveLength(3);
    expect((await fairlead('records', '--all')).out).toMatch(/www\.example\.com/);
  });

  test('with a state folder, a second sync makes no call', async () => {
    await config('state: {store: ./state}\n');
    await fairlead('sync');
    expect(json(await fairlead('sync', '--json'))).toMatchObject({ calls: {}, inStep: true });
    expect(json(await fairlead('sync', '--json', '--force')).calls).toMatchObject({ ListHostedZones: 1 });
  });

  test('zones of another account are reached in its role', async () => {
    const account = '222222222222';
    const arn = `arn:aws:iam::${account}:role/zones`;
    world.addRole({ arn });
    world.addZone({ id: 'ZELSEWHERE', name: 'example.com.', account });
    await writeFile(
      join(folder, 'fairlead.yml'),
      `owner: arena\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com], roleArn: '${arn}'}\n`,
    );
    const sync = json(await fairlead('sync', '--json'));
    world.route53.store.zones.delete('ZELSEWHERE');
    expect(sync.zones.map(({ id }) => id)).toEqual(['ZELSEWHERE']);
    expect(sync.counts.created).toBe(3);
  });

  describe('records', () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, n) => ({
        ...{ name: `h${n}.example.com.`, type: 'TXT', ttl: 60, values: ['"plain"'] },
      }));
    const load = (records: RecordJson[]) => world.route53.load([{ id: ZONE, name: 'example.com.', records }]);

    test('are whole in a pipe, and as many as a person asks for', async () => {
      load(many(450));
      expect((await fairlead('records', '--all')).out.match(/^h\d+\.example\.com /gm)).toHaveLength(450);
      const some = await fairlead('records', '--all', '--limit', '5', '--name', 'h*');
      expect(some.out.match(/^h\d+\.example\.com /gm)).toHaveLength(5);
      expect(some.out).toMatch(/and 445 more/);
    });

    test.each<[string, string[], string[]]>([
      ['--name', ['--name', '*.shop.example.com'], ['a.shop.example.com']],
      [
        '--name, more than one',
        ['--name', 'a.example.com', '--name', 'www.example.com.'],
        ['a.example.com', 'a.example.com', 'www.example.com'],
      ],
      ['--owner', ['--owner', 'arena'], ['a.example.com', 'a.example.com', 'b.example.com']],
      ['--owner with *', ['--owner', 'ar*a'], ['a.example.com', 'a.example.com', 'b.example.com']],
      ['--cluster', ['--cluster', 'prod', '--name', 'b*'], ['b.example.com']],
      ['--cluster with *', ['--cluster', 'pr*', '--name', 'b*'], ['b.example.com']],
      ['--zone', ['--zone', 'other.*'], []],
      ['--zone by id', ['--zone', ZONE, '--name', 'www*'], ['www.example.com']],
    ])('are narrowed by %s', async (_rule, args, names) => {
      load([
        { name: 'www.example.com.', type: 'A', ttl: 60, values: ['192.0.2.1'] },
        { name: 'a.shop.example.com.', type: 'A', ttl: 60, values: ['192.0.2.1'] },
      ]);
      await fairlead('sync');
      const { out } = await fairlead('records', '--all', '--json', ...args);
      const listed = JSON.parse(out) as { record: { name: string; type: string } }[];
      expect(
        listed.filter(({ record }) => ['A', 'AAAA'].includes(record.type)).map(({ record }) => record.name),
      ).toEqual(names);
    });

    test('--cluster has what a cluster left behind that is not in the config any more', async () => {
      const labels =
        'heritage=external-dns,external-dns/cluster=old,external-dns/owner=arena,external-dns/resource=service/x/y';
      load([
        { name: 'left.example.com.', type: 'A', ttl: 60, values: ['192.0.2.1'] },
        { name: 'a-left.example.com.', type: 'TXT', ttl: 60, values: [`"${labels}"`] },
      ]);
      await fairlead('sync');
      const { out } = await fairlead('records', '--json', '--cluster', 'old');
      expect(JSON.parse(out)).toMatchObject([{ record: { name: 'left.example.com' }, cluster: 'old', left: ['old'] }]);
      expect((await fairlead('records', '--json', '--cluster', 'prod')).out).not.toContain('left.example.com');
    });

    test('that none fits are told from those that are not there', async () => {
      const none = await fairlead('records', '--name', 'nope.example.com', '--owner', 'x*');
      expect(none.out).toBe(
        'none of the 0 record sets of ours in the selected zones (--all: everybody’s) fits --name nope.example.com --owner x*\n',
      );
      expect(await fairlead('records', '--cluster', 'nope*')).toMatchObject({
        code: 1,
        err: expect.stringContaining('the config has no cluster "nope*"; it has prod'),
      });
    });

    test('end quietly when nobody reads on', async () => {
      load(many(2_000));
      const env = { PATH: process.env.PATH ?? '', NODE_NO_WARNINGS: '1', ...world.env() };
      const child = spawn('sh', ['-c', `"${process.execPath}" "${inject('command')}" records --all | head -n 1`], {
        cwd: folder,
        env,
      });
      let err = '';
      child.stderr.on('data', data => {
        err += data;
      });
      await once(child, 'close');
      expect(err).toBe('');
    });
  });

  test('Ctrl-C begins nothing more, and says what was done and what is left', async () => {
    const env = { PATH: process.env.PATH ?? '', NODE_NO_WARNINGS: '1', ...world.env() };
    const child = spawn(process.execPath, [inject('command'), 'sync', '--json'], { cwd: folder, env });
    let [out, err] = ['', ''];
    child.stdout.on('data', data => {
      out += data;
    });
    child.stderr.on('data', data => {
      err += data;
    });
    // While it waits for the zone, which it is given all the same.
    const act = () => void child.kill('SIGINT');
    world.route53.faults.interrupt({ operation: 'ListResourceRecordSets', call: 1, moment: 'before', act });
    const [code] = await once(child, 'close');
    expect(err).toMatch(/stopping: nothing more is begun/);
    expect(code).toBe(2);
    expect(json({ out })).toMatchObject({ inStep: false, counts: { created: 0 } });
  });

  test('what a terminal would obey is shown instead', async () => {
    const evil = '\u001b[2J\u009b2K\u202eelgoog';
    world.route53.load([
      {
        id: ZONE,
        name: 'example.com.',
        records: [{ name: 'x.example.com.', type: 'TXT', ttl: 60, values: [`"${evil}"`] }],
      },
    ]);
    const { out } = await fairlead('records', '--all');
    expect(out).toContain('\\u001b[2J\\u009b2K\\u202eelgoog');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may be there
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    const piped = (await fairlead('records', '--all', '--json')).out;
    expect(piped).not.toContain('\u009b');
    expect(
      JSON.parse(piped).find(({ record }: { record: { name: string } }) => record.name === 'x.example.com').record
        .values,
    ).toEqual([`"${evil}"`]);
  });

  describe('with AWS’s shared files', () => {
    const profile = (AWS_PROFILE: string) => ({
      ...{ AWS_PROFILE, AWS_REGION: undefined, AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined },
      ...{ AWS_CONFIG_FILE: join(folder, 'aws'), AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none') },
    });
    beforeEach(async () => {
      const { AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: secret } = world.env();
      const lines = [
        ...['[profile work]', 'region = us-east-1', `aws_access_key_id = ${key}`, `aws_secret_access_key = ${secret}`],
        ...['[profile guarded]', 'region = us-east-1', 'source_profile = work'],
        ...['role_arn = arn:aws:iam::123456789012:role/x', 'mfa_serial = arn:aws:iam::123456789012:mfa/jane'],
        ...['[sso-session corp]', 'sso_region = us-east-1'],
      ];
      await writeFile(join(folder, 'aws'), lines.join('\n'));
      await writeFile(
        join(folder, 'fairlead.yml'),
        'owner: arena\nclusters: [{name: prod}]\nzones: {domains: [example.com]}',
      );
    });

    test('takes the region and the keys of the profile', async () => {
      expect(json(await fairleadIn(profile('work'), 'sync', '--json'))).toMatchObject({
        inStep: true,
        counts: { created: 3 },
      });
    });

    test('names a profile that is not there, and those that are', async () => {
      const { code, err } = await fairleadIn(profile('wrok'), 'plan');
      expect(code).toBe(1);
      expect(err).toMatch(/AWS_PROFILE: there is no profile "wrok" in .*; they have guarded, work/);
    });

    test('says which code a profile asks for where nobody can be asked', async () => {
      const { code, err, out } = await fairleadIn(profile('guarded'), 'plan');
      expect(code).toBe(1);
      expect(err + out).toMatch(/asks for a code of arn:aws:iam::123456789012:mfa\/jane, and there is no terminal/);
    });
  });

  test.each<[string, string[], RegExp]>([
    ['a config that is not there', ['sync', '--config', 'none.yml'], /none\.yml/],
    [
      'a cluster that is not in the config',
      ['sync', '--cluster', 'nope'],
      /the config has no cluster "nope"; it has prod/,
    ],
    [
      'a forced run for a cluster that nobody knows',
      ['sync', '--force', '--cluster', 'nope'],
      /the config has no cluster "nope", and no ownership record .* the config has prod/,
    ],
    ['an unknown command', ['synk'], /unknown command 'synk'/],
    ['an unknown option', ['sync', '--foo'], /unknown option '--foo'/],
    ['no command', [], /Usage: fairlead/],
  ])('%s: exit 1 and a message', async (_, args, message) => {
    const { code, err } = await fairlead(...args);
    expect(code).toBe(1);
    expect(err).toMatch(message);
  });

  test('a config with mistakes: every one with its path and what is allowed', async () => {
    await config('polcy: sync\nrecords: {ttl: soon}\n', 'bad.yml');
    const { code, err } = await fairlead('sync', '--config', 'bad.yml');
    expect(code).toBe(1);
    expect(err).toMatch(/bad\.yml:4:1: polcy: .*policy/);
    expect(err).toMatch(/bad\.yml:5:11: records\.ttl: "soon" is not a TTL/);
  });

  test('what could not run is JSON too, for machines', async () => {
    const { code, out } = await fairlead('sync', '--json', '--cluster', 'nope');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual({ error: { name: 'UnknownTarget', message: expect.stringContaining('nope') } });
  });

  test('without the right to list zones it says so, and exits 1', async () => {
    world.route53.faults.denied.add('ListHostedZones');
    const { code, err } = await fairlead('sync');
    world.route53.faults.denied.clear();
    expect(code).toBe(1);
    expect(err).toMatch(/ListHostedZones/);
  });
});
