import type { ResourcePath } from './kinds.ts';
import { apiVersion, KINDS } from './kinds.ts';
import type { KubernetesObject, ObjectStore, StoredObject } from './objects.ts';
import { badRequest, noSuchResource, notFound, StatusError } from './status.ts';
import { validate } from './validation.ts';

/** The body of a write, with the content type it came with. */
export interface Body {
  readonly contentType: string;
  readonly text: string;
}

const NAMESPACES = KINDS.find(kind => kind.resource === 'namespaces');

/** What the API fills in when an object is created, as far as it matters here. */
const DEFAULTS: Readonly<Record<string, (object: KubernetesObject) => object>> = {
  Service: ({ spec }) => ({ spec: { type: 'ClusterIP', ...(spec as object) }, status: { loadBalancer: {} } }),
  Ingress: () => ({ status: { loadBalancer: {} } }),
  Namespace: () => ({ status: { phase: 'Active' } }),
};

/** POST: what the object says of its status is left out. Throws StatusError: BadRequest, NotFound (of the namespace), AlreadyExists, Invalid. */
export function createObject(store: ObjectStore, path: ResourcePath, body: Body): StoredObject {
  if (path.name !== undefined) throw noSuchResource();
  const { status: _status, ...object } = readObject(path, body);
  validate(path.kind, object as KubernetesObject);
  const { namespace } = object.metadata;
  if (namespace !== undefined && NAMESPACES && !store.find(NAMESPACES, namespace)) {
    throw notFound(NAMESPACES, namespace);
  }
  return store.create(path.kind, { ...object, ...DEFAULTS[path.kind.kind]?.(object) }, Date.now());
}

/** PUT: all but the status, or of /status the status alone. Throws StatusError: BadRequest, NotFound, Conflict. */
export function updateObject(store: ObjectStore, path: ResourcePath, body: Body): StoredObject {
  const object = readObject(path, body);
  validate(path.kind, object);
  const old = store.get(path.kind, path.name ?? '', path.namespace);
  return store.update(path.kind, merged(path, old, object));
}

/** PATCH with a JSON merge patch (RFC 7386). Throws StatusError: BadRequest, NotFound, UnsupportedMediaType. */
export function patchObject(store: ObjectStore, path: ResourcePath, body: Body): StoredObject {
  if (body.contentType !== 'application/merge-patch+json') {
    throw new StatusError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', { details: {} });
  }
  const old = store.get(path.kind, path.name ?? '', path.namespace);
  const patched = mergePatch(old, parse(body.text)) as KubernetesObject;
  validate(path.kind, patched);
  return store.update(path.kind, merged(path, old, patched));
}

function merged(path: ResourcePath, old: StoredObject, next: KubernetesObject): KubernetesObject {
  if (!path.kind.status) return next;
  const { resourceVersion } = next.metadata;
  if (path.subresource === 'status') {
    const metadata = { ...old.metadata, ...(resourceVersion !== undefined && { resourceVersion }) };
    return withStatus({ ...old, metadata }, next.status);
  }
  return withStatus(next, old.status);
}

function withStatus({ status: _old, ...object }: KubernetesObject, status: unknown): KubernetesObject {
  return { ...(object as KubernetesObject), ...(status !== undefined && { status }) };
}

function readObject(path: ResourcePath, body: Body): KubernetesObject {
  const object = parse(body.text) as Partial<KubernetesObject> | null;
  if (typeof object !== 'object' || object === null || typeof object.metadata !== 'object') {
    throw badRequest(`the request body is no ${path.kind.kind}`);
  }
  if (
    (object.kind ?? path.kind.kind) !== path.kind.kind ||
    (object.apiVersion ?? apiVersion(path.kind)) !== apiVersion(path.kind)
  ) {
    throw badRequest(
      `${object.apiVersion}, Kind=${object.kind} does not match the expected ${apiVersion(path.kind)}, Kind=${path.kind.kind}`,
    );
  }
  const { name = path.name, namespace = path.namespace } = object.metadata;
  if (path.name !== undefined && name !== path.name) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${path.name})`);
  }
  if (path.kind.namespaced && namespace !== path.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  const metadata = {
    ...object.metadata,
    ...(name !== undefined && { name }),
    ...(namespace !== undefined && { namespace }),
  };
  return { ...object, kind: path.kind.kind, apiVersion: apiVersion(path.kind), metadata } as KubernetesObject;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest('the request body is no JSON');
  }
}

/** RFC 7386: objects merge, null removes, everything else replaces. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
