import type { ClusterName } from './names.ts';

/** A Kubernetes object, by what its own cluster knows it by. */
export interface NamedObject {
  /** The word of its kind in ownership records: `service`, `httproute`, … (`ASKING` in lib/sources/kinds.ts). */
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** A Kubernetes object of one cluster. */
export interface ObjectRef extends NamedObject {
  readonly cluster: ClusterName;
}

/** `kind/namespace/name`, the form in which the ownership record names an object. */
export function resourceOf({ kind, namespace, name }: NamedObject): string {
  return `${kind}/${namespace}/${name}`;
}

/** The object that such a text names. The text may be anybody's: what it leaves out is empty. */
export function objectNamedBy(resource: string): NamedObject {
  const [kind = '', namespace = '', name = ''] = resource.split('/');
  return { kind, namespace, name };
}

const NAMES = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/;

/** The same, of a text that could be an object's alone: names of Kubernetes, and all three of them. */
export function objectIn(resource: string): NamedObject | undefined {
  const parts = resource.split('/');
  return parts.length === 3 && parts.every(part => NAMES.test(part)) ? objectNamedBy(resource) : undefined;
}

/** Objects that one change names: thousands may ask for one name, and each would stand in results, logs and the history. */
const NAMED = 20;

/** The first of the objects of a change, and how many there are besides. */
export function namedObjects(objects: readonly ObjectRef[]): {
  readonly objects: readonly ObjectRef[];
  readonly moreObjects?: number;
} {
  const more = objects.length - NAMED;
  return more <= 0 ? { objects } : { objects: objects.slice(0, NAMED), moreObjects: more };
}

/** What stands behind the last of the objects that are named. */
export const andMore = ({ moreObjects }: { readonly moreObjects?: number | undefined }): string[] =>
  moreObjects === undefined ? [] : [`and ${moreObjects} more`];

/** `cluster: kind/namespace/name`, for people. */
export function describeObject(object: ObjectRef): string {
  return `${object.cluster}: ${resourceOf(object)}`;
}

/** Those of a change, for people: the ones that are named, and how many there are besides. */
export const describeObjects = (change: {
  readonly objects: readonly ObjectRef[];
  readonly moreObjects?: number;
}): string => [...change.objects.map(describeObject), ...andMore(change)].join(', ');

/** The object that such a text describes. A cluster's name may have a colon in it, a resource has none. */
export function objectDescribed(text: string): ObjectRef | undefined {
  const at = text.lastIndexOf(': ');
  const object = at < 1 ? undefined : objectIn(text.slice(at + 2));
  return object && { cluster: text.slice(0, at), ...object };
}
