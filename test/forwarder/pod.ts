import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { vi } from 'vitest';
import type { LocalCluster } from '../../local/emulators/kubernetes/cluster.ts';

export interface LogLine {
  readonly time: string;
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

/** Waits for something that another process brings about. */
export const until = (check: () => void) => vi.waitFor(check, { timeout: 15_000, interval: 10 });

/** The built forwarder as a process of its own, as in a pod. */
export class Pod {
  readonly lines: LogLine[] = [];
  readonly stderr: string[] = [];
  readonly #process: ChildProcess;
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
    createInterface({ input: this.#process.stdout as NodeJS.ReadableStream }).on('line', line => {
      this.lines.push(JSON.parse(line) as LogLine);
    });
    this.#process.stderr?.on('data', data => this.stderr.push(String(data)));
  }

  said(message: string): LogLine[] {
    return this.lines.filter(line => line.message === message);
  }

  async page(path: string): Promise<{ status: number; text: string }> {
    const answer = await fetch(`http://127.0.0.1:${this.said('started')[0]?.port}${path}`);
    return { status: answer.status, text: await answer.text() };
  }

  signal(name: NodeJS.Signals): void {
    this.#process.kill(name);
  }

  /** The exit code, once it has ended. */
  async ended(): Promise<number | null> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) await once(this.#process, 'close');
    return this.#process.exitCode;
  }

  async close(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended();
    rmSync(this.#folder, { recursive: true });
  }
}
