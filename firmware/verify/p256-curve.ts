/*
 * Arithmetic on P-256 with BigInt, which is native on XS and so many times faster than JavaScript
 * (docs/decisions/006-signatures.md). It sees public values only, so nothing has to take the same
 * time for every input. A residue may be negative: what follows does not mind, and each sign that
 * is not corrected is garbage saved.
 */

/** The field's prime, the group's order and the base point (SEC 2, section 2.4.2). */
export const P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
export const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

/** An affine point, its coordinates residues modulo `P`. */
export interface Point {
  readonly x: bigint;
  readonly y: bigint;
}

export const BASE: Point = Object.freeze({
  x: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
  y: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
});

const COORDINATE_BYTES = 32;
const UNCOMPRESSED = 4;

/** The point that 65 bytes are; undefined unless it lies on the curve (SEC 1, section 3.2.2.1). */
export function parsePoint(bytes: Uint8Array): Point | undefined {
  if (bytes.byteLength !== 1 + 2 * COORDINATE_BYTES || bytes[0] !== UNCOMPRESSED) return undefined;
  const x = numberAt(bytes, 1);
  const y = numberAt(bytes, 1 + COORDINATE_BYTES);
  if (x >= P || y >= P) return undefined;
  return (y * y - (x * x - 3n) * x - B) % P === 0n ? { x, y } : undefined;
}

/** 32 bytes from `offset` on, big-endian. */
export function numberAt(bytes: Uint8Array, offset: number): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, COORDINATE_BYTES);
  let number = 0n;
  for (let at = 0; at < COORDINATE_BYTES; at += 8) {
    number = (number << 64n) | view.getBigUint64(at);
  }
  return number;
}

/** By Euclid's algorithm, for a prime `modulus` that does not divide `value`. */
export function inverse(value: bigint, modulus: bigint): bigint {
  let high = modulus;
  let low = ((value % modulus) + modulus) % modulus;
  let before = 0n;
  let now = 1n;
  while (low > 1n) {
    const quotient = high / low;
    const rest = high - quotient * low;
    const next = before - quotient * now;
    high = low;
    low = rest;
    before = now;
    now = next;
  }
  return now;
}

/**
 * A point that is doubled and added to, in Jacobian coordinates: x/z², y/z³, the point at infinity
 * where z is 0. Formulas of the Explicit-Formulas Database (hyperelliptic.org/EFD), with residues
 * taken as late as it goes.
 */
export class Accumulator {
  x = 0n;
  y = 1n;
  z = 0n;

  set(point: Point): void {
    this.x = point.x;
    this.y = point.y;
    this.z = 1n;
  }

  /** dbl-2001-b, for a = -3. */
  double(): void {
    const { x, y, z } = this;
    const delta = (z * z) % P;
    const gamma = (y * y) % P;
    const beta = (x * gamma) % P;
    const alpha = (3n * (x - delta) * (x + delta)) % P;
    const sumX = (alpha * alpha - 8n * beta) % P;
    this.x = sumX;
    this.y = (alpha * (4n * beta - sumX) - 8n * gamma * gamma) % P;
    this.z = (2n * y * z) % P;
  }

  /** madd, from "Efficient elliptic curve exponentiation" (1998), and the cases it leaves out. */
  add(point: Point, isNegative: boolean): void {
    const { x, y, z } = this;
    const pointY = isNegative ? -point.y : point.y;
    if (z === 0n) {
      this.set({ x: point.x, y: pointY });
      return;
    }
    const zz = (z * z) % P;
    const rise = pointY * ((z * zz) % P) - y;
    const run = (point.x * zz - x) % P;
    if (run === 0n) {
      if (rise % P === 0n) this.double();
      else this.z = 0n;
      return;
    }
    this.addFinite({ run, rise: rise % P });
  }

  private addFinite({ run, rise }: { readonly run: bigint; readonly rise: bigint }): void {
    const { x, y, z } = this;
    const square = (run * run) % P;
    const cube = (run * square) % P;
    const middle = (x * square) % P;
    const sumX = (rise * rise - cube - 2n * middle) % P;
    this.x = sumX;
    this.y = (rise * (middle - sumX) - y * cube) % P;
    this.z = (z * run) % P;
  }

  /** The same point in affine coordinates; undefined at infinity. */
  affine(): Point | undefined {
    if (this.z === 0n) return undefined;
    const over = inverse(this.z, P);
    const square = (over * over) % P;
    return { x: (this.x * square) % P, y: (this.y * ((square * over) % P)) % P };
  }
}
