import type { Config } from '../config/config.ts';
import type { Finding } from '../model/index.ts';
import type { Selection } from '../sources/index.ts';

/**
 * Filters that leave nothing of what all clusters have: a mistyped selector or namespace would be silence otherwise. Asked only
 * where every cluster was read completely.
 */
export function emptyFilters(
  { filters, shards }: Pick<Config, 'filters' | 'shards'>,
  read: readonly { readonly selection?: Selection }[],
): Finding[] {
  const selections = read.flatMap(({ selection }) => selection ?? []);
  const seen = selections.reduce((sum, one) => sum + one.seen, 0);
  const selected = selections.reduce((sum, one) => sum + one.selected, 0);
  const inNone = filters.namespaces.filter(name => !selections.some(({ namespaces }) => namespaces.has(name)));
  const keys = (['labels', 'annotations'] as const).filter(key => filters[key] !== '').map(key => `filters.${key}`);
  return [
    // The clusters of another shard may have it.
    ...(shards.length > 1 ? [] : inNone.map(nothingIn)),
    ...(seen > 0 && selected === 0 && keys.length > 0 ? [nothingFits(seen, keys)] : []),
  ];
}

function nothingIn(namespace: string): Finding {
  const message = `filters.namespaces: no object of the sources is in the namespace "${namespace}": if it is not spelt as in the cluster, mend it`;
  return { reason: 'warning', message, field: 'filters.namespaces' };
}

function nothingFits(seen: number, keys: readonly string[]): Finding {
  const objects =
    seen === 1 ? 'the only object that was read does not fit' : `none of the ${seen} objects that were read fits`;
  const message = `${objects} ${keys.join(' and ')}, so nothing is published: mend the selector`;
  return { reason: 'warning', message, field: keys[0] as string };
}
