/**
 * The suffixes of `text` in lexical order, by their offsets: induced sorting (Nong, Zhang and Chan,
 * "Two Efficient Algorithms for Linear Time Suffix Array Construction", 2011). A suffix that is a
 * prefix of another one comes first. Takes time and, four bytes a byte, memory in proportion.
 */
export function suffixArray(text: Uint8Array): Int32Array {
  // A sentinel below every byte, so that the induction needs no case for the end.
  const shifted = new Int32Array(text.length + 1);
  for (let at = 0; at < text.length; at++) shifted[at] = (text[at] as number) + 1;
  return sortSuffixes(shifted, 257).subarray(1);
}

/** @param text ends with its only 0; its symbols are below `symbolCount` */
function sortSuffixes(text: Int32Array, symbolCount: number): Int32Array {
  const sorter = new Sorter(text, symbolCount);
  const order = sorter.leftmostSmaller();
  sorter.induce(order);
  const { names, nameCount } = sorter.nameSubstrings(order.length);
  if (nameCount < order.length) {
    const sorted = sortSuffixes(names, nameCount);
    sorter.induce(Int32Array.from(sorted, (index) => order[index] as number));
  } else {
    const byName = new Int32Array(order.length);
    for (let index = 0; index < order.length; index++) {
      byName[names[index] as number] = order[index] as number;
    }
    sorter.induce(byName);
  }
  return sorter.suffixes;
}

class Sorter {
  readonly suffixes: Int32Array;
  private readonly text: Int32Array;
  /** 1 where a suffix is smaller than the next one. */
  private readonly isSmaller: Uint8Array;
  /** How many of each symbol there are, and the bound of its bucket that is in use. */
  private readonly counts: Int32Array;
  private readonly bounds: Int32Array;

  constructor(text: Int32Array, symbolCount: number) {
    this.text = text;
    this.suffixes = new Int32Array(text.length);
    this.isSmaller = new Uint8Array(text.length);
    this.counts = new Int32Array(symbolCount);
    this.bounds = new Int32Array(symbolCount);
    for (const symbol of text) this.counts[symbol] = (this.counts[symbol] as number) + 1;
    this.isSmaller[text.length - 1] = 1;
    for (let at = text.length - 2; at >= 0; at--) {
      const difference = (text[at] as number) - (text[at + 1] as number);
      const smaller = difference < 0 || (difference === 0 && this.isSmaller[at + 1] === 1);
      this.isSmaller[at] = smaller ? 1 : 0;
    }
  }

  /** The offsets, rising, of suffixes that are smaller than both neighbours. */
  leftmostSmaller(): Int32Array {
    const found: number[] = [];
    for (let at = 1; at < this.text.length; at++) if (this.isLeftmost(at)) found.push(at);
    return Int32Array.from(found);
  }

  /** Sorts all suffixes from an order of the leftmost smaller ones. */
  induce(order: Int32Array): void {
    const { suffixes, text, bounds } = this;
    suffixes.fill(-1);
    this.setBounds("ends");
    for (let index = order.length - 1; index >= 0; index--) {
      const at = order[index] as number;
      const symbol = text[at] as number;
      const place = (bounds[symbol] as number) - 1;
      bounds[symbol] = place;
      suffixes[place] = at;
    }
    this.induceLarger();
    this.induceSmaller();
  }

  private induceLarger(): void {
    const { suffixes, text, bounds, isSmaller } = this;
    this.setBounds("starts");
    for (let index = 0; index < suffixes.length; index++) {
      const at = (suffixes[index] as number) - 1;
      if (at < 0 || isSmaller[at] === 1) continue;
      const symbol = text[at] as number;
      const place = bounds[symbol] as number;
      bounds[symbol] = place + 1;
      suffixes[place] = at;
    }
  }

  private induceSmaller(): void {
    const { suffixes, text, bounds, isSmaller } = this;
    this.setBounds("ends");
    for (let index = suffixes.length - 1; index >= 0; index--) {
      const at = (suffixes[index] as number) - 1;
      if (at < 0 || isSmaller[at] === 0) continue;
      const symbol = text[at] as number;
      const place = (bounds[symbol] as number) - 1;
      bounds[symbol] = place;
      suffixes[place] = at;
    }
  }

  /** Equal substrings between leftmost smaller suffixes get equal names, in order of the offsets. */
  nameSubstrings(count: number): { names: Int32Array; nameCount: number } {
    const nameAt = new Int32Array(this.text.length).fill(-1);
    let nameCount = 0;
    let previous = -1;
    for (const at of this.suffixes) {
      if (!this.isLeftmost(at)) continue;
      if (previous >= 0 && !this.isSameSubstring(previous, at)) nameCount += 1;
      nameAt[at] = nameCount;
      previous = at;
    }
    const names = new Int32Array(count);
    let next = 0;
    for (const name of nameAt) if (name >= 0) names[next++] = name;
    return { names, nameCount: nameCount + 1 };
  }

  private isLeftmost(at: number): boolean {
    return at > 0 && this.isSmaller[at] === 1 && this.isSmaller[at - 1] === 0;
  }

  private isSameSubstring(one: number, other: number): boolean {
    const { text, isSmaller } = this;
    for (let step = 0; ; step++) {
      const isSame =
        text[one + step] === text[other + step] &&
        isSmaller[one + step] === isSmaller[other + step];
      if (!isSame) return false;
      if (step > 0 && (this.isLeftmost(one + step) || this.isLeftmost(other + step))) {
        return this.isLeftmost(one + step) && this.isLeftmost(other + step);
      }
    }
  }

  private setBounds(which: "starts" | "ends"): void {
    let sum = 0;
    for (let symbol = 0; symbol < this.counts.length; symbol++) {
      const start = sum;
      sum += this.counts[symbol] as number;
      this.bounds[symbol] = which === "starts" ? start : sum;
    }
  }
}
