import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createGzip, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { KindRead } from '../../lib/model/index.ts';
import { named, services, startApiServer } from './api-server.ts';

const MIB = 1024 * 1024;
/** What a reading may take where that is what ends it: enough for a busy machine to read what is in order. */
const SECONDS = 15;
const folder = mkdtempSync(join(tmpdir(), 'sick-server-'));
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Read {
  readonly kinds: Readonly<Record<string, KindRead>>;
  readonly ms: number;
  readonly endpoints: number;
  /** The most memory that the process had, beyond what it had before. */
  readonly mib: number;
}

/** Reads a cluster whose Ingresses (or other resources, as it likes) the server answers for; Services are in order. */
async function read(sick: RequestListener, limits: { seconds?: number; mib?: number } = {}): Promise<Read> {
  const server = await startApiServer((request, response) => {
    if (request.url?.includes('/services')) answer(response, list('ServiceList', services(3)));
    else sick(request, response);
  });
  closing.push(server.close);
  const cluster = { server: server.url, 'certificate-authority-data': server.authority.caData };
  const kubeconfig = join(folder, 'kubeconfig.json');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
    clusters: [{ name: 'k', cluster }],
    users: [{ name: 'u', user: { token: 't' } }],
  };
  writeFileSync(kubeconfig, JSON.stringify(config));
  const program = join(import.meta.dirname, 'reader-process.ts');
  const { seconds = 60, mib = 512 } = limits;
  const args = ['--max-old-space-size=400', program, kubeconfig, String(seconds), String(mib)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout);
}

const list = (kind: string, items: readonly unknown[], next = '') =>
  JSON.stringify({ kind, items, metadata: { resourceVersion: '7', continue: next } });
const answer = (response: ServerResponse, text: string) =>
  response.writeHead(200, { 'content-type': 'application/json' }).end(text);
const asked = (url = '') => new URL(url, 'https://x').searchParams;

/** `count` Ingresses of a size, from a place on. */
const ingresses = (from: number, count: number, bytes: number) =>
  Array.from({ length: count }, (_, i) => ({ ...named(`i${from + i}`), padding: 'x'.repeat(bytes) }));

/** Pages of Ingresses of a size; `of`: how many there are, for ever if not told. */
const pages =
  (bytes: number, of = Number.POSITIVE_INFINITY, sizes: number[] = []): RequestListener =>
  ({ url }, response) => {
    const from = Number(asked(url).get('continue') ?? 0);
    const count = Math.min(Number(asked(url).get('limit')), of - from);
    sizes.push(count);
    answer(response, list('IngressList', ingresses(from, count, bytes), from + count < of ? String(from + count) : ''));
  };

/** Some 0.3 MB that open to 300 MiB. */
let bomb: Buffer;
beforeAll(async () => {
  const gzip = createGzip();
  const chunks: Buffer[] = [];
  gzip.on('data', chunk => void chunks.push(chunk));
  gzip.write('{"kind":"IngressList","items":[],"padding":"');
  for (let i = 0; i < 300; i++) if (!gzip.write(Buffer.alloc(MIB, 'x'))) await once(gzip, 'drain');
  gzip.end('"}');
  await once(gzip, 'end');
  bomb = Buffer.concat(chunks);
});

const stays = { service: { complete: true, objects: 4 } };

describe('a sick API server costs its own resource only, in bounded time and memory', () => {
  test('pages without end: the bytes are counted', async () => {
    const { kinds, mib } = await read(pages(10_000), { mib: 64 });
    expect(kinds).toMatchObject({
      ...stays,
      ingress: {
        complete: false,
        error: expect.stringMatching(/^cluster sick: .* 64 MiB, unzipped .*raise limits\.readMiB/),
      },
    });
    expect(mib).toBeLessThan(150);
  });

  test('pages of very small objects without end: each object counts 2 KiB', async () => {
    const { kinds, mib, endpoints } = await read(pages(0), { mib: 64 });
    expect(kinds).toMatchObject({
      ...stays,
      ingress: { complete: false, error: expect.stringContaining('limits.readMiB') },
    });
    expect(endpoints).toBe(0);
    expect(mib).toBeLessThan(150);
  });

  test('empty pages without end: the time is counted', async () => {
    let page = 0;
    const { kinds, ms } = await read((_request, response) => answer(response, list('IngressList', [], `${++page}`)), {
      seconds: SECONDS,
    });
    expect(kinds).toMatchObject({
      ...stays,
      ingress: {
        complete: false,
        error: expect.stringMatching(/^cluster sick: .* within 15 s: .*raise limits\.readSeconds/),
      },
    });
    expect(ms).toBeLessThan(40_000);
  });

  test('a body that drips', async () => {
    const { kinds, ms } = await read(
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        const drip = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(drip));
      },
      { seconds: SECONDS },
    );
    expect(kinds).toMatchObject({
      ...stays,
      ingress: { complete: false, error: expect.stringContaining('limits.readSeconds') },
    });
    expect(ms).toBeLessThan(40_000);
  });

  test('a small answer that opens to a large one is not opened', async () => {
    expect(bomb.length).toBeLessThan(MIB / 2);
    const { kinds, mib } = await read((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(bomb);
    });
    expect(kinds).toMatchObject({
      ...stays,
      ingress: {
        complete: false,
        error: expect.stringMatching(/^cluster sick: .* one object has more than \d+ bytes/),
      },
    });
    expect(mib).toBeLessThan(150);
  });

  test('a page larger than what may be read at all', async () => {
    const { kinds, mib } = await read(
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        const more = () => {
          while (!response.destroyed && response.write(Buffer.alloc(MIB, ' ')));
          if (!response.destroyed) response.once('drain', more);
        };
        more();
      },
      { mib: 8 },
    );
    expect(kinds).toMatchObject({
      ...stays,
      ingress: { complete: false, error: expect.stringContaining('limits.readMiB') },
    });
    expect(mib).toBeLessThan(150);
  });
});

describe('large objects are no fault: pages adapt to their bytes', () => {
  test('150 Ingresses of 1 MB are read whole, in little memory', async () => {
    const sizes: number[] = [];
    const { kinds, mib } = await read(pages(1_000_000, 150, sizes));
    expect(kinds).toEqual({ ...stays, ingress: { complete: true, objects: 150 } });
    expect(Math.max(...sizes.slice(2))).toBeLessThanOrEqual(8);
    expect(mib).toBeLessThan(250);
  });

  test('small ones come in whole pages, again after large ones', async () => {
    const sizes: number[] = [];
    const { kinds } = await read(({ url }, response) => {
      const from = Number(asked(url).get('continue') ?? 0);
      const count = Math.min(Number(asked(url).get('limit')), 1500 - from);
      sizes.push(count);
      const items = ingresses(from, count, 10).map((one, i) => ({
        ...one,
        padding: 'x'.repeat(from + i < 20 ? MIB : 10),
      }));
      const text = list('IngressList', items, from + count < 1500 ? String(from + count) : '');
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(text));
    });
    expect(kinds).toMatchObject({ ingress: { complete: true, objects: 1500 } });
    expect(sizes.length).toBeLessThan(25);
  });
});
