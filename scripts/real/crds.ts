import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';

const run = promisify(execFile);
const MODULES = fileURLToPath(new URL('modules/', import.meta.url));

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
export const gatewayCrds = () =>
  crdsOf('gateway-api', 'sigs.k8s.io/gateway-api', 'experimental', 'gateway.networking.');

/** That of DNSEndpoint, out of ExternalDNS's module. */
export const dnsEndpointCrds = () =>
  crdsOf('external-dns', 'sigs.k8s.io/external-dns', 'standard', 'dnsendpoints.externaldns.');

/** @param own the folder in modules/ whose go.mod requires the module */
async function crdsOf(
  own: string,
  module: string,
  channel: string,
  start: string,
): Promise<readonly Crd[] | undefined> {
  const folder = await moduleFolder(own, module);
  if (folder === undefined) return undefined;
  const at = join(folder, 'config', 'crd', channel);
  const files = (await readdir(at)).filter(file => file.startsWith(start)).sort();
  const texts = await Promise.all(files.map(file => readFile(join(at, file), 'utf8')));
  const documents = texts.flatMap(text => parseAllDocuments(text).map(document => document.toJS() as Crd | null));
  return documents.filter(document => document?.kind === 'CustomResourceDefinition') as Crd[];
}

async function moduleFolder(own: string, module: string): Promise<string | undefined> {
  try {
    const env = { ...process.env, GOFLAGS: '-mod=readonly' };
    const { stdout } = await run('go', ['mod', 'download', '-json', module], { cwd: join(MODULES, own), env });
    return (JSON.parse(stdout) as { Dir?: string }).Dir;
  } catch {
    return undefined;
  }
}
