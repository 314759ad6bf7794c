/** RFC 1951, 3.2.7: the order of the lengths' code, and its symbol for 11 to 138 zeros. */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const ZEROS = { symbol: 18, bits: 7, least: 11, most: 138 };

/** A code for symbols that come so often, none longer than `bitsMax`; of two symbols at least. */
export class HuffmanCode {
  readonly lengths: readonly number[];
  /** RFC 1951, 3.2.2; the first bit lowest, as they are written. */
  readonly bits: number[] = [];

  constructor(counts: readonly number[], bitsMax: number) {
    let weights = [...counts];
    // A code of one symbol leaves half of it unused, which a reader may refuse.
    for (let at = 0; weights.filter((one) => one > 0).length < 2; at++) weights[at] ||= 1;
    let lengths = lengthsFor(weights);
    while (Math.max(...lengths) > bitsMax) {
      weights = weights.map((weight) => (weight + 1) >> 1);
      lengths = lengthsFor(weights);
    }
    this.lengths = lengths;
    let code = 0;
    for (let length = 1; length <= bitsMax; length++, code *= 2) {
      for (const [symbol, one] of lengths.entries()) {
        if (one === length) this.bits[symbol] = reversed(code++, length);
      }
    }
  }
}

function lengthsFor(weights: readonly number[]): number[] {
  const lengths = weights.map(() => 0);
  const trees = weights.flatMap((weight, at) => (weight > 0 ? { weight, symbols: [at] } : []));
  while (trees.length > 1) {
    trees.sort((one, other) => other.weight - one.weight);
    const pair = trees.splice(-2);
    const symbols = pair.flatMap((tree) => tree.symbols);
    for (const symbol of symbols) lengths[symbol] = (lengths[symbol] ?? 0) + 1;
    trees.push({ weight: pair.reduce((sum, tree) => sum + tree.weight, 0), symbols });
  }
  return lengths;
}

function reversed(value: number, bits: number): number {
  let result = 0;
  for (let at = 0; at < bits; at++) result |= ((value >> at) & 1) << (bits - 1 - at);
  return result;
}

/** Bits into bytes, the first one lowest. */
export class BitWriter {
  private readonly bytes: number[] = [];
  private waiting = 0;
  private waitingBits = 0;

  put(value: number, bits: number): void {
    this.waiting |= value << this.waitingBits;
    this.waitingBits += bits;
    for (; this.waitingBits >= 8; this.waitingBits -= 8) {
      this.bytes.push(this.waiting & 0xff);
      this.waiting >>>= 8;
    }
  }

  symbol(code: HuffmanCode, symbol: number): void {
    this.put(code.bits[symbol] ?? 0, code.lengths[symbol] ?? 0);
  }

  finish(): Uint8Array {
    this.put(0, (8 - this.waitingBits) & 7);
    return Uint8Array.from(this.bytes);
  }
}

/** Both codes, by the lengths of their symbols; of repetitions only those of zeros. */
export function writeCodes(
  out: BitWriter,
  literals: readonly number[],
  distances: readonly number[],
): void {
  const used = (lengths: readonly number[]) => lengths.findLastIndex((one) => one > 0) + 1;
  const [literalCount, distanceCount] = [used(literals), used(distances)];
  const runs = runsOf([...literals.slice(0, literalCount), ...distances.slice(0, distanceCount)]);
  const counts = ORDER.map((_, symbol) => runs.filter((run) => run.symbol === symbol).length);
  const code = new HuffmanCode(counts, 7);
  const order = ORDER.slice(0, used(ORDER.map((symbol) => code.lengths[symbol] ?? 0)));
  out.put(literalCount - 257, 5);
  out.put(distanceCount - 1, 5);
  out.put(order.length - 4, 4);
  for (const symbol of order) out.put(code.lengths[symbol] ?? 0, 3);
  for (const { symbol, times } of runs) {
    out.symbol(code, symbol);
    if (symbol === ZEROS.symbol) out.put(times - ZEROS.least, ZEROS.bits);
  }
}

function runsOf(lengths: readonly number[]): { symbol: number; times: number }[] {
  const runs: { symbol: number; times: number }[] = [];
  for (let at = 0; at < lengths.length; ) {
    const symbol = lengths[at] ?? 0;
    let times = 1;
    while (symbol === 0 && times < ZEROS.most && lengths[at + times] === 0) times += 1;
    const isRun = times >= ZEROS.least;
    runs.push(isRun ? { symbol: ZEROS.symbol, times } : { symbol, times: 1 });
    at += isRun ? times : 1;
  }
  return runs;
}
