/** The code of one symbol, its bits in the order in which they are written. */
export interface Code {
  readonly bits: number;
  readonly length: number;
}

interface Leaf {
  readonly symbol: number;
  readonly count: number;
}

/**
 * The Huffman codes for symbols that occur so often, none longer than `longest` bits; symbols that do not occur have the
 * length 0. Where several codes are equally short, it is the one that Go's compress/flate chooses (BSD-3-Clause, The Go
 * Authors), since ./go-gzip.ts must give its very bytes.
 */
export function huffmanCodes(counts: readonly number[], longest: number): Code[] {
  const codes: Code[] = counts.map(() => ({ bits: 0, length: 0 }));
  const leaves = counts.flatMap((count, symbol): Leaf[] => (count > 0 ? [{ symbol, count }] : []));
  if (leaves.length <= 2) {
    for (const [bits, { symbol }] of leaves.entries()) codes[symbol] = { bits, length: 1 };
    return codes;
  }
  leaves.sort((a, b) => a.count - b.count || a.symbol - b.symbol);
  const perLength = leavesPerLength(
    leaves.map(({ count }) => count),
    Math.min(longest, leaves.length - 1),
  );
  let code = 0;
  for (const [length, many] of perLength.entries()) {
    code <<= 1;
    const chunk = leaves.splice(leaves.length - many, many).sort((a, b) => a.symbol - b.symbol);
    for (const { symbol } of chunk) codes[symbol] = { bits: reversed(code++, length), length };
  }
  return codes;
}

interface Level {
  lastCount: number;
  nextLeaf: number;
  nextPair: number;
  needed: number;
}

/**
 * How many symbols get codes of each length, by the boundary package-merge algorithm (Katajainen, Moffat and Turpin, 1995).
 * Of a leaf and a pair that weigh the same, the pair comes first.
 *
 * @param counts at least three, rising
 */
function leavesPerLength(counts: readonly number[], longest: number): number[] {
  const [first = 0, second = 0, third = 0] = counts;
  const countOf = (leaf: number) => counts[leaf] ?? Number.POSITIVE_INFINITY;
  const levels = Array.from(
    { length: longest + 2 },
    (_, level): Level => ({
      lastCount: second,
      nextLeaf: third,
      nextPair: level === 1 ? Number.POSITIVE_INFINITY : first + second,
      needed: level === longest ? 2 * counts.length - 4 : 0,
    }),
  );
  // leavesBelow[i][j]: the leaves to the left of the level j ancestor of the rightmost node of level i.
  const leavesBelow = levels.map((_, level) => levels.map((_, other) => (other === level && level > 0 ? 2 : 0)));
  const at = (level: number) => levels[level] as Level;
  const below = (level: number) => leavesBelow[level] as number[];
  for (let level = longest; ; ) {
    const here = at(level);
    if (here.nextPair === Number.POSITIVE_INFINITY && here.nextLeaf === Number.POSITIVE_INFINITY) {
      here.needed = 0;
      at(level + 1).nextPair = Number.POSITIVE_INFINITY;
      level += 1;
      continue;
    }
    const previous = here.lastCount;
    if (here.nextLeaf < here.nextPair) {
      const leaves = (below(level)[level] ?? 0) + 1;
      here.lastCount = here.nextLeaf;
      below(level)[level] = leaves;
      here.nextLeaf = countOf(leaves);
    } else {
      here.lastCount = here.nextPair;
      below(level).splice(0, level, ...below(level - 1).slice(0, level));
      at(level - 1).needed = 2;
    }
    here.needed -= 1;
    if (here.needed > 0) {
      while (at(level - 1).needed > 0) level -= 1;
      continue;
    }
    if (level === longest) break;
    at(level + 1).nextPair = previous + here.lastCount;
    level += 1;
  }
  const leaves = below(longest);
  return Array.from({ length: longest + 1 }, (_, length) => {
    const level = longest - length + 1;
    return length === 0 ? 0 : (leaves[level] ?? 0) - (leaves[level - 1] ?? 0);
  });
}

/** The lowest `length` bits the other way round: deflate writes codes from their highest bit on. */
function reversed(bits: number, length: number): number {
  let result = 0;
  for (let i = 0; i < length; i++) result |= ((bits >> i) & 1) << (length - 1 - i);
  return result;
}
