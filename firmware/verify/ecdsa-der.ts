const SEQUENCE = 0x30;
const INTEGER = 0x02;
/** Of r and of s, on a curve of 256 bits. */
const NUMBER_BYTES = 32;

/**
 * The 64 bytes r, s of a signature as OpenSSL, MCUboot and AWS Signer write it, in DER (RFC 3279,
 * section 2.2.3; X.690, sections 8.3 and 10.1): two integers that are not negative, each in its one
 * shortest form, and nothing else. Their range is the verifier's business.
 * @returns undefined for any other bytes
 */
export function parseEcdsaSignature(der: Uint8Array): Uint8Array | undefined {
  if (der[0] !== SEQUENCE || der[1] !== der.byteLength - 2) return undefined;
  const numbers = new Uint8Array(2 * NUMBER_BYTES);
  const middle = takeInteger(der, 2, numbers.subarray(0, NUMBER_BYTES));
  if (middle === undefined) return undefined;
  const end = takeInteger(der, middle, numbers.subarray(NUMBER_BYTES));
  return end === der.byteLength ? numbers : undefined;
}

/** @returns the offset of what follows; undefined unless an integer that fits `into` is there */
function takeInteger(der: Uint8Array, offset: number, into: Uint8Array): number | undefined {
  const byteCount = der[offset + 1];
  const start = offset + 2;
  if (der[offset] !== INTEGER || byteCount === undefined || byteCount === 0) return undefined;
  const end = start + byteCount;
  if (end > der.byteLength) return undefined;
  const first = der[start] as number;
  if (first >= 0x80) return undefined;
  const isPadded = first === 0 && byteCount > 1;
  if (isPadded && (der[start + 1] as number) < 0x80) return undefined;
  const digits = der.subarray(isPadded ? start + 1 : start, end);
  if (digits.byteLength > into.byteLength) return undefined;
  into.set(digits, into.byteLength - digits.byteLength);
  return end;
}
