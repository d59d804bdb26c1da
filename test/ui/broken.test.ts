import { describe, expect, test } from 'vitest';
import type { Ports } from '../../lib/reconcile/index.ts';
import { Route53Error } from '../../lib/route53/index.ts';
import { lookAtWorld } from '../../lib/ui/index.ts';
import { findingsPage } from '../../lib/ui/pages/lists.ts';
import { namePage } from '../../lib/ui/pages/name.ts';
import { overview } from '../../lib/ui/pages/overview.ts';
import { indexPicture } from '../../lib/ui/picture.ts';
import type { ZoneJson } from '../../local/emulators/route53/index.ts';
import { configOf, EXAMPLE_ZONE, type Harness, harness } from '../support/harness.ts';
import { explain, runOf } from '../support/look.ts';
import { type KubernetesObject, service } from '../support/objects.ts';

const CONFIG =
  'owner: arena\nclusters: [{name: prod, region: us-east-1}, {name: two, region: us-east-1}]\nzones: {domains: [example.com]}\n';
const NO_OWNER: readonly ZoneJson[] = [EXAMPLE_ZONE];
const OTHERS: ZoneJson = { id: 'Z0EXAMPLE0000000002', name: 'other.example.com.', records: [] };
const NAME = 'web.example.com';
const web = (hostname: string, more: Record<string, string> = {}) =>
  service('web', { hostname, ...more }, ['192.0.2.1']);

function worldOf(objects: KubernetesObject[], zones = NO_OWNER): Harness {
  return harness({ config: CONFIG, zones, clusters: { prod: { objects }, two: { objects: [] } } });
}

/** What a person reads of a page. */
const read = (markup: string) =>
  markup
    .replace(/<[^>]+>/g, ' ')
    .replace(/&quot;/g, '"')
    .replace(/\s+/g, ' ');

async function pagesOf(world: Harness, name: string) {
  const { ports } = runOf(world);
  const index = indexPicture(await lookAtWorld(world.config, { ...ports, route53: world.route53(world.hooks) }));
  const of = (page: { markup: string }) => read(page.markup);
  return {
    overview: of(overview(index, world.clock.now())),
    findings: of(findingsPage(index, { q: '', page: 1 })),
    name: of(namePage(index, name, [])),
  };
}

/** Of one zone nothing is answered but that it is there. */
const closed = (error: Error): Harness['hooks'] => ({
  before: (operation, zone) => {
    if (zone === OTHERS.id && operation !== 'listHostedZones') throw error;
  },
});

describe('what is broken is found from the pages, and from explain', () => {
  test('a domain is mistyped', async () => {
    const world = worldOf([web('web.exmaple.com')]);
    await world.run();
    const { name } = await pagesOf(world, 'web.exmaple.com');
    expect(name).toContain('web.exmaple.com is left out by zones.domains');
    expect((await pagesOf(world, NAME)).name).toContain('Did you mean web.exmaple.com');
    expect((await explain(world, 'web.exmaple.com')).advice).toMatch(
      /^did you mean web\.example\.com\? If not: change zones\.domains/,
    );
  });

  test('a label is mistyped: the name that is meant is not known, and the nearest is named', async () => {
    const world = worldOf([web('webb.example.com')]);
    await world.run();
    expect((await pagesOf(world, NAME)).name).toMatch(/nobody asks for it\. Did you mean webb\.example\.com \?/);
    expect((await explain(world, NAME)).advice).toBe('did you mean webb.example.com?');
  });

  test('another owner has the name: the command stands beside it', async () => {
    const world = worldOf(
      [web(NAME)],
      [
        {
          ...NO_OWNER[0]!,
          records: [
            { name: `${NAME}.`, type: 'A', ttl: 60, values: ['192.0.2.7'] },
            { name: `a-${NAME}.`, type: 'TXT', ttl: 60, values: ['"heritage=external-dns,external-dns/owner=other"'] },
          ],
        },
      ],
    );
    await world.run();
    const { name } = await pagesOf(world, NAME);
    expect(name).toContain(`fairlead transfer --from other --names "${NAME}"`);
  });

  test('a cluster cannot be read: a name that is not there may be asked for all the same', async () => {
    const world = worldOf([web(NAME)]);
    await world.run();
    world.clusters.prod!.failing = 'no way to it';
    await world.run();
    const pages = await pagesOf(world, 'api.example.com');
    expect((await explain(world, 'api.example.com')).advice).toMatch(
      /not all was read, .*fairlead doctor says what mends that$/,
    );
    expect(pages.overview).toContain('no way to it');
    expect(pages.findings).toContain('fairlead doctor says what is wrong');
    expect(pages.name).toMatch(
      /As far as could be read, nothing stands there.*: what could not be read in full: prod\./,
    );
  });

  test.each([
    ['may not be read', new Route53Error('denied', 'AccessDenied', 'not authorized')],
    ['is gone', new Route53Error('missing', 'NoSuchHostedZone', 'no such zone')],
  ])('a hosted zone %s: the others are shown', async (_, error) => {
    const world = worldOf(
      [web(NAME), service('other', { hostname: 'x.other.example.com' }, ['192.0.2.2'])],
      [...NO_OWNER, OTHERS],
    );
    await world.run();
    world.clock.advance(100 * 3_600_000);
    world.hooks = closed(error);
    const pages = await pagesOf(world, 'x.other.example.com');
    expect(pages.overview).toMatch(/other\.example\.com \S+ .* unreadable/);
    expect(pages.findings).toContain(error.message);
    expect(pages.name).toMatch(/could not be read.*fairlead doctor says what is wrong/);
    expect((await pagesOf(world, NAME)).name).toContain('It is as it is asked for');
    const { source } = await explain(world, 'x.other.example.com');
    expect(source.gaps).toContainEqual(
      expect.stringMatching(
        /other\.example\.com \(\S+\) was read in full .* ago, and by no run since: fairlead doctor/,
      ),
    );
  });

  test('a view’s zones cannot be listed: a name may stand there all the same', async () => {
    const views =
      'views:\n  - {name: a, zones: {domains: [example.com]}}\n  - {name: b, zones: {domains: [other.example.com], roleArn: "arn:aws:iam::222222222222:role/dns"}}\n';
    const world = worldOf([web(NAME)], [...NO_OWNER, OTHERS]);
    world.config = configOf(CONFIG.replace(/zones: .*/, views));
    const { ports } = runOf(world);
    const zonesOf: NonNullable<Ports['zonesOf']> = ({ roleArn }) => ({
      budget: ports.budget,
      route53: world.route53({
        before: () => {
          if (roleArn !== undefined) throw new Route53Error('denied', 'AccessDenied', 'may not assume the role');
        },
      }),
    });
    const index = indexPicture(await lookAtWorld(world.config, { ...ports, zonesOf }));
    expect(read(namePage(index, 'x.other.example.com', []).markup)).toMatch(
      /As far as could be read, nothing stands there.*view "b": .*may not assume the role/,
    );
    expect(read(overview(index, world.clock.now()).markup)).toContain('example.com');
  });

  test('zones of which nothing is asked are listed', async () => {
    const world = worldOf([]);
    await world.run();
    expect((await pagesOf(world, NAME)).overview).toMatch(/example\.com \S+ 0 2 0 .*nothing of it is asked for/);
  });
});
