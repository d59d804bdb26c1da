import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { text as whole } from 'node:stream/consumers';
import type { Config } from '../lib/config/config.ts';
import { type Manifests, type Previewed, preview, readManifests } from '../lib/preview/index.ts';
import type { Run } from '../lib/reconcile/index.ts';
import { firstAndCount } from '../lib/shown.ts';

/** What `fairlead plan --with` takes besides. */
export interface PreviewFlags {
  /** A folder of manifests, or a file; - for standard input. */
  readonly with?: string;
  readonly cluster?: readonly string[];
  readonly prune?: boolean;
  readonly namespace?: string;
}

/** What was compared, for a person and for a machine. */
export interface With {
  readonly cluster: string;
  readonly manifests: number;
  readonly added: readonly string[];
  readonly pruned: readonly string[];
  /** Manifests of kinds that ask for no names, by kind. */
  readonly skipped: Readonly<Record<string, number>>;
}

/** @throws ManifestError; Error where it is not clear which cluster is meant, or nothing can be read */
export async function previewWith(
  flags: PreviewFlags & { readonly with: string },
  run: Run,
): Promise<Pick<Previewed, 'result'> & { readonly about: With }> {
  const cluster = clusterOf(flags, run.config);
  const manifests = readManifests(await filesOf(flags.with), flags.namespace ?? 'default');
  const { result, applied } = await preview(run, manifests, { cluster, prune: flags.prune === true });
  return { result, about: { cluster, ...applied, ...counted(manifests) } };
}

const counted = ({ objects, skipped }: Manifests) => ({
  manifests: objects.length,
  skipped: Object.fromEntries([...skipped].sort(([a], [b]) => (a < b ? -1 : 1))),
});

function clusterOf({ cluster = [] }: PreviewFlags, { clusters }: Config): string {
  const names = clusters.map(({ name }) => name);
  const [wanted = names.length === 1 ? names[0] : undefined, ...others] = cluster;
  if (wanted === undefined || others.length > 0)
    throw new Error(
      `--with needs to know which cluster the manifests are for: give one --cluster of ${names.join(', ')}`,
    );
  if (!names.includes(wanted)) throw new Error(`the config has no cluster "${wanted}"; it has ${names.join(', ')}`);
  return wanted;
}

/** The manifests of a folder and those below it, in the order of their names; or a single file, or what standard input has. */
async function filesOf(path: string): Promise<{ file: string; text: string }[]> {
  if (path === '-') return [{ file: 'standard input', text: await whole(process.stdin) }];
  const found = await stat(path).catch(cause => {
    throw new Error(`--with: ${path} cannot be read: ${cause.message}`, { cause });
  });
  const files = found.isDirectory() ? await manifestsIn(path) : [path];
  if (files.length === 0) throw new Error(`--with: ${path} has no file that ends with .yaml, .yml or .json`);
  return Promise.all(files.map(async file => ({ file, text: await readFile(file, 'utf8') })));
}

async function manifestsIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter(entry => entry.isFile() && /\.(ya?ml|json)$/.test(entry.name))
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
}

/** `3 manifests over the objects of prod (2 new, 1 pruned: service/shop/old); skipped: 2 Deployment`. */
export function describeWith({ cluster, manifests, added, pruned, skipped }: With): string {
  const gone = pruned.length === 0 ? '' : `, ${pruned.length} pruned: ${firstAndCount(pruned, 5)}`;
  const left = Object.entries(skipped).map(([kind, count]) => `${count} ${kind}`);
  const rest = left.length === 0 ? '' : `; of kinds that ask for no names, skipped: ${left.join(', ')}`;
  const many = `${manifests} manifest${manifests === 1 ? '' : 's'}`;
  return `${many} over the objects of ${cluster} (${added.length} new${gone})${rest}; what is due without them is not shown`;
}
