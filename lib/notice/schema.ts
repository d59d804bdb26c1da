import * as z from 'zod/mini';
import type { Notice } from '../model/index.ts';
// biome-ignore lint/style/noRestrictedImports: the table alone, so that the webhook's bundle stays small.
import { ASKING } from '../sources/kinds.ts';

/** Bytes of a notice's body; a cluster that has more to tell leaves `objects` out. */
export const MAX_BODY = 64 * 1024;

/** Objects that a notice names at most: with the longest names that Kubernetes allows they fit into {@link MAX_BODY}. */
export const MAX_OBJECTS = 100;

/** RFC 1123 names, as Kubernetes allows them for objects and namespaces, and a notice names them. */
export const OBJECT_NAME = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;
const ObjectName = z.string().check(z.regex(OBJECT_NAME));
const Whole = z.number().check(z.int(), z.nonnegative());

// As the config names clusters: EKS's names, or with `eksName` any that has dots as well.
const ClusterName = z.string().check(z.regex(/^[0-9A-Za-z][A-Za-z0-9._-]{0,99}$/));

/** The fields of a notice ({@link Notice}), for schemas that add to it. */
export const NOTICE_FIELDS = {
  cluster: ClusterName,
  source: z.string().check(z.regex(/^[A-Za-z0-9._:/#-]{1,200}$/)),
  sequence: Whole,
  since: Whole,
  objects: z.optional(
    z
      .array(z.strictObject({ kind: z.enum(ASKING), namespace: ObjectName, name: ObjectName }))
      .check(z.minLength(1), z.maxLength(MAX_OBJECTS)),
  ),
};

const NoticeSchema = z.strictObject(NOTICE_FIELDS);

/** A body as a notice; undefined for anything else: JSON or not, larger, with other fields or other types. */
export function parseNotice(body: string): Notice | undefined {
  if (Buffer.byteLength(body) > MAX_BODY) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  const parsed = NoticeSchema.safeParse(value);
  return parsed.success ? (parsed.data as Notice) : undefined;
}
