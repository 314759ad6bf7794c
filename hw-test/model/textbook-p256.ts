/*
 * ECDSA over P-256 as the textbook has it: affine points, one bit at a time, recursive inverses. It
 * shares nothing with what it is held against, is itself held against OpenSSL, and can do what
 * OpenSSL does not offer: sign a given digest with a given nonce.
 */

export const P = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
export const N = 115792089210356248762697446949407573529996955224135760342422259061068512044369n;
const B = 41058363725152142129326129780047268409114441015993725554835256314039467401291n;

export type Affine = { readonly x: bigint; readonly y: bigint } | undefined;

export const G: Affine = {
  x: 48439561293906451759052585252797914202762949526041747995844080717082404635286n,
  y: 36134250956749795798585127919587881956611106672985015071877198253568414405109n,
};

export function mod(value: bigint, modulus: bigint): bigint {
  return ((value % modulus) + modulus) % modulus;
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = mod(base, modulus);
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

/** 1 / value, by Bézout's identity. */
export function over(value: bigint, modulus: bigint): bigint {
  return mod(bezout(mod(value, modulus), modulus)[0], modulus);
}

/** s and t of s·a + t·b = gcd(a, b). */
function bezout(a: bigint, b: bigint): [bigint, bigint] {
  if (b === 0n) return [1n, 0n];
  const [s, t] = bezout(b, a % b);
  return [t, s - (a / b) * t];
}

export function plus(one: Affine, other: Affine): Affine {
  if (one === undefined) return other;
  if (other === undefined) return one;
  if (one.x === other.x && one.y !== other.y) return undefined;
  const slope =
    one.x === other.x
      ? (3n * one.x * one.x - 3n) * over(2n * one.y, P)
      : (other.y - one.y) * over(other.x - one.x, P);
  const x = mod(slope * slope - one.x - other.x, P);
  return { x, y: mod(slope * (one.x - x) - one.y, P) };
}

export function times(factor: bigint, point: Affine): Affine {
  let result: Affine;
  let doubled = point;
  for (let rest = mod(factor, N); rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = plus(result, doubled);
    doubled = plus(doubled, doubled);
  }
  return result;
}

/** A point with this x, if there is one. */
export function pointAt(x: bigint): Affine {
  const square = mod(x * x * x - 3n * x + B, P);
  const y = power(square, (P + 1n) / 4n, P);
  return (y * y) % P === square ? { x, y } : undefined;
}

export function bytes32(value: bigint): Uint8Array {
  return Uint8Array.from(Buffer.from(value.toString(16).padStart(64, "0"), "hex"));
}

/** r, s or x, y: two numbers of 32 bytes. */
export function pair(one: bigint, other: bigint): Uint8Array {
  return Uint8Array.from([...bytes32(one), ...bytes32(other)]);
}

export function keyBytes(point: Affine): Uint8Array {
  return Uint8Array.from([4, ...pair(point?.x ?? 0n, point?.y ?? 0n)]);
}

export function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
}

/** @param digest a number, of which the order may be subtracted */
export function signWith(secret: bigint, digest: bigint, nonce: bigint): Uint8Array {
  const r = mod(times(nonce, G)?.x ?? 0n, N);
  return pair(r, mod(over(nonce, N) * (digest + r * secret), N));
}

/** Of numbers in any range. */
export function isGood(key: Affine, digest: bigint, r: bigint, s: bigint): boolean {
  if (r < 1n || r >= N || s < 1n || s >= N) return false;
  const w = over(s, N);
  const sum = plus(times(digest * w, G), times(r * w, key));
  return sum !== undefined && mod(sum.x, N) === r;
}
