import { describe, expect, test } from 'vitest';
import { Route53Error } from '../../lib/route53/index.ts';
import type { ZoneJson } from '../../local/emulators/route53/index.ts';
import { configOf, EXAMPLE_ZONE, harness } from '../support/harness.ts';
import { ALB, NLB, service } from '../support/objects.ts';

const ABOVE = EXAMPLE_ZONE.id as string;
const BELOW = 'Z0TEAM';
const TEAM: ZoneJson = { id: BELOW, name: 'team.example.com.', records: [] };
/** As ExternalDNS writes it: the ownership of the lower zone's apex stands in the zone above. */
const APEX: ZoneJson[] = [
  {
    ...EXAMPLE_ZONE,
    records: [
      {
        name: 'a-team.example.com.',
        type: 'TXT',
        ttl: 300,
        values: ['"heritage=external-dns,external-dns/owner=arena,external-dns/resource=service/default/apex"'],
      },
    ],
  },
  { ...TEAM, records: [{ name: 'team.example.com.', type: 'A', ttl: 300, values: ['203.0.113.1'] }] },
];

const world = (hostname: string, zones: readonly ZoneJson[] = [EXAMPLE_ZONE, TEAM]) =>
  harness({ zones, clusters: { prod: { objects: [service('apex', { hostname }, ['203.0.113.1'])] } } });

const unreadable = (id: string) => ({
  before(operation: string, zone?: string) {
    if (operation === 'listRecordSets' && zone === id) throw new Route53Error('denied', 'AccessDenied', 'no');
  },
});

describe('while a zone cannot be read', () => {
  test('its names are not published in the zone above it, and the reason is told', async () => {
    const here = world('x.team.example.com');
    here.hooks = unreadable(BELOW);
    const result = await here.run();
    expect(here.records(ABOVE)).toEqual([]);
    expect(result.findings).toContainEqual(
      expect.objectContaining({ reason: 'unreadable', name: 'x.team.example.com', zone: BELOW }),
    );
    here.hooks = {};
    await here.run();
    expect(here.records(BELOW)).toContain('x.team.example.com A 203.0.113.1');
    expect(here.records(ABOVE)).toEqual([]);
  });

  test('the ownership of its apex, which the zone above it holds, stays there', async () => {
    const here = world('team.example.com', APEX);
    const before = here.records(ABOVE);
    here.hooks = unreadable(BELOW);
    await here.run();
    expect(here.records(ABOVE)).toEqual(before);
    here.hooks = {};
    expect((await here.run()).inStep).toBe(true);
    here.clusters.prod = { objects: [] };
    await here.run();
    await here.run();
    expect([...here.records(ABOVE), ...here.records(BELOW)]).toEqual([]);
  });
});

/** The parent gets the child's own name servers. */
function delegate(here: ReturnType<typeof world>) {
  const servers = here.store.records(BELOW).find(({ type }) => type === 'NS');
  here.store.edit(ABOVE, {
    put: [{ name: 'team.example.com.', type: 'NS', ttl: 300, values: servers?.values ?? [] }],
  });
}

describe('a zone is made below the one that has the name', () => {
  const A = 'x.team.example.com A 203.0.113.1';
  const split = async () => {
    const here = world('x.team.example.com', [EXAMPLE_ZONE]);
    await here.run();
    here.store.addZone({ id: BELOW, name: 'team.example.com.' });
    here.clock.advance(60 * 60_000);
    return here;
  };

  test('as long as it is not delegated, the name stays above and is kept up to date, and that is told', async () => {
    const here = await split();
    const result = await here.run();
    expect([here.records(ABOVE).includes(A), here.records(BELOW).includes(A)]).toEqual([true, true]);
    expect(result.findings).toEqual([
      expect.objectContaining({ reason: 'warning', zone: BELOW, message: expect.stringContaining('not delegated') }),
    ]);
    here.clusters.prod = { objects: [service('apex', { hostname: 'x.team.example.com' }, ['203.0.113.2'])] };
    await here.run();
    for (const zone of [ABOVE, BELOW]) expect(here.records(zone)).toContain('x.team.example.com A 203.0.113.2');
    here.clusters.prod = { objects: [] };
    await here.run();
    expect([...here.records(ABOVE), ...here.records(BELOW)]).toEqual([]);
  });

  test('a new name is made below only', async () => {
    const here = await split();
    here.clusters.prod!.objects.push(service('new', { hostname: 'new.team.example.com' }, ['203.0.113.3']));
    await here.run();
    expect(here.records(ABOVE).join()).not.toContain('new.team');
    expect(here.records(BELOW)).toContain('new.team.example.com A 203.0.113.3');
  });

  test('once it is delegated the name goes above, in a later run than the one that made it below', async () => {
    const here = await split();
    delegate(here);
    await here.run();
    expect([here.records(ABOVE).includes(A), here.records(BELOW).includes(A)]).toEqual([true, true]);
    const result = await here.run();
    expect([here.records(ABOVE).includes(A), here.records(BELOW).includes(A)]).toEqual([false, true]);
    expect(result.inStep).toBe(true);
    await here.run();
    expect(here.calls).toEqual({});
  });

  test('in a later run also where the run has a second pass, since another zone turned out to be gone', async () => {
    const here = await split();
    delegate(here);
    here.store.addZone({ id: 'ZGONE', name: 'gone.example.com.' });
    here.clusters.prod!.objects.push(service('gone', { hostname: 'gone.example.com' }, ['203.0.113.3']));
    here.hooks = {
      before(operation, zone) {
        if (operation === 'listRecordSets' && zone === 'ZGONE')
          throw new Route53Error('missing', 'NoSuchHostedZone', 'gone');
      },
    };
    await here.run();
    expect(here.calls.listHostedZones).toBe(2);
    expect([here.records(ABOVE).includes(A), here.records(BELOW).includes(A)]).toEqual([true, true]);
    await here.run();
    expect([here.records(ABOVE).includes(A), here.records(BELOW).includes(A)]).toEqual([false, true]);
  });

  test('whoever has the name above has it below, also when it had to wait', async () => {
    const here = await split();
    const [has] = here.clusters.prod!.objects;
    const other = service('a', { hostname: 'x.team.example.com' }, ['203.0.113.0'], 'other');
    const waiting = service('apex', { hostname: 'x.team.example.com' }, []);
    here.clusters.prod!.objects = [waiting, other];
    for (let run = 0; run < 3; run++) {
      if (run === 1) delegate(here);
      here.clock.advance(60 * 60_000);
      const { findings } = await here.run();
      expect([here.records(ABOVE).includes(A), here.records(BELOW)]).toEqual([true, []]);
      expect(findings).toContainEqual(
        expect.objectContaining({
          reason: 'conflict',
          zone: BELOW,
          object: expect.objectContaining({ namespace: 'other' }),
          message: expect.stringContaining('service/default/apex has it in example.com'),
        }),
      );
    }
    here.clusters.prod!.objects = [has!, other];
    await here.run();
    await here.run();
    expect([here.records(ABOVE).includes(A), here.records(BELOW).includes(A)]).toEqual([false, true]);
    await here.run();
    expect(here.calls).toEqual({});
    here.clusters.prod!.objects = [other];
    await here.run();
    expect(here.records(BELOW)).toContain('x.team.example.com A 203.0.113.0');
  });

  test('a delegation to other name servers is not one to it', async () => {
    const here = await split();
    here.store.edit(ABOVE, { put: [{ name: 'team.example.com.', type: 'NS', ttl: 300, values: ['ns.example.net.'] }] });
    await here.run();
    await here.run();
    expect(here.records(ABOVE)).toContain(A);
  });

  test('a name below a delegation to a zone that is not selected is refused, and what stands there stays', async () => {
    const here = world('x.team.example.com', [EXAMPLE_ZONE]);
    await here.run();
    here.store.edit(ABOVE, { put: [{ name: 'team.example.com.', type: 'NS', ttl: 300, values: ['ns.example.net.'] }] });
    here.clock.advance(60 * 60_000);
    here.clusters.prod = {
      objects: [service('apex', { hostname: 'x.team.example.com,y.team.example.com' }, ['203.0.113.2'])],
    };
    const result = await here.run();
    expect(here.records(ABOVE)).toContain(A);
    expect(here.records(ABOVE).join()).not.toContain('y.team');
    expect(result.findings).toContainEqual(
      expect.objectContaining({
        reason: 'no-zone',
        name: 'y.team.example.com',
        message: expect.stringContaining('NS record set team.example.com'),
      }),
    );
  });
});

test('a name that leaves a zone for one below it is not put back when its removal must be planned again', async () => {
  const here = world('x.team.example.com', [EXAMPLE_ZONE]);
  await here.run();
  here.store.addZone({ id: BELOW, name: 'team.example.com.' });
  delegate(here);
  here.clock.advance(60 * 60_000);
  await here.run();
  let edited = false;
  here.hooks = {
    before(operation, zone) {
      if (operation !== 'changeRecordSets' || zone !== ABOVE || edited) return;
      edited = true;
      here.store.edit(ABOVE, { put: [{ name: 'x.team.example.com.', type: 'A', ttl: 60, values: ['203.0.113.9'] }] });
    },
  };
  expect((await here.run()).reasons).toEqual({ deferred: 1 });
  expect(edited).toBe(true);
  await here.run();
  expect(here.records(ABOVE).filter(line => !line.includes(' NS '))).toEqual([]);
  expect(here.records(BELOW)).toContain('x.team.example.com A 203.0.113.1');
});

test('a list of zones that cannot be had fails the run, and says what to look at', async () => {
  const here = world('x.example.com');
  here.hooks = {
    before(operation) {
      if (operation === 'listHostedZones') throw new Route53Error('denied', 'AccessDenied', 'no');
    },
  };
  await expect(here.run()).rejects.toThrow('the hosted zones could not be listed: no; check the AWS credentials');
});

test('of a public and a private zone of one name both have the record, and lose it', async () => {
  const here = world('x.example.com', [
    EXAMPLE_ZONE,
    { id: 'Z0INSIDE', name: 'example.com.', private: true, records: [] },
  ]);
  await here.run();
  here.clusters.prod = { objects: [service('apex', { hostname: 'x.example.com' }, [ALB])] };
  await here.run();
  for (const zone of [ABOVE, 'Z0INSIDE']) {
    expect(here.records(zone)).toContain(`x.example.com A → ${ALB}`);
    expect(here.records(zone)).not.toContain(`x.example.com A → ${NLB}`);
  }
  here.clusters.prod = { objects: [] };
  await here.run();
  expect([...here.records(ABOVE), ...here.records('Z0INSIDE')]).toEqual([]);
});

describe('the kept list of hosted zones', () => {
  const config = (zones: string) =>
    configOf(`owner: arena\nclusters: [{name: prod, region: us-east-1}]\nzones: ${zones}`);

  test.each([
    ['domain', '{domains: [example.com, example.net]}'],
    ['id', '{domains: [example.com, example.net], ids: [Z0EXAMPLE0000000001, Z0NET]}'],
  ])('is read anew once where the config has a %s that it was not read for', async (_, zones) => {
    const here = world('x.example.net', [EXAMPLE_ZONE]);
    await here.run();
    expect((await here.run()).reasons).toEqual({ filtered: 1 });
    expect(here.calls).toEqual({});
    here.store.addZone({ id: 'Z0NET', name: 'example.net.' });
    here.config = config(zones);
    expect((await here.run()).inStep).toBe(true);
    expect(here.calls.listHostedZones).toBe(1);
    expect(here.records('Z0NET')).toContain('x.example.net A 203.0.113.1');
    await here.run();
    expect(here.calls).toEqual({});
    here.config = config('{domains: [example.net]}');
    await here.run();
    expect(here.calls.listHostedZones).toBeUndefined();
  });

  test('is not read anew each time where a domain has no zone', async () => {
    const here = world('x.example.net', [EXAMPLE_ZONE]);
    await here.run();
    here.config = config('{domains: [example.com, example.net]}');
    for (const calls of [{ listHostedZones: 1 }, {}]) {
      expect((await here.run()).reasons).toMatchObject({ 'no-zone': 1, warning: 1 });
      expect(here.calls).toEqual(calls);
    }
  });
});
