import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';

const run = promisify(execFile);
const FOLDER = fileURLToPath(new URL('modules/gateway-api/', import.meta.url));

/** A CustomResourceDefinition; the part that tests look at. */
export interface Crd {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly names: { readonly plural: string; readonly kind: string };
    readonly versions: readonly { readonly name: string }[];
  };
}

/**
 * The CRDs of the Gateway API, experimental ones included, out of its Go module: downloaded once into Go's own cache, and
 * checked against the go.sum beside its go.mod. Undefined where there is no Go, or no way to the module.
 */
export async function gatewayCrds(): Promise<readonly Crd[] | undefined> {
  const folder = await moduleFolder();
  if (folder === undefined) return undefined;
  const at = join(folder, 'config', 'crd', 'experimental');
  const files = (await readdir(at)).filter(file => file.startsWith('gateway.networking.')).sort();
  const texts = await Promise.all(files.map(file => readFile(join(at, file), 'utf8')));
  const documents = texts.flatMap(text => parseAllDocuments(text).map(document => document.toJS() as Crd | null));
  return documents.filter(document => document?.kind === 'CustomResourceDefinition') as Crd[];
}

async function moduleFolder(): Promise<string | undefined> {
  try {
    const args = ['mod', 'download', '-json', 'sigs.k8s.io/gateway-api'];
    const { stdout } = await run('go', args, { cwd: FOLDER, env: { ...process.env, GOFLAGS: '-mod=readonly' } });
    return (JSON.parse(stdout) as { Dir?: string }).Dir;
  } catch {
    return undefined;
  }
}
