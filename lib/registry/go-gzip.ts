import { type Code, huffmanCodes } from './huffman.ts';

/**
 * Gzip exactly as Go's compress/gzip writes it with BestCompression, a Flush and a Close (Go 1.26). ExternalDNS deletes an
 * encrypted ownership record by making its text anew and naming that: it must come out byte for byte as we wrote it, which
 * zlib's would not.
 *
 * @param text of some thousand characters at most: one block, in which every match is looked for
 */
export function goGzip(text: string): Buffer {
  const data = Buffer.from(text);
  const out = bitWriter();
  writeBlock(tokensOf(data), data, out);
  // What Flush writes, and what Close writes: an empty stored block each, the second marked as the last one.
  writeStored(Buffer.alloc(0), out);
  writeStored(Buffer.alloc(0), out, 1);
  const head = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255]);
  const tail = Buffer.alloc(8);
  tail.writeUInt32LE(crc32(data), 0);
  tail.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, out.bytes(), tail]);
}

/** CRC-32 as gzip has it (RFC 1952, 8); node:zlib has one only in newer versions of Node. */
function crc32(data: Buffer): number {
  let crc = -1;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/** A byte as it is, or so many bytes from so far back. */
type Token = { readonly literal: number } | { readonly length: number; readonly distance: number };

const SHORTEST = 4;
const LONGEST = 258;

/** Lazy matching: a match is taken unless the one that begins a byte later is longer. */
function tokensOf(data: Buffer): Token[] {
  const tokens: Token[] = [];
  let best = { length: SHORTEST - 1, distance: 0 };
  let waits = false;
  let at = 0;
  while (at < data.length) {
    const previous = best;
    const searches = data.length - at > previous.length && previous.length < LONGEST;
    best = searches ? longestMatch(data, at) : { length: SHORTEST - 1, distance: 0 };
    if (previous.length >= SHORTEST && best.length <= previous.length) {
      tokens.push(previous);
      at += previous.length - 1;
      waits = false;
      best = { length: SHORTEST - 1, distance: 0 };
    } else {
      if (waits) tokens.push({ literal: data[at - 1] as number });
      at += 1;
      waits = true;
    }
  }
  if (waits) tokens.push({ literal: data[at - 1] as number });
  return tokens;
}

/** The longest of the matches, of equally long ones the nearest. */
function longestMatch(data: Buffer, at: number): { length: number; distance: number } {
  const longest = Math.min(LONGEST, data.length - at);
  let found = { length: SHORTEST - 1, distance: 0 };
  for (let from = at - 1; from >= 0 && found.length < longest; from--) {
    let length = 0;
    while (length < longest && data[from + length] === data[at + length]) length += 1;
    if (length > found.length) found = { length, distance: at - from };
  }
  return found;
}

// RFC 1951, 3.2.5: the codes of lengths from 3 on and of distances from 1 on, each with the bits that follow it.
const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5];
const DISTANCE_BITS = [0, 0, ...Array.from({ length: 28 }, (_, i) => Math.floor(i / 2))];
const END = 256;
const LITERALS = 286;

const basesOf = (bits: readonly number[], first: number) => {
  let base = first;
  return bits.map(count => {
    const own = base;
    base += 2 ** count;
    return own;
  });
};
const LENGTHS = basesOf(LENGTH_BITS, 3);
const DISTANCES = basesOf(DISTANCE_BITS, 1);

interface Coded {
  readonly symbol: number;
  readonly bits: number;
  readonly rest: number;
}

function coded(value: number, bases: readonly number[], bits: readonly number[]): Coded {
  const symbol = bases.findLastIndex(base => base <= value);
  return { symbol, bits: bits[symbol] ?? 0, rest: value - (bases[symbol] ?? 0) };
}

const lengthOf = (length: number): Coded =>
  length === LONGEST ? { symbol: 28, bits: 0, rest: 0 } : coded(length, LENGTHS, LENGTH_BITS);
const distanceOf = (distance: number) => coded(distance, DISTANCES, DISTANCE_BITS);

/** RFC 1951, 3.2.6. */
const FIXED_LITERALS = Array.from({ length: LITERALS }, (_, symbol) => {
  if (symbol < 144) return fixed(symbol + 48, 8);
  if (symbol < 256) return fixed(symbol + 256, 9);
  return symbol < 280 ? fixed(symbol - 256, 7) : fixed(symbol - 88, 8);
});
const FIXED_DISTANCES = DISTANCE_BITS.map((_, symbol) => fixed(symbol, 5));

function fixed(code: number, length: number): Code {
  let bits = 0;
  for (let i = 0; i < length; i++) bits |= ((code >> i) & 1) << (length - 1 - i);
  return { bits, length };
}

/** Writes the block in whichever of the three forms is the shortest. */
function writeBlock(tokens: readonly Token[], data: Buffer, out: BitWriter): void {
  const literals: number[] = Array(LITERALS).fill(0);
  const distances: number[] = Array(DISTANCE_BITS.length).fill(0);
  const count = (counts: number[], symbol: number) => {
    counts[symbol] = (counts[symbol] ?? 0) + 1;
  };
  let extra = 0;
  for (const token of tokens) {
    if ('literal' in token) count(literals, token.literal);
    else {
      const [length, distance] = [lengthOf(token.length), distanceOf(token.distance)];
      count(literals, 257 + length.symbol);
      count(distances, distance.symbol);
      extra += length.bits + distance.bits;
    }
  }
  count(literals, END);
  // A tree of distances must have one, even where none is used.
  if (!distances.some(each => each > 0)) distances[0] = 1;
  const own = { literals: huffmanCodes(literals, 15), distances: huffmanCodes(distances, 15) };
  const header = headerOf(own);
  const costs = (codes: Codes) => sizeOf(codes.literals, literals) + sizeOf(codes.distances, distances) + extra;
  const size = { fixed: 3 + costs(FIXED), dynamic: header.size + costs(own), stored: (data.length + 5) * 8 };
  const dynamic = size.dynamic < size.fixed;
  if (size.stored < Math.min(size.fixed, size.dynamic)) writeStored(data, out);
  else {
    if (dynamic) header.write(out);
    else out.write(2, 3);
    writeTokens(tokens, dynamic ? own : FIXED, out);
  }
}

interface Codes {
  readonly literals: readonly Code[];
  readonly distances: readonly Code[];
}

const FIXED: Codes = { literals: FIXED_LITERALS, distances: FIXED_DISTANCES };

const sizeOf = (codes: readonly Code[], counts: readonly number[]) =>
  counts.reduce((sum, count, symbol) => sum + count * (codes[symbol]?.length ?? 0), 0);

function writeTokens(tokens: readonly Token[], codes: Codes, out: BitWriter): void {
  const put = ({ bits, length }: Code = { bits: 0, length: 0 }) => out.write(bits, length);
  for (const token of tokens) {
    if ('literal' in token) {
      put(codes.literals[token.literal]);
      continue;
    }
    const length = lengthOf(token.length);
    put(codes.literals[257 + length.symbol]);
    out.write(length.rest, length.bits);
    const distance = distanceOf(token.distance);
    put(codes.distances[distance.symbol]);
    out.write(distance.rest, distance.bits);
  }
  put(codes.literals[END]);
}

/** RFC 1951, 3.2.7: the order in which the lengths of the codes for code lengths stand. */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
/** The bits that follow each of these codes. */
const REPEATS: Readonly<Record<number, number>> = { 16: 2, 17: 3, 18: 7 };

/** The header of a block with codes of its own: how long the code of each symbol is. */
function headerOf({ literals, distances }: Codes): { size: number; write(out: BitWriter): void } {
  const used = (codes: readonly Code[]) => codes.slice(0, codes.findLastIndex(({ length }) => length > 0) + 1);
  const [ofLiterals, ofDistances] = [used(literals), used(distances)];
  const runs = runsOf([...ofLiterals, ...ofDistances].map(({ length }) => length));
  const counts = new Array<number>(ORDER.length).fill(0);
  for (const { symbol } of runs) counts[symbol] = (counts[symbol] ?? 0) + 1;
  const codes = huffmanCodes(counts, 7);
  const many = Math.max(4, ORDER.findLastIndex(symbol => (counts[symbol] ?? 0) > 0) + 1);
  const repeats = runs.reduce((sum, { symbol }) => sum + (REPEATS[symbol] ?? 0), 0);
  return {
    size: 17 + 3 * many + sizeOf(codes, counts) + repeats,
    write(out) {
      out.write(4, 3);
      out.write(ofLiterals.length - 257, 5);
      out.write(ofDistances.length - 1, 5);
      out.write(many - 4, 4);
      for (const symbol of ORDER.slice(0, many)) out.write(codes[symbol]?.length ?? 0, 3);
      for (const { symbol, rest } of runs) {
        out.write(codes[symbol]?.bits ?? 0, codes[symbol]?.length ?? 0);
        out.write(rest, REPEATS[symbol] ?? 0);
      }
    },
  };
}

interface Run {
  readonly symbol: number;
  /** What is repeated, less what the symbol stands for in any case. */
  readonly rest: number;
}

/** Run-length encoding of code lengths: 16 repeats the last one 3 to 6 times, 17 and 18 are 3 to 138 zeros. */
function runsOf(lengths: readonly number[]): Run[] {
  const runs: Run[] = [];
  for (let at = 0; at < lengths.length; ) {
    const length = lengths[at] as number;
    let count = 1;
    while (lengths[at + count] === length) count += 1;
    at += count;
    if (length > 0) {
      runs.push({ symbol: length, rest: 0 });
      count -= 1;
    }
    const [many, symbol, least] = length > 0 ? [6, 16, 3] : [138, 18, 11];
    for (; count >= least; count -= Math.min(many, count)) runs.push({ symbol, rest: Math.min(many, count) - least });
    if (length === 0 && count >= 3) {
      runs.push({ symbol: 17, rest: count - 3 });
      count = 0;
    }
    for (; count > 0; count--) runs.push({ symbol: length, rest: 0 });
  }
  return runs;
}

function writeStored(data: Buffer, out: BitWriter, last: 0 | 1 = 0): void {
  out.write(last, 3);
  out.align();
  out.write(data.length, 16);
  out.write(~data.length & 0xffff, 16);
  for (const byte of data) out.write(byte, 8);
}

interface BitWriter {
  /** The lowest bits of a number, the lowest first. */
  write(value: number, bits: number): void;
  align(): void;
  bytes(): Buffer;
}

function bitWriter(): BitWriter {
  const bytes: number[] = [];
  let waiting = 0;
  let held = 0;
  const flush = () => {
    for (; held >= 8; held -= 8, waiting >>>= 8) bytes.push(waiting & 0xff);
  };
  return {
    write(value, bits) {
      waiting |= value << held;
      held += bits;
      flush();
    },
    align() {
      if (held > 0) held = 8;
      flush();
      waiting = 0;
    },
    bytes: () => Buffer.from(bytes),
  };
}
