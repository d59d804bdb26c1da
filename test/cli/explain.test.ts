import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startWorld, type World } from '../../local/world.ts';
import { NLB, service } from '../support/objects.ts';
import { runFairlead } from './program.ts';

let world: World;
let folder: string;

beforeAll(async () => {
  world = await startWorld({ throttle: false });
  const cluster = await world.addCluster({ name: 'prod' });
  cluster.apply(service('a', { hostname: 'a.example.com' }, [NLB]));
  cluster.apply(service('b', { hostname: 'b.example.com' }, ['203.0.113.7']));
  cluster.apply(service('bad', { hostname: 'ok.example.com,no.example.org' }, ['203.0.113.8']));
  world.route53.load([{ id: 'Z0EXAMPLE0000000001', name: 'example.com.', records: [] }]);
  folder = await mkdtemp(join(tmpdir(), 'fairlead-explain-'));
  await config('folder.yml', 'state: {store: ./state}\n');
  await config('memory.yml');
  await fairlead('sync', '-c', 'folder.yml');
});
afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true });
});

const config = (name: string, more = '') =>
  writeFile(
    join(folder, name),
    `owner: arena\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]}\n${more}`,
  );

const fairlead = (...args: string[]) => runFairlead({ world, folder }, ...args);

describe('fairlead explain', () => {
  test('one hostname, on one screen, without a call', async () => {
    world.route53.journal.reset();
    const { code, out, err } = await fairlead('explain', 'A.example.com.', '-c', 'folder.yml');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^a\.example\.com is published as asked, for prod: service\/default\/a\n/);
    expect(out).toMatch(/A .*n1-.* ours: owner "arena", service\/default\/a \(TXT a-a\.example\.com\)/);
    expect(out).toMatch(/ASKED BY +prod: service\/default\/a → n1-.*: published/);
    expect(out).toMatch(/NEXT RUN +changes nothing here/);
    expect(out.split('\n').length).toBeLessThan(24);
    expect(world.route53.counts.calls).toEqual({});
  });

  test('as JSON, with the exit code of what is not published', async () => {
    const { code, out } = await fairlead('explain', 'no.example.org', '-c', 'folder.yml', '--json');
    expect(code).toBe(2);
    expect(JSON.parse(out)).toMatchObject({
      verdict: 'unknown',
      published: false,
      asking: [{ outcome: 'filtered', rule: 'filter' }],
      source: { origin: 'kept' },
    });
  });

  test('where nothing lasts it reads anew, and says so', async () => {
    const { code, out, err } = await fairlead('explain', 'b.example.com', '-c', 'memory.yml');
    expect(code).toBe(0);
    expect(err).toMatch(/state\.store is "memory", which keeps nothing on a terminal/);
    expect(out).toMatch(/FROM +read just now; nothing was written/);
  });

  test('--dns tells what a server answers, and what it cannot be asked', async () => {
    const server = `127.0.0.1:${world.dns.port}`;
    const { out } = await fairlead('explain', 'b.example.com', '-c', 'folder.yml', '--dns', server);
    expect(out).toContain(`WORLD      ${server} answers A 203.0.113.7`);
    const wrong = await fairlead('explain', 'b.example.com', '-c', 'folder.yml', '--dns', 'nonsense');
    expect(wrong).toMatchObject({
      code: 1,
      err: expect.stringMatching(/--dns: nonsense is not the address of a DNS server/),
    });
  });

  test.each([
    ['http://a.example.com', /is not a hostname: it is a URL/],
    ['203.0.113.7', /is not a hostname: it is an IP address/],
  ])('%s is refused', async (name, message) => {
    expect(await fairlead('explain', name, '-c', 'folder.yml')).toMatchObject({
      code: 1,
      err: expect.stringMatching(message),
    });
  });
});

describe('fairlead history', () => {
  test('what changed, when, for whom and why; the same within explain', async () => {
    const { code, out } = await fairlead('history', 'b.example.com', '-c', 'folder.yml');
    expect(code).toBe(0);
    expect(out).toMatch(
      /create +b\.example\.com +\+ A 203\.0\.113\.7.* +prod: service\/default\/b +an object asks for it \(manual\)/,
    );
    const lines = JSON.parse((await fairlead('history', 'service/default/*', '-c', 'folder.yml', '--json')).out);
    expect(lines.map(({ name }: { name: string }) => name).sort()).toEqual([
      'a.example.com',
      'b.example.com',
      'ok.example.com',
    ]);
    const explained = await fairlead('explain', 'b.example.com', '-c', 'folder.yml');
    expect(explained.out).toMatch(/LATELY +\d{4}-\d\d-\d\d .* create: an object asks for it \(manual, run \d+-/);
  });

  test.each([
    [['nothing.example.com', '-c', 'folder.yml'], 0, /no change of nothing\.example\.com in the last 7 days/],
    [['-c', 'folder.yml', '--run', 'none', '--since', '12h'], 0, /no change by the run none in the last 12 hours/],
    [['-c', 'folder.yml', '--since', 'yesterday'], 1, /give minutes, hours or days: 90m, 12h, 2d/],
    [['-c', 'memory.yml'], 1, /state\.store is "memory", which keeps nothing between two commands/],
  ])('%j', async (args, code, message) => {
    const ended = await fairlead('history', ...args);
    expect(ended.code).toBe(code);
    expect(ended.out + ended.err).toMatch(message);
  });
});

describe('fairlead why-not', () => {
  test('each hostname of an object, and what leaves one out', async () => {
    const { code, out } = await fairlead('why-not', 'svc/default/bad', '-c', 'folder.yml');
    expect(code).toBe(2);
    expect(out).toMatch(/prod: service\/default\/bad asks for 2 hostnames, and has 1/);
    expect(out).toMatch(/no\.example\.org → A 203\.0\.113\.8: filtered \(decided by: filter\)/);
    expect((await fairlead('why-not', 'Service/default/b', '-c', 'folder.yml')).code).toBe(0);
  });

  test.each([
    [['service/b'], /names no namespace: write KIND\/NAMESPACE\/NAME.*here service\/NAMESPACE\/b/],
    [['servise/default/b'], /"servise" is no kind of object.*did you mean service\?/],
    [['service/default/b', '--cluster', 'dev'], /the config has no cluster "dev"; it has prod/],
  ])('%j is refused', async (args, message) => {
    expect(await fairlead('why-not', ...args, '-c', 'folder.yml')).toMatchObject({
      code: 1,
      err: expect.stringMatching(message),
    });
  });
});
