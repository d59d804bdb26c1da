import { expect } from 'vitest';
import type { RecordJson, ZoneJson } from '../../local/emulators/route53/index.ts';
import { brief, configOf, EXAMPLE_ZONE, type Harness, harness } from '../support/harness.ts';
import type { KubernetesObject } from '../support/objects.ts';

// Cases of several clusters as rows: what the objects ask for, what then stands and whose it is, and what is told.

/** What the clusters' objects ask for; `away`: the cluster cannot be read. A cluster that is not named is as it was. */
export type Asking = Readonly<Record<string, readonly KubernetesObject[] | 'away'>>;

export interface Row {
  /** Of fairlead.yml, without clusters and zones; of each step its own, or one for all. */
  readonly config?: string | readonly string[];
  /** Each cluster has an owner id of its own, its name. */
  readonly owners?: boolean;
  readonly zones?: readonly ZoneJson[];
  /** Another hand's, in the first zone. */
  readonly stands?: readonly RecordJson[];
  /** One after the other, each to its end. */
  readonly steps: readonly Asking[];
}

export interface Outcome {
  /** Record sets, and whose each is: `shop.example.com A#blue 203.0.113.1 weight 4 (c1 service/default/shop)`. */
  readonly leaves: readonly string[];
  /** Reason, cluster and object of the last step's findings. */
  readonly told: readonly string[];
  /** Change batches of the last step. */
  readonly batches: number;
}

const CLUSTERS = ['c1', 'c2', 'c3'];

const configText = (owners: boolean, text: string) =>
  configOf(`owner: arena
clusters: [${CLUSTERS.map(name => `{name: ${name}, region: us-east-1${owners ? `, owner: ${name}` : ''}}`).join(', ')}]
${/^(zones|views):/m.test(text) ? '' : 'zones: {domains: [example.com]}'}
${text}`);

/** Plays a row. After each step another run must change and send nothing, and ownership records must be where records are. */
export async function play(row: Row): Promise<Outcome> {
  const { config = '', owners = false, zones = [EXAMPLE_ZONE], stands = [], steps } = row;
  const [first, ...others] = zones as [ZoneJson, ...ZoneJson[]];
  const world = harness({
    zones: [{ ...first, records: [...first.records, ...stands] }, ...others],
    clusters: Object.fromEntries(CLUSTERS.map(name => [name, { objects: [] }])),
  });
  let told: string[] = [];
  let batches = 0;
  const configs = [config].flat();
  for (const [i, asking] of steps.entries()) {
    world.config = configText(owners, configs[i] ?? configs.at(-1) ?? '');
    for (const [name, objects] of Object.entries(asking)) {
      const before = world.clusters[name]?.objects ?? [];
      world.clusters[name] = objects === 'away' ? { objects: before, failing: 'away' } : { objects: [...objects] };
    }
    const { findings } = await world.run();
    batches = world.calls.changeRecordSets ?? 0;
    told = findings
      .map(({ reason, object }) => (object ? `${reason} ${object.cluster} ${object.name}` : reason))
      .sort();
    await expectRest(world);
  }
  return { leaves: zones.flatMap(({ id }) => standing(world.json(id))), told, batches };
}

async function expectRest(world: Harness): Promise<void> {
  const { zones } = await world.run();
  expect(zones.flatMap(({ changes }) => changes)).toEqual([]);
  expect(world.calls.changeRecordSets ?? 0).toBe(0);
}

/** How a record set is routed, in the words of a row. */
export function routingOf(set: RecordJson): string {
  const { weight, region, failover, geoLocation, geoProximityLocation: near, multiValueAnswer, healthCheckId } = set;
  const place = geoLocation && Object.values(geoLocation as Record<string, string>);
  const coordinates = near?.coordinates && `${near.coordinates.latitude},${near.coordinates.longitude}`;
  return [
    weight !== undefined && `weight ${weight}`,
    region,
    failover,
    place?.filter(Boolean).join('-'),
    near && `near ${near.awsRegion ?? near.localZoneGroup ?? coordinates}`,
    multiValueAnswer && 'multivalue',
    healthCheckId && 'checked',
  ]
    .filter(Boolean)
    .join(' ');
}

function standing(all: readonly RecordJson[]): string[] {
  const isOwnership = ({ type, values = [] }: RecordJson) =>
    type === 'TXT' && values.some(value => value.includes('heritage=external-dns'));
  const txts = all.filter(isOwnership);
  const sets = all.filter(set => !isOwnership(set));
  const ownerOf = (set: RecordJson) => {
    const names = [`${set.type.toLowerCase()}-${set.name}`, `_fairlead-apex-${set.type.toLowerCase()}.${set.name}`];
    return txts.find(txt => names.includes(txt.name) && txt.setIdentifier === set.setIdentifier);
  };
  for (const set of sets) {
    const txt = ownerOf(set);
    if (txt) expect(routingOf(txt), `the ownership record of ${brief(set)} is routed as it is`).toBe(routingOf(set));
  }
  expect(
    txts.filter(txt => !sets.some(set => ownerOf(set) === txt)).map(brief),
    'each ownership record has its record',
  ).toEqual([]);
  return sets.map(set => [brief(set), routingOf(set), `(${saidBy(ownerOf(set))})`].filter(Boolean).join(' '));
}

function saidBy(txt: RecordJson | undefined): string {
  const said = (txt?.values ?? []).map(value => {
    const [, owner = ''] = /owner=([^,"]*)/.exec(value) ?? [];
    const [, cluster = ''] = /cluster=([^,"]*)/.exec(value) ?? [];
    const [, resource = ''] = /resource=([^,"]*)/.exec(value) ?? [];
    const [, share = ''] = /share=([^,"]*)/.exec(value) ?? [];
    return [owner === 'arena' || owner === cluster ? '' : owner, cluster, resource, share].filter(Boolean).join(' ');
  });
  return said.length === 0 ? 'nobody' : said.join(' | ');
}
