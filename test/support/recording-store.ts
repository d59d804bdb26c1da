import type { StateStore } from '../../lib/state/index.ts';

/** A store, and under which keys something was put into it through this. */
export function recordingPuts(inner: StateStore): { readonly store: StateStore; readonly puts: readonly string[] } {
  const puts: string[] = [];
  const put: StateStore['put'] = (key, ...rest) => {
    puts.push(key);
    return inner.put(key, ...rest);
  };
  return { store: { ...inner, put }, puts };
}
