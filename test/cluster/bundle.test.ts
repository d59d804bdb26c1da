import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { ClusterReader } from '../../lib/cluster/index.ts';
import { leaveOut, UNUSED } from '../../scripts/leave-out.ts';
import { listsOf, services, startApiServer } from './api-server.ts';
import { described, startAwsServer } from './aws-server.ts';

const ENTRY = fileURLToPath(new URL('../../lib/cluster/index.ts', import.meta.url));
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-'));
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

test('bundled without undici and the generated API classes, the reader stays small and reads a cluster', async () => {
  const outfile = join(folder, 'cluster.mjs');
  const { metafile } = await build({
    entryPoints: [ENTRY],
    outfile,
    bundle: true,
    minify: true,
    metafile: true,
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    plugins: [leaveOut(UNUSED)],
  });
  const inputs = Object.keys(Object.values(metafile.outputs)[0]?.inputs ?? {});
  expect(
    inputs.filter(path => /node_modules\/undici\/|client-node\/dist\/gen\/(models|apis|types)\//.test(path)),
  ).toEqual([]);
  expect(Object.values(metafile.outputs)[0]?.bytes).toBeLessThan(660_000);

  const server = await startApiServer(listsOf({ services: services(5) }));
  const aws = await startAwsServer({
    eks: () => described({ endpoint: server.url, certificateAuthority: { data: server.authority.caData } }),
  });
  vi.stubEnv('AWS_ENDPOINT_URL', aws.url);
  const { createClusterReader } = (await import(outfile)) as {
    createClusterReader: (options: object) => ClusterReader;
  };
  const read = createClusterReader({ credentials: { accessKeyId: 'AKIDTEST', secretAccessKey: 'secret' } });
  const result = await read(
    { name: 'prod', owner: 'o', region: 'eu-west-1' },
    { sources: ['service'], needs: () => [], page() {}, restart() {} },
  );
  await Promise.all([server.close(), aws.close()]);
  expect(result).toEqual({ service: { complete: true, objects: 6 } });
});
