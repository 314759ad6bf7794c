import type { Random } from "../../desk/random.ts";

/** Damage to bytes as links, disks and people do it: one to four changes. */
export function mutateBytes(bytes: Uint8Array, random: Random): Uint8Array {
  let result: Uint8Array = bytes.slice();
  for (let times = 1 + random.below(4); times > 0; times--) result = mutateOnce(result, random);
  return result;
}

function mutateOnce(bytes: Uint8Array, random: Random): Uint8Array {
  if (bytes.length === 0) return random.bytes(1 + random.below(4));
  const at = random.below(bytes.length + 1);
  const to = Math.min(bytes.length, at + 1 + random.below(8));
  const old = bytes[at] ?? 0;
  switch (random.below(8)) {
    case 0:
      return bytes.with(Math.min(at, bytes.length - 1), old ^ (1 << random.below(8)));
    case 1:
      return bytes.with(Math.min(at, bytes.length - 1), random.below(256));
    case 2:
      return joined(bytes.subarray(0, at), bytes.subarray(to));
    case 3:
      return joined(bytes.subarray(0, at), random.bytes(1 + random.below(4)), bytes.subarray(at));
    case 4:
      return joined(bytes.subarray(0, to), bytes.subarray(at));
    case 5:
      return bytes.slice(0, at);
    case 6:
      return bytes.with(Math.min(at, bytes.length - 1), random.pick(pointed));
    default: {
      const other = random.below(bytes.length + 1);
      const piece = bytes.subarray(other, other + random.below(16));
      return joined(bytes.subarray(0, at), piece, bytes.subarray(at));
    }
  }
}

/** Bytes that mean something to a parser of text or of packets. */
const pointed = [
  0, 1, 0x0a, 0x0d, 0x20, 0x22, 0x2c, 0x3a, 0x5c, 0x7b, 0x7d, 0x7f, 0x80, 0xc3, 0xff,
];

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
