import type { SignatureCheck, SignatureVerifier, SignedDigest } from "../ports/signature.ts";
import {
  bitAt,
  isBelow,
  isZero,
  LIMBS,
  type Limbs,
  limbsAt,
  limbsOf,
  type Modulus,
  order,
  plus,
  prime,
  Residues,
} from "./p256-limbs.ts";
import { type Place, Sum } from "./p256-sum.ts";

/*
 * In the place of p256.ts in a build for an engine without BigInt (docs/espruino.md): the same check,
 * of public values only, in numbers.
 */

const KEY_BYTES = 65;
const UNCOMPRESSED = 4;
const COORDINATE_BYTES = 32;
/** A scalar is below 1.01 · 2^256; its triple has two bits more. */
const DIGITS = 258;
const BITS = 256;
/** Bits of the inverse's exponent that one step takes: at most 32 products. */
const BITS_A_STEP = 16;

/** The curve y² = x³ - 3x + b (SEC 2, section 2.4.2), as this check needs it. */
class Curve {
  readonly prime: Modulus = prime();
  readonly field = new Residues(this.prime);
  readonly one: Limbs = this.form(unit());
  readonly base: Place = {
    x: this.form(limbsOf("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296")),
    y: this.form(limbsOf("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5")),
  };

  /** In Montgomery's form; written over. */
  form(number: Limbs): Limbs {
    this.field.multiply(number, number, this.prime.square);
    return number;
  }

  /** The point that 65 bytes are; undefined unless it lies on the curve (SEC 1, section 3.2.2.1). */
  parse(bytes: Uint8Array): Place | undefined {
    if (bytes.byteLength !== KEY_BYTES || bytes[0] !== UNCOMPRESSED) return undefined;
    const x = limbsAt(bytes, 1);
    const y = limbsAt(bytes, 1 + COORDINATE_BYTES);
    if (!isBelow(x, this.prime.limbs) || !isBelow(y, this.prime.limbs)) return undefined;
    const point = { x: this.form(x), y: this.form(y) };
    return this.holds(point) ? point : undefined;
  }

  private holds({ x, y }: Place): boolean {
    const { field } = this;
    const left = new Int32Array(LIMBS);
    const right = new Int32Array(LIMBS);
    field.multiply(right, x, x);
    field.combine(right, right, 1, this.one, -3);
    field.multiply(right, right, x);
    const b = limbsOf("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b");
    field.combine(right, right, 1, this.form(b), 1);
    field.multiply(left, y, y);
    field.combine(left, left, 1, right, -1);
    return field.isNone(left);
  }
}

/** u1 and u2 of the sum, each with its triple: the two together are the digits of its NAF. */
interface Scalars {
  readonly u1: Limbs;
  readonly u2: Limbs;
  readonly triple1: Limbs;
  readonly triple2: Limbs;
}

/**
 * Whether the x of u1·G + u2·Q is r (FIPS 186-5, section 6.4.2): first the inverse of s by Fermat,
 * then both scalars at once, the most significant digits first, in non-adjacent form. About 4,400
 * products, at most 32 a step.
 */
class PlainCheck implements SignatureCheck {
  private readonly signed: SignedDigest;
  private inverse: InverseModuloOrder | undefined;
  private scalars: Scalars | undefined;
  private curve: Curve | undefined;
  private key: Place | undefined;
  private sum: Sum | undefined;
  private place = DIGITS;

  constructor(signed: SignedDigest) {
    this.signed = signed;
  }

  step(): "more" | "good" | "bad" {
    if (this.sum === undefined) return this.begin();
    if (this.scalars === undefined) return this.invert();
    this.place -= 1;
    this.takeDigits(this.scalars, this.sum);
    if (this.place > 0) return "more";
    return this.isAtR(this.sum) ? "good" : "bad";
  }

  private begin(): "more" | "bad" {
    const { key, signature } = this.signed;
    const modulo = order();
    const r = limbsAt(signature, 0);
    const s = limbsAt(signature, COORDINATE_BYTES);
    if (isZero(r) || !isBelow(r, modulo.limbs)) return "bad";
    if (isZero(s) || !isBelow(s, modulo.limbs)) return "bad";
    const curve = new Curve();
    this.key = curve.parse(key);
    if (this.key === undefined) return "bad";
    this.curve = curve;
    this.sum = new Sum(curve.field, curve.one);
    this.inverse = new InverseModuloOrder(modulo, s);
    return "more";
  }

  private invert(): "more" {
    const { digest, signature } = this.signed;
    const { inverse } = this;
    if (inverse?.step() !== true) return "more";
    const u1 = inverse.times(limbsAt(digest, 0));
    const u2 = inverse.times(limbsAt(signature, 0));
    this.scalars = { u1, u2, triple1: plus(u1, plus(u1, u1)), triple2: plus(u2, plus(u2, u2)) };
    this.inverse = undefined;
    return "more";
  }

  private takeDigits({ u1, u2, triple1, triple2 }: Scalars, sum: Sum): void {
    const bit = this.place + 1;
    sum.double();
    const first = bitAt(triple1, bit) - bitAt(u1, bit);
    if (first !== 0 && this.curve !== undefined) sum.add(this.curve.base, first < 0);
    const second = bitAt(triple2, bit) - bitAt(u2, bit);
    if (second !== 0 && this.key !== undefined) sum.add(this.key, second < 0);
  }

  /** The x is taken modulo the order, which is below the prime. */
  private isAtR(sum: Sum): boolean {
    const { curve } = this;
    if (curve === undefined || sum.isInfinite()) return false;
    const r = limbsAt(this.signed.signature, 0);
    const second = plus(r, order().limbs);
    if (sum.isAt(curve.form(r))) return true;
    return isBelow(second, curve.prime.limbs) && sum.isAt(curve.form(second));
  }
}

/** 1/s modulo the order, by Fermat: s to the power of the order less 2. */
class InverseModuloOrder {
  private readonly residues: Residues;
  private readonly base: Limbs;
  private readonly power: Limbs;
  private readonly exponent: Limbs;
  private place = BITS;

  constructor(modulo: Modulus, s: Limbs) {
    this.residues = new Residues(modulo);
    this.residues.multiply(s, s, modulo.square);
    this.base = s;
    this.exponent = new Int32Array(modulo.limbs);
    // The lowest limb is above 2.
    this.exponent[0] = (modulo.limbs[0] as number) - 2;
    this.power = new Int32Array(LIMBS);
    this.residues.multiply(this.power, unit(), modulo.square);
  }

  /** @returns whether it is done */
  step(): boolean {
    const { residues, power, base, exponent } = this;
    for (let count = 0; count < BITS_A_STEP; count++) {
      this.place -= 1;
      residues.multiply(power, power, power);
      if (bitAt(exponent, this.place) === 1) residues.multiply(power, power, base);
    }
    return this.place === 0;
  }

  /** `number` / s: what stands for it, with no negative limb. */
  times(number: Limbs): Limbs {
    this.residues.multiply(number, number, this.power);
    return number;
  }
}

function unit(): Limbs {
  const limbs = new Int32Array(LIMBS);
  limbs[0] = 1;
  return limbs;
}

export const verifier: SignatureVerifier | undefined = Object.freeze({
  isKey: (key: Uint8Array): boolean => new Curve().parse(key) !== undefined,
  begin: (signed: SignedDigest): SignatureCheck => new PlainCheck(signed),
});
