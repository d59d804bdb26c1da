import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import type { Checks } from './checks.ts';
import { type Import, importOf } from './invoke.ts';
import type { FunctionName, PackagedFunction } from './open.ts';

/** Bytes that a bundle may weigh; Lambda itself allows 250 MB unpacked. */
const MOST_BYTES: Readonly<Record<FunctionName, number>> = { reconcile: 1_700_000, webhook: 440_000, audit: 350_000 };
/** CPU that an import may take. The aim is 150 ms, 100 ms for notices; a machine that checks may be slow, and how busy it is does not count. */
const IMPORT_CPU_MS = 2_000;
const IMPORTS = 5;

/** What holds for the zip of every function. */
export function bundleChecks(name: FunctionName): Checks<PackagedFunction> {
  return {
    'the zip has the bundle, its package.json, the licences and what it reads, and nothing else': async made => {
      const folder = dirname(made.handler);
      const read = made.environment.FAIRLEAD_CONFIG ?? made.environment.FAIRLEAD_SHARDS;
      const expected = [`${folder}/index.js`, `${folder}/package.json`, `${folder}/LICENSES.txt`, read].sort();
      assert.deepEqual(Object.keys(made.entries).sort(), expected);
      return undefined;
    },
    'the bundle is small and read as ESM': async made => {
      assert.equal(JSON.parse(textOf(made, 'package.json')).type, 'module');
      const bytes = Buffer.byteLength(textOf(made, 'index.js'));
      assert.ok(bytes > 0 && bytes < MOST_BYTES[name], `${bytes} bytes instead of ${MOST_BYTES[name]} at most`);
      return `${bytes} bytes`;
    },
    'the handler is imported, and accepts what is packaged with it': async made => {
      const imports: Import[] = [];
      for (let round = 0; round < IMPORTS; round += 1) imports.push(await importOf(made));
      const { ms, mib } = imports.sort((a, b) => a.ms - b.ms)[Math.floor(IMPORTS / 2)] ?? { ms: Number.NaN, mib: 0 };
      const cpuMs = Math.min(...imports.map(one => one.cpuMs));
      assert.ok(cpuMs < IMPORT_CPU_MS, `${cpuMs} ms of CPU instead of ${IMPORT_CPU_MS} at most`);
      return `${Math.round(ms)} ms, the median of ${IMPORTS}; ${Math.round(mib)} MiB`;
    },
  };
}

/** A file beside the handler. */
export function textOf({ entries, handler }: PackagedFunction, path: string): string {
  return Buffer.from(entries[`${dirname(handler)}/${path}`] ?? []).toString();
}
