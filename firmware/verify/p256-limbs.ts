/*
 * Numbers modulo P-256's prime and order without BigInt, for engines that have none: 11 limbs of 24
 * bits, so that a sum of 22 products of limbs stays exact in a double (22 · 2^48 < 2^53) and is
 * carried once. Residues are kept times 2^264 (Montgomery, "Modular multiplication without trial
 * division", 1985). They see public values only, so nothing has to take the same time for every
 * input.
 */

export const LIMBS = 11;
const LIMB_BITS = 24;
const RADIX = 0x1000000;
/** Of the topmost limb, what lies below 2^256. */
const TOP_RADIX = 0x10000;
const NUMBER_BYTES = 32;
/** Bytes of a limb, and of the topmost one. */
const LIMB_BYTES = 3;

/**
 * A residue, or what stands for it: limbs of 0 to 2^24 - 1, the lowest first; the topmost may be
 * negative. Its value is above -2^245 and below 1.01 · 2^256, so it is 0 or the modulus if it stands
 * for 0.
 */
export type Limbs = Int32Array;

export interface Modulus {
  readonly limbs: Limbs;
  /** The modulus as a sum of `factors[i]` · 2^(24 · `places[i]`): of the prime five do. */
  readonly places: Int32Array;
  readonly factors: Int32Array;
  /** -1 divided by it, modulo 2^24. */
  readonly negativeInverse: number;
  /** 2^528 modulo it: a product with this brings a number into Montgomery's form. */
  readonly square: Limbs;
}

/** 32 bytes from `offset` on, big-endian, or as many as there are. */
export function limbsAt(bytes: Uint8Array, offset: number): Limbs {
  const limbs = new Int32Array(LIMBS);
  for (let index = 0; index < NUMBER_BYTES; index++) {
    const place = NUMBER_BYTES - 1 - index;
    const limb = Math.floor(place / LIMB_BYTES);
    limbs[limb] = (limbs[limb] as number) * 256 + (bytes[offset + index] as number);
  }
  return limbs;
}

/** @param digits 64, hexadecimal */
export function limbsOf(digits: string): Limbs {
  const bytes = new Uint8Array(NUMBER_BYTES);
  for (let index = 0; index < NUMBER_BYTES; index++) {
    bytes[index] = parseInt(digits.slice(2 * index, 2 * index + 2), 16);
  }
  return limbsAt(bytes, 0);
}

/** 2^256 - 2^224 + 2^192 + 2^96 - 1 (SEC 2, section 2.4.2). */
export function prime(): Modulus {
  return {
    limbs: limbsOf("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"),
    places: new Int32Array([0, 4, 8, 9, 10]),
    factors: new Int32Array([-1, 1, 1, -0x100, 0x10000]),
    negativeInverse: 1,
    square: limbsOf("0004fffffffdfffffffffffffffefffffffbffffffff00000000000000030000"),
  };
}

/** The group's order (SEC 2, section 2.4.2). */
export function order(): Modulus {
  const limbs = limbsOf("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
  const places = new Int32Array(LIMBS);
  for (let index = 0; index < LIMBS; index++) places[index] = index;
  return {
    limbs,
    places,
    factors: limbs,
    negativeInverse: 0xbc4f,
    square: limbsOf("2d955aba561fc164b2392b6bec5961906ab8c68a2abb372e0f80d88a9a9fedcf"),
  };
}

/** Whether `a` is below `b`, both with limbs that are not negative. */
export function isBelow(a: Limbs, b: Limbs): boolean {
  for (let index = LIMBS - 1; index >= 0; index--) {
    if (a[index] !== b[index]) return (a[index] as number) < (b[index] as number);
  }
  return false;
}

export function isSame(a: Limbs, b: Limbs): boolean {
  for (let index = 0; index < LIMBS; index++) if (a[index] !== b[index]) return false;
  return true;
}

export function isZero(a: Limbs): boolean {
  for (let index = 0; index < LIMBS; index++) if (a[index] !== 0) return false;
  return true;
}

/** `a` + `b`, as it is: below 2^264, with limbs that are not negative. */
export function plus(a: Limbs, b: Limbs): Limbs {
  const sum = new Int32Array(LIMBS);
  let over = 0;
  for (let index = 0; index < LIMBS; index++) {
    const both = (a[index] as number) + (b[index] as number) + over;
    over = both >> LIMB_BITS;
    sum[index] = both - over * RADIX;
  }
  return sum;
}

/** Bit `place` of a number whose limbs are not negative. */
export function bitAt(a: Limbs, place: number): number {
  const limb = Math.floor(place / LIMB_BITS);
  return limb < LIMBS ? ((a[limb] as number) >> (place - LIMB_BITS * limb)) & 1 : 0;
}

/** Arithmetic modulo one number; 250 bytes of scratch, which its products and sums share. */
export class Residues {
  readonly modulus: Modulus;
  private readonly sums = new Float64Array(2 * LIMBS + 1);

  constructor(modulus: Modulus) {
    this.modulus = modulus;
  }

  /** `into` = `a` · `b` / 2^264; it may be either of them. */
  multiply(into: Limbs, a: Limbs, b: Limbs): void {
    const { sums } = this;
    const { places, factors, negativeInverse } = this.modulus;
    const terms = places.length;
    sums.fill(0);
    for (let i = 0; i < LIMBS; i++) {
      const limb = a[i] as number;
      for (let j = 0; j < LIMBS; j++)
        sums[i + j] = (sums[i + j] as number) + limb * (b[j] as number);
    }
    for (let i = 0; i < LIMBS; i++) {
      const low = lowOf(sums[i] as number);
      const times = negativeInverse === 1 ? low : lowOf(low * negativeInverse);
      for (let k = 0; k < terms; k++) {
        const at = i + (places[k] as number);
        sums[at] = (sums[at] as number) + times * (factors[k] as number);
      }
      sums[i + 1] = (sums[i + 1] as number) + (sums[i] as number) / RADIX;
    }
    carry(into, sums, LIMBS);
  }

  /** `into` = `k` · `a` + `m` · `b`, `k` and `m` of -8 to 8. For the prime alone. */
  combine(into: Limbs, a: Limbs, k: number, b: Limbs, m: number): void {
    const { sums } = this;
    const { places, factors } = this.modulus;
    for (let i = 0; i < LIMBS; i++) sums[i] = k * (a[i] as number) + m * (b[i] as number);
    const over = Math.floor((sums[LIMBS - 1] as number) / TOP_RADIX);
    if (over !== 0) {
      for (let i = 0; i < places.length; i++) {
        const at = places[i] as number;
        sums[at] = (sums[at] as number) - over * (factors[i] as number);
      }
    }
    carry(into, sums, 0);
  }

  /** Whether `a` stands for 0. */
  isNone(a: Limbs): boolean {
    return isZero(a) || isSame(a, this.modulus.limbs);
  }
}

/** What is left by 2^24, 0 to 2^24 - 1. */
function lowOf(sum: number): number {
  return sum - Math.floor(sum / RADIX) * RADIX;
}

/** `into` = the limbs of `sums` from `from` on, carried; the topmost takes what is left. */
function carry(into: Limbs, sums: Float64Array, from: number): void {
  let over = 0;
  for (let i = 0; i < LIMBS - 1; i++) {
    const sum = (sums[from + i] as number) + over;
    over = Math.floor(sum / RADIX);
    into[i] = sum - over * RADIX;
  }
  into[LIMBS - 1] = (sums[from + LIMBS - 1] as number) + over;
}
