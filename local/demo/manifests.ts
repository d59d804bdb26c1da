import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { LocalCluster } from '../emulators/kubernetes/cluster.ts';
import { kindOf } from '../emulators/kubernetes/kinds.ts';
import { validate } from '../emulators/kubernetes/validation.ts';

type Manifest = Parameters<LocalCluster['apply']>[0];

/** What a change of a manifest file did to the cluster, in words. */
export interface Applied {
  readonly file: string;
  readonly lines: readonly string[];
  readonly errors: readonly string[];
}

export const isManifest = (file: string) => /\.ya?ml$/.test(file) && basename(file) !== 'fairlead.yml';

/** Keeps a cluster's objects in step with the manifest files of a folder. */
export class ManifestFolder {
  readonly #cluster: LocalCluster;
  /** Names of the objects that each file brought, as `Kind/namespace/name`. */
  readonly #brought = new Map<string, Set<string>>();
  readonly folder: string;

  constructor(folder: string, cluster: LocalCluster) {
    this.folder = folder;
    this.#cluster = cluster;
  }

  applyAll(): Applied[] {
    return readdirSync(this.folder)
      .filter(isManifest)
      .sort()
      .map(file => this.apply(file));
  }

  /** Applies a file as it is now; what it no longer brings, or all if it is gone, is deleted. A file with a mistake changes nothing. */
  apply(file: string): Applied {
    const before = this.#brought.get(file) ?? new Set();
    const { manifests, errors } = this.#read(file);
    if (errors.length > 0) return { file, lines: [], errors };
    const now = new Set(manifests.map(idOf));
    const lines: string[] = [];
    try {
      for (const manifest of manifests) validate(kindOf(manifest), manifest);
      for (const manifest of manifests) {
        this.#cluster.apply(manifest);
        lines.push(`${before.has(idOf(manifest)) ? 'applied' : 'created'} ${idOf(manifest)}`);
      }
    } catch (error) {
      return { file, lines, errors: [(error as Error).message] };
    }
    for (const gone of [...before].filter(id => !now.has(id))) {
      const [kind = '', namespace = '', name = ''] = gone.split('/');
      this.#cluster.delete({ kind, namespace, name });
      lines.push(`deleted ${gone}`);
    }
    this.#brought.set(file, now);
    return { file, lines, errors: [] };
  }

  #read(file: string): { manifests: Manifest[]; errors: string[] } {
    let text: string;
    try {
      text = readFileSync(join(this.folder, file), 'utf8');
    } catch {
      return { manifests: [], errors: [] };
    }
    const documents = parseAllDocuments(text);
    const errors = [...documents].flatMap(document => document.errors.map(({ message }) => message));
    const values =
      errors.length > 0
        ? []
        : [...documents]
            .map(document => document.toJS() as unknown)
            .filter(value => value !== null && value !== undefined);
    const strangers = values.filter(value => !isObject(value));
    return {
      manifests: values.filter(isObject),
      errors: [...errors, ...strangers.map(() => 'each document needs apiVersion, kind and metadata.name')],
    };
  }
}

function isObject(value: unknown): value is Manifest {
  const { apiVersion, kind, metadata } = value as {
    apiVersion?: unknown;
    kind?: unknown;
    metadata?: { name?: unknown };
  };
  return typeof apiVersion === 'string' && typeof kind === 'string' && typeof metadata?.name === 'string';
}

const idOf = ({ kind, metadata }: Manifest) => `${kind}/${metadata.namespace ?? 'default'}/${metadata.name}`;
