/** Puts an item into its group, which is made where there is none yet. */
export function addTo<K, T>(groups: Map<K, T[]>, key: K, item: T): void {
  const group = groups.get(key);
  if (group) group.push(item);
  else groups.set(key, [item]);
}

/** Items by key, in the order in which keys and items were met. */
export function groupBy<T>(items: Iterable<T>, key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) addTo(groups, key(item), item);
  return groups;
}

/** One of each group in turn, then the second of each, …; the groups in the order in which they were met. */
export function inTurn<T>(items: Iterable<T>, key: (item: T) => string): T[] {
  const turns = [...groupBy(items, key).values()].flatMap(group => group.map((item, turn) => ({ item, turn })));
  return turns.sort((a, b) => a.turn - b.turn).map(({ item }) => item);
}
