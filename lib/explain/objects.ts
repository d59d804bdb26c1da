import type { DnsName, NamedObject, ObjectRef, Snapshot } from '../model/index.ts';
import { describeObject } from '../model/index.ts';

export const fits = (object: ObjectRef, wanted: NamedObject, cluster: string | undefined) =>
  object.kind === wanted.kind &&
  object.namespace === wanted.namespace &&
  object.name === wanted.name &&
  (cluster === undefined || object.cluster === cluster);

/** The objects of this name: one in each cluster that has one. */
export function findObjects(wanted: NamedObject, asked: readonly Snapshot[], cluster?: string): ObjectRef[] {
  const all = asked.flatMap(objectsIn).filter(object => fits(object, wanted, cluster));
  return [...new Map(all.map(object => [describeObject(object), object])).values()];
}

export const objectsIn = ({ endpoints, holds, findings }: Snapshot): ObjectRef[] => [
  ...endpoints.map(({ object }) => object),
  ...holds.map(({ object }) => object),
  ...findings.flatMap(({ object }) => object ?? []),
];

/** The names that an object asks for, waits for or was refused. */
export function namesOf(object: ObjectRef, asked: readonly Snapshot[]): Set<DnsName> {
  const own = asked.filter(({ cluster }) => cluster === object.cluster);
  const isOf = (one: { readonly object?: ObjectRef }) =>
    one.object !== undefined && fits(one.object, object, object.cluster);
  return new Set([
    ...own.flatMap(({ endpoints }) => endpoints.filter(isOf).map(({ name }) => name)),
    ...own.flatMap(({ holds, findings }) => [...holds, ...findings].filter(isOf).flatMap(({ name }) => name ?? [])),
  ]);
}
