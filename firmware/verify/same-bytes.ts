/** Whether two runs of bytes are the same; takes as long for any difference. */
export function isSameBytes(one: Uint8Array, other: Uint8Array): boolean {
  let different = one.byteLength ^ other.byteLength;
  for (let at = 0; at < one.byteLength; at++) {
    different |= (one[at] as number) ^ (other[at] as number);
  }
  return different === 0;
}
