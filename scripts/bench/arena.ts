import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunResult } from '../../lib/model/index.ts';
import type { RecordJson } from '../../local/emulators/route53/index.ts';
import { startWorld, type World } from '../../local/world.ts';
import { type Ended, measureNode, measureProgram } from './measure.ts';

const CLI = fileURLToPath(new URL('../../dist/cli/fairlead.js', import.meta.url));
export const ZONE = 'Z0EXAMPLE0000000001';

/** One measured run: what it used, what Route 53 was asked, and for fairlead what it answered. */
export interface Measured extends Ended {
  readonly calls: Readonly<Record<string, number>>;
  readonly result?: RunResult;
}

/** Whoever is measured: fairlead with a state folder, or ExternalDNS. */
export interface Contender {
  readonly name: string;
  run(arena: Arena, args?: readonly string[]): Promise<Measured>;
}

/** The embedded world with clusters to fill and a zone to watch. */
export class Arena {
  readonly world: World;
  readonly folder = mkdtempSync(join(tmpdir(), 'fairlead-bench-'));

  private constructor(world: World) {
    this.world = world;
  }

  static async open(clusters: readonly string[] = ['prod'], sources = 'service, ingress'): Promise<Arena> {
    const world = await startWorld({ throttle: false, maxRecordSets: 1_000_000 });
    for (const name of clusters) await world.addCluster({ name });
    const arena = new Arena(world);
    arena.load([]);
    const list = clusters
      .map(name => `{name: ${name}, region: us-east-1, owner: ${clusters.length === 1 ? 'arena' : name}}`)
      .join(', ');
    writeFileSync(
      join(arena.folder, 'fairlead.yml'),
      `clusters: [${list}]\nzones: {domains: [example.com]}\nsources: [${sources}]\nstate: {store: ./state}\n`,
    );
    return arena;
  }

  load(records: readonly RecordJson[]): void {
    this.world.route53.load([{ id: ZONE, name: 'example.com.', records }]);
  }

  get records(): readonly RecordJson[] {
    return this.world.route53.dump()[0]?.records ?? [];
  }

  cluster(name = 'prod') {
    const cluster = this.world.clusters.get(name);
    if (!cluster) throw new Error(`the arena has no cluster ${name}`);
    return cluster;
  }

  /** What Route 53 was asked while `work` ran, by operation. */
  async counted<T extends Ended>(work: () => Promise<T>): Promise<T & { calls: Record<string, number> }> {
    this.world.route53.journal.reset();
    const ended = await work();
    return { ...ended, calls: { ...this.world.route53.counts.calls } };
  }

  async close(): Promise<void> {
    await this.world.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export const fairlead: Contender = {
  name: 'fairlead',
  run: (arena, args = []) =>
    arena.counted(async () => {
      const ended = await measureNode([CLI, 'sync', '--json', ...args], { env: arena.world.env(), cwd: arena.folder });
      return { ...ended, result: JSON.parse(ended.out) as RunResult };
    }),
};

/** ExternalDNS 0.22 (or later) as EXTERNAL_DNS_BIN names it, once over the same cluster and zone. */
export function externalDns(binary: string): Contender {
  return {
    name: 'ExternalDNS',
    run: arena =>
      arena.counted(() => {
        const kubeconfig = join(arena.folder, 'kubeconfig');
        writeFileSync(kubeconfig, arena.cluster().kubeconfig());
        const args = [
          '--source=service',
          '--source=ingress',
          '--provider=aws',
          '--registry=txt',
          '--txt-owner-id=arena',
          '--policy=sync',
          '--domain-filter=example.com',
          '--once',
        ];
        const annotations = '--annotation-prefix=external-dns.kubernetes.io/';
        return measureProgram(
          binary,
          [...args, annotations, `--kubeconfig=${kubeconfig}`, '--metrics-address=127.0.0.1:0'],
          arena.world.env(),
        );
      }),
  };
}
