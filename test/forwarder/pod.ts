import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, vi } from 'vitest';
import type { LocalCluster } from '../../local/emulators/kubernetes/cluster.ts';

export interface LogLine {
  readonly time: string;
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

/** Waits for something that another process brings about. */
export const until = (check: () => unknown) => vi.waitFor(check, { timeout: 45_000, interval: 10 });

/** A page of a forwarder. */
export type Page = { readonly status: number; readonly text: string };

export async function pageOf(port: number, path: string): Promise<Page> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: answer.status, text: await answer.text() };
}

/**
 * Waits until all is listed and the webhook has taken all that was seen. Only from then on does a change have a notice of
 * its own: until then it joins one that says that anything may have changed, and names no object.
 * @param unlisted what cannot be listed, as the page says it: `service in four`
 */
export async function atRest(page: (path: string) => Promise<Page>, ...unlisted: readonly string[]): Promise<void> {
  const ready = unlisted.length === 0 ? 'ok' : `not listed yet: ${unlisted.join(', ')}`;
  await vi.waitFor(
    async () => {
      expect((await page('/readyz')).text.trim()).toBe(ready);
      expect((await page('/metrics')).text).toMatch(/^fairlead_forwarder_unsent 0$/m);
    },
    { timeout: 45_000, interval: 20 },
  );
}

/** The built forwarder as a process of its own, as in a pod. */
export class Pod {
  readonly lines: LogLine[] = [];
  readonly stderr: string[] = [];
  readonly #process: ChildProcess;
  readonly #closed: Promise<unknown>;
  readonly #folder: string;

  constructor(
    bundle: string,
    settings: unknown,
    cluster: Pick<LocalCluster, 'kubeconfig'> | undefined,
    env: Record<string, string> = {},
  ) {
    this.#folder = mkdtempSync(join(tmpdir(), 'fairlead-pod-'));
    const at = (name: string) => join(this.#folder, name);
    writeFileSync(at('forwarder.json'), typeof settings === 'string' ? settings : JSON.stringify(settings));
    if (cluster) writeFileSync(at('kubeconfig'), cluster.kubeconfig());
    const own = { FAIRLEAD_FORWARDER_CONFIG: at('forwarder.json'), ...(cluster && { KUBECONFIG: at('kubeconfig') }) };
    this.#process = spawn(process.execPath, [bundle], { env: { ...own, ...env } });
    // From here on: its exit is seen before its last lines are read.
    this.#closed = once(this.#process, 'close');
    createInterface({ input: this.#process.stdout as NodeJS.ReadableStream }).on('line', line => {
      this.lines.push(JSON.parse(line) as LogLine);
    });
    this.#process.stderr?.on('data', data => this.stderr.push(String(data)));
  }

  said(message: string): LogLine[] {
    return this.lines.filter(line => line.message === message);
  }

  page(path: string): Promise<Page> {
    return pageOf(Number(this.said('started')[0]?.port), path);
  }

  /** {@link atRest} */
  async atRest(...unlisted: readonly string[]): Promise<void> {
    await atRest(path => this.page(path), ...unlisted);
  }

  /** How much a counter is at, by its name and labels without `fairlead_forwarder_`. */
  async metric(sample: string): Promise<number> {
    const { text } = await this.page('/metrics');
    const line = text.split('\n').find(one => one.startsWith(`fairlead_forwarder_${sample} `));
    return Number(line?.split(' ').at(-1) ?? 0);
  }

  /** Until so many changes of a kind were seen since it began, and the webhook has taken all that mattered of them. */
  async sees(changes: number, kind: string): Promise<void> {
    await until(async () => expect(await this.metric(`changes_total{kind="${kind}"}`)).toBeGreaterThanOrEqual(changes));
    await this.atRest();
  }

  signal(name: NodeJS.Signals): void {
    this.#process.kill(name);
  }

  /** The exit code, once it has ended. */
  async ended(): Promise<number | null> {
    await this.#closed;
    return this.#process.exitCode;
  }

  async close(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended();
    rmSync(this.#folder, { recursive: true });
  }
}
