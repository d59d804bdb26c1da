import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { LocalCluster } from '../../local/emulators/kubernetes/cluster.ts';

const BUNDLE = fileURLToPath(new URL('../../dist/forwarder/forwarder.js', import.meta.url));
const USAGE = fileURLToPath(new URL('usage.mjs', import.meta.url));
const SECRET = 'a secret for the benchmark, nothing else';

/** A forwarder that runs in a process of its own, as its image runs it. */
export interface RunningForwarder {
  /** The values of its metrics, by name and labels. */
  metrics(): Promise<ReadonlyMap<string, number>>;
  /** Waits until its metrics are so. */
  until(done: (metrics: ReadonlyMap<string, number>) => boolean): Promise<void>;
  /** Ends it. @returns its peak memory in MiB; NaN where the machine cannot tell */
  stop(): Promise<number>;
}

export async function startForwarder(
  cluster: LocalCluster,
  webhook: string,
  flags: readonly string[],
  sources: readonly string[] = ['service', 'ingress'],
): Promise<RunningForwarder> {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-bench-'));
  const at = (name: string) => join(folder, name);
  const auth = { url: webhook, auth: 'hmac', secretFile: at('secret') };
  writeFileSync(
    at('forwarder.json'),
    JSON.stringify({ cluster: 'prod', webhook: auth, sources, port: 0, host: '127.0.0.1' }),
  );
  writeFileSync(at('secret'), SECRET);
  writeFileSync(at('kubeconfig'), cluster.kubeconfig());
  const child = spawn(process.execPath, [...flags, '--import', USAGE, BUNDLE], {
    env: { FAIRLEAD_FORWARDER_CONFIG: at('forwarder.json'), KUBECONFIG: at('kubeconfig'), BENCH_USAGE: at('usage') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const kill = () => void child.kill();
  process.once('exit', kill);
  const closed = once(child, 'close');
  void closed.then(() => process.off('exit', kill));
  const { promise: port, resolve, reject } = Promise.withResolvers<number>();
  // One that ends by itself is not waited for.
  void closed.then(([code]) => reject(new Error(`the forwarder ended with ${code} before it was asked to`)));
  createInterface({ input: child.stdout }).on('line', line => {
    const entry = JSON.parse(line) as { message: string; port: number };
    if (entry.message === 'started') resolve(entry.port);
  });
  const url = `http://127.0.0.1:${await port}/metrics`;
  const metrics = async () => parse(await (await fetch(url)).text());
  return {
    metrics,
    async until(done) {
      for (const deadline = Date.now() + 120_000; !done(await metrics()); await sleep(20))
        if (Date.now() > deadline) throw new Error('the forwarder did not come so far in two minutes');
    },
    async stop() {
      child.kill('SIGTERM');
      await closed;
      const usage = existsSync(at('usage'))
        ? (JSON.parse(readFileSync(at('usage'), 'utf8')) as { peakMiB: number })
        : undefined;
      rmSync(folder, { recursive: true });
      return usage?.peakMiB ?? Number.NaN;
    },
  };
}

function parse(text: string): ReadonlyMap<string, number> {
  const lines = text.split('\n').filter(line => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map(line => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
}
