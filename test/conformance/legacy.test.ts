import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ZoneJson } from '../../local/emulators/route53/index.ts';
import { brief, harness } from '../support/harness.ts';
import type { KubernetesObject } from '../support/objects.ts';

const FIXTURES = new URL('../fixtures/legacy/', import.meta.url);

interface Life {
  readonly title: string;
  readonly config: {
    readonly prefix: string;
    readonly suffix: string;
    readonly wildcardReplacement: string;
    readonly preferCname?: boolean;
    readonly encryptionKey?: string;
  };
  readonly objects: KubernetesObject[];
  readonly zones: readonly ZoneJson[];
  readonly orphans: { readonly recordsWithoutOwnership: readonly string[] };
}

const lives = readdirSync(FIXTURES)
  .filter(file => file.endsWith('.json'))
  .map(file => [file, JSON.parse(readFileSync(new URL(file, FIXTURES), 'utf8')) as Life] as const);

/** Ownership cannot be told here: the affixes changed since, or 0.11 wrote the template itself into the name. */
const UNREADABLE = /^(prefix-switch|wildcard-switch)|(prefix|suffix)-type.*--0\.11/;

function worldOf({ config, zones, objects }: Life) {
  const text = JSON.stringify({
    owner: 'arena',
    clusters: [{ name: 'prod', region: 'us-east-1' }],
    zones: { domains: ['example.com'] },
    registry: {
      prefix: config.prefix,
      suffix: config.suffix,
      wildcardReplacement: config.wildcardReplacement,
      encryptionKey: config.encryptionKey === undefined ? null : 'env:KEY',
    },
    records: { preferCname: config.preferCname === true },
  });
  const env = config.encryptionKey === undefined ? {} : { KEY: config.encryptionKey };
  return harness({ config: text, zones, clusters: { prod: { objects } }, env });
}

const bystander = (line: string) => /^(www|mail)\.example\.com |^example\.com TXT "v=spf1|^\S+ (NS|SOA) /.test(line);
const left = (world: ReturnType<typeof worldOf>, { zones }: Life) =>
  zones.flatMap(({ id }) => world.json(id).map(brief)).filter(line => !bystander(line));
/** In the clear, or encrypted: then it is base64. */
const isOurs = (line: string) => / TXT (arena( |$)|"[A-Za-z0-9+/]{100,}=*"$)/.test(line);

describe('whatever life a zone had under ExternalDNS 0.11 to 0.22', () => {
  test.each(lives)('%s: a second run has nothing to do', async (_, life) => {
    const world = worldOf(life);
    await world.run({ force: true });
    const second = await world.run({ force: true });
    expect(second.zones.flatMap(({ changes }) => changes)).toEqual([]);
  });

  test.each(lives.filter(([file]) => !UNREADABLE.test(file)))(
    '%s: when the object goes, no ownership record stays, and no record that had one',
    async (_, life) => {
      const world = worldOf(life);
      await world.run({ force: true });
      world.clusters.prod!.objects = [];
      await world.run({ force: true });
      await world.run({ force: true });
      const after = left(world, life);
      expect(after.filter(isOurs)).toEqual([]);
      const strangers = life.orphans.recordsWithoutOwnership.map(text =>
        text.replace(/\. /, ' ').replaceAll('\\052', '*'),
      );
      for (const line of after)
        expect(
          strangers.some(stranger => line.startsWith(stranger.split(' ').slice(0, 2).join(' '))),
          line,
        ).toBe(true);
    },
  );
});
