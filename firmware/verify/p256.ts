import { assert } from "../assert.ts";
import type { SignatureCheck, SignatureVerifier, SignedDigest } from "../ports/signature.ts";
import {
  Accumulator,
  BASE,
  inverse,
  numberAt,
  ORDER,
  P,
  type Point,
  parsePoint,
} from "./p256-curve.ts";

/** A scalar has 256 bits, and in non-adjacent form one digit more. */
const DIGITS = 257;
/** That one step takes, of both scalars: 8 doublings and about 4 additions. */
const DIGITS_A_STEP = 8;
/**
 * Taken at the start and left to the garbage collector. XS makes its heap no larger than it must,
 * and then collects after every kilobyte of garbage; with this room, after every five.
 */
const ROOM_BYTES = 4096;

/** The scalars of the sum, each with its triple: the two together are the digits of its NAF. */
interface Scalars {
  readonly r: bigint;
  readonly u1: bigint;
  readonly u2: bigint;
  readonly tripleU1: bigint;
  readonly tripleU2: bigint;
}

/**
 * Whether the x of u1·G + u2·Q is r (FIPS 186-5, section 6.4.2). Both scalars at once, the most
 * significant digits first, in non-adjacent form ("Guide to Elliptic Curve Cryptography", 3.3.1):
 * 256 doublings and about 142 additions of G, Q, G + Q or G - Q.
 */
class P256Check implements SignatureCheck {
  private readonly signed: SignedDigest;
  private readonly sum = new Accumulator();
  private scalars: Scalars | undefined;
  /** By the sum of 3 for G and 1 for Q, the index of G - Q being 2; undefined is infinity. */
  private multiples: readonly (Point | undefined)[] | undefined;
  private place = DIGITS;

  constructor(signed: SignedDigest) {
    this.signed = signed;
    // Asserted, so that no minifier takes it for nothing.
    assert(new ArrayBuffer(ROOM_BYTES).byteLength === ROOM_BYTES, "room for garbage");
  }

  step(): "more" | "good" | "bad" {
    if (this.scalars === undefined) {
      this.scalars = scalarsOf(this.signed);
      return this.scalars === undefined ? "bad" : "more";
    }
    if (this.multiples === undefined) {
      this.multiples = multiplesOf(this.signed.key, this.sum);
      return this.multiples === undefined ? "bad" : "more";
    }
    for (let count = 0; count < DIGITS_A_STEP && this.place > 0; count++) {
      this.place -= 1;
      this.takeDigits(this.scalars, this.multiples);
    }
    if (this.place > 0) return "more";
    return isAtX(this.sum, this.scalars.r) ? "good" : "bad";
  }

  private takeDigits(scalars: Scalars, multiples: readonly (Point | undefined)[]): void {
    const bit = BigInt(this.place + 1);
    const digits =
      3 * nafDigit(scalars.u1, scalars.tripleU1, bit) + nafDigit(scalars.u2, scalars.tripleU2, bit);
    this.sum.double();
    const point = multiples[Math.abs(digits)];
    if (point !== undefined) this.sum.add(point, digits < 0);
  }
}

export const verifier: SignatureVerifier | undefined = Object.freeze({
  isKey: (key: Uint8Array): boolean => parsePoint(key) !== undefined,
  begin: (signed: SignedDigest): SignatureCheck => new P256Check(signed),
});

/** @returns undefined for what no signature can be */
function scalarsOf({ digest, signature }: SignedDigest): Scalars | undefined {
  const r = numberAt(signature, 0);
  const s = numberAt(signature, 32);
  if (r === 0n || r >= ORDER || s === 0n || s >= ORDER) return undefined;
  const over = inverse(s, ORDER);
  const u1 = residue(numberAt(digest, 0) * over);
  const u2 = residue(r * over);
  return { r, u1, u2, tripleU1: 3n * u1, tripleU2: 3n * u2 };
}

function residue(value: bigint): bigint {
  const rest = value % ORDER;
  return rest < 0n ? rest + ORDER : rest;
}

/** -1, 0 or 1: a number's NAF is the difference, bit by bit, of its triple and itself, halved. */
function nafDigit(value: bigint, triple: bigint, bit: bigint): number {
  return Number((triple >> bit) & 1n) - Number((value >> bit) & 1n);
}

/** @param free an accumulator at infinity, and there again afterwards */
function multiplesOf(
  key: Uint8Array,
  free: Accumulator,
): readonly (Point | undefined)[] | undefined {
  const point = parsePoint(key);
  if (point === undefined) return undefined;
  const difference = baseAnd(point, true, free);
  const sum = baseAnd(point, false, free);
  free.z = 0n;
  return [undefined, point, difference, BASE, sum];
}

function baseAnd(point: Point, isNegative: boolean, free: Accumulator): Point | undefined {
  free.set(BASE);
  free.add(point, isNegative);
  return free.affine();
}

/** Without leaving Jacobian coordinates. The x is taken modulo the order, which is below `P`. */
function isAtX(sum: Accumulator, r: bigint): boolean {
  if (sum.z === 0n) return false;
  const square = (sum.z * sum.z) % P;
  if ((r * square - sum.x) % P === 0n) return true;
  const second = r + ORDER;
  return second < P && (second * square - sum.x) % P === 0n;
}
