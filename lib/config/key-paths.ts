import type * as z from 'zod/mini';

type Schema = z.core.$ZodType;

/** What zod's schemas have below them, as far as a config uses it. */
interface Def {
  readonly type: string;
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly innerType?: Schema;
  readonly element?: Schema;
  readonly in?: Schema;
}

/** Every key of a schema, as `zones.domains`; those of a list's items as `clusters[].name`, and what is below them as one. */
export function keyPaths(schema: Schema, path = ''): string[] {
  const def = schema._zod.def as unknown as Def;
  if (def.shape) {
    const below = Object.entries(def.shape).flatMap(([key, value]) =>
      keyPaths(value, path === '' ? key : `${path}.${key}`),
    );
    return below.length > 0 ? below : [path];
  }
  const itemKeys = def.type === 'array' && def.element ? keysOf(def.element) : [];
  if (itemKeys.length > 0) return itemKeys.map(key => `${path}[].${key}`);
  const inner = def.innerType ?? def.in;
  return inner ? keyPaths(inner, path) : [path];
}

function keysOf(schema: Schema): string[] {
  const { shape, innerType, in: input } = schema._zod.def as unknown as Def;
  const inner = innerType ?? input;
  return shape ? Object.keys(shape) : inner ? keysOf(inner) : [];
}
