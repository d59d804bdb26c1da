import { LineCounter, parseAllDocuments } from 'yaml';
import { isMap } from '../is-map.ts';
import { placesOf, RESOURCE_KINDS, type ResourceKind } from '../sources/index.ts';

/** An object of a manifest, of a kind that sources read. */
export interface Manifest {
  readonly resource: ResourceKind;
  /** Empty for what has none. */
  readonly namespace: string;
  readonly name: string;
  readonly object: Readonly<Record<string, unknown>>;
}

export interface Manifests {
  /** In the order of the files; of two of one identity the later one counts, as when they are applied. */
  readonly objects: readonly Manifest[];
  /** How many objects of other kinds there are, by kind. */
  readonly skipped: ReadonlyMap<string, number>;
}

/** What is wrong with a manifest: `file:line: …`. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
}

/**
 * Reads manifests as `kubectl apply -f` does: several documents a file, lists taken apart, JSON too.
 *
 * @param namespace of objects that name none
 * @throws ManifestError for what is not YAML, and for an object without name
 */
export function readManifests(
  files: readonly { readonly file: string; readonly text: string }[],
  namespace: string,
): Manifests {
  const found = new Map<string, Manifest>();
  const skipped = new Map<string, number>();
  for (const { file, text } of files) {
    for (const { value, line } of documentsOf(text, file)) {
      for (const object of flat(value)) {
        const kind = textAt(object, 'kind') || 'without kind';
        const resource = resourceOf(textAt(object, 'apiVersion'), kind);
        if (resource === undefined) skipped.set(kind, (skipped.get(kind) ?? 0) + 1);
        else {
          const manifest = manifestOf(resource, object, namespace);
          if (manifest === undefined)
            throw new ManifestError(`${file}:${line}: a ${kind} has no metadata.name${renderFirst(text)}`);
          found.set(keyOf(manifest), manifest);
        }
      }
    }
  }
  return { objects: [...found.values()], skipped };
}

export const keyOf = ({ resource, namespace, name }: Pick<Manifest, 'resource' | 'namespace' | 'name'>): string =>
  `${resource}/${namespace}/${name}`;

const renderFirst = (text: string) =>
  text.includes('{{') ? '; a template must be rendered first (helm template, kustomize build)' : '';

function* documentsOf(text: string, file: string): Generator<{ value: unknown; line: number }> {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  for (const document of Array.isArray(documents) ? documents : []) {
    const [flaw] = document.errors;
    if (flaw) {
      const [what] = flaw.message.split('\n');
      throw new ManifestError(`${file}:${lines.linePos(flaw.pos[0]).line}: is not YAML: ${what}${renderFirst(text)}`);
    }
    const line = lines.linePos(document.contents?.range?.[0] ?? 0).line;
    const value = plain(document, `${file}:${line}`);
    if (value === null || value === undefined) continue;
    if (!isMap(value)) throw new ManifestError(`${file}:${line}: is no Kubernetes object, but ${describe(value)}`);
    yield { value, line };
  }
}

function plain(document: { toJS(): unknown }, where: string): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    // An alias without its anchor, or so many that the document would explode.
    throw new ManifestError(`${where}: is not usable YAML: ${(cause as Error).message}`, { cause });
  }
}

const describe = (value: unknown) => (Array.isArray(value) ? 'a list' : `${JSON.stringify(value)}`.slice(0, 60));

/** The objects of a `List`, or the object itself. */
function flat(value: unknown): Record<string, unknown>[] {
  if (!isMap(value)) return [];
  return textAt(value, 'kind').endsWith('List') && Array.isArray(value.items) ? value.items.flatMap(flat) : [value];
}

const textAt = (value: Readonly<Record<string, unknown>>, key: string): string =>
  typeof value[key] === 'string' ? value[key] : '';

function resourceOf(apiVersion: string, kind: string): ResourceKind | undefined {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return RESOURCE_KINDS.find(word => placesOf(word).some(place => place.kind === kind && place.group === group));
}

function manifestOf(
  resource: ResourceKind,
  object: Readonly<Record<string, unknown>>,
  fallback: string,
): Manifest | undefined {
  const metadata = isMap(object.metadata) ? object.metadata : {};
  const name = textAt(metadata, 'name');
  if (name === '') return undefined;
  const namespace = isClusterWide(resource) ? '' : textAt(metadata, 'namespace') || fallback;
  const placed = namespace === '' ? metadata : { ...metadata, namespace };
  return { resource, namespace, name, object: { ...object, metadata: placed } };
}

const isClusterWide = (resource: ResourceKind) => resource === 'namespace' || resource === 'node';
