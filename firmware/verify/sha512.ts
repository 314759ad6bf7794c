import { assert } from "../assert.ts";
import type { Digest } from "../ports/digest.ts";

const BLOCK_BYTES = 128;
const ROUNDS = 80;
const WORD = 0x100000000;

/** FIPS 180-4, 4.2.3; 64 bits each. A string lies in flash where an array would cost RAM. */
const ROUND_CONSTANTS =
  "428a2f98d728ae227137449123ef65cdb5c0fbcfec4d3b2fe9b5dba58189dbbc" +
  "3956c25bf348b53859f111f1b605d019923f82a4af194f9bab1c5ed5da6d8118" +
  "d807aa98a303024212835b0145706fbe243185be4ee4b28c550c7dc3d5ffb4e2" +
  "72be5d74f27b896f80deb1fe3b1696b19bdc06a725c71235c19bf174cf692694" +
  "e49b69c19ef14ad2efbe4786384f25e30fc19dc68b8cd5b5240ca1cc77ac9c65" +
  "2de92c6f592b02754a7484aa6ea6e4835cb0a9dcbd41fbd476f988da831153b5" +
  "983e5152ee66dfaba831c66d2db43210b00327c898fb213fbf597fc7beef0ee4" +
  "c6e00bf33da88fc2d5a79147930aa72506ca6351e003826f142929670a0e6e70" +
  "27b70a8546d22ffc2e1b21385c26c9264d2c6dfc5ac42aed53380d139d95b3df" +
  "650a73548baf63de766a0abb3c77b2a881c2c92e47edaee692722c851482353b" +
  "a2bfe8a14cf10364a81a664bbc423001c24b8b70d0f89791c76c51a30654be30" +
  "d192e819d6ef5218d69906245565a910f40e35855771202a106aa07032bbd1b8" +
  "19a4c116b8d2d0c81e376c085141ab532748774cdf8eeb9934b0bcb5e19b48a8" +
  "391c0cb3c5c95a634ed8aa4ae3418acb5b9cca4f7763e373682e6ff3d6b2b8a3" +
  "748f82ee5defb2fc78a5636f43172f6084c87814a1f0ab728cc702081a6439ec" +
  "90befffa23631e28a4506cebde82bde9bef9a3f7b2c67915c67178f2e372532b" +
  "ca273eceea26619cd186b8c721c0c207eada7dd6cde0eb1ef57d4f7fee6ed178" +
  "06f067aa72176fba0a637dc5a2c898a6113f9804bef90dae1b710b35131c471b" +
  "28db77f523047d8432caab7b40c724933c9ebe0a15c9bebc431d67c49c100d4c" +
  "4cc5d4becb3e42b6597f299cfc657e2a5fcb6fab3ad6faec6c44198c4a475817";

/** 5.3.5 and 5.3.4. */
const INITIAL_512 =
  "6a09e667f3bcc908bb67ae8584caa73b3c6ef372fe94f82ba54ff53a5f1d36f1" +
  "510e527fade682d19b05688c2b3e6c1f1f83d9abfb41bd6b5be0cd19137e2179";
const INITIAL_384 =
  "cbbb9d5dc1059ed8629a292a367cd5079159015a3070dd17152fecd8f70e5939" +
  "67332667ffc00b318eb44a8768581511db0c2e0d64f98fa747b5481dbefa4fa4";

/**
 * SHA-512 and SHA-384 (FIPS 180-4) by 32-bit halves, high before low, for images that carry one of
 * them and no SHA-256: not every platform has them natively, and XS has no 64-bit integers that cost
 * nothing. 1,024 bytes while it runs; a page of 4 KB costs 2.1 million byte codes.
 */
export class Sha512 implements Digest {
  private readonly digestBytes: number;
  private readonly state: Uint32Array;
  private readonly constants = wordsOf(ROUND_CONSTANTS);
  private readonly block = new Uint8Array(BLOCK_BYTES);
  private readonly view = new DataView(this.block.buffer);
  /** The last 16 words of the message schedule. */
  private readonly words = new Uint32Array(32);
  /** a to h; where `a` is moves down by one each round. */
  private readonly registers = new Uint32Array(16);
  private used = 0;
  private messageBytes = 0;

  /** @param digestBytes 64, or 48 for SHA-384 */
  constructor(digestBytes: number) {
    assert(digestBytes === 64 || digestBytes === 48, "SHA-512 has 64 bytes, SHA-384 48");
    this.digestBytes = digestBytes;
    this.state = wordsOf(digestBytes === 64 ? INITIAL_512 : INITIAL_384);
  }

  update(bytes: Uint8Array): void {
    this.messageBytes += bytes.byteLength;
    for (let at = 0; at < bytes.byteLength; ) {
      const count = Math.min(BLOCK_BYTES - this.used, bytes.byteLength - at);
      this.block.set(bytes.subarray(at, at + count), this.used);
      this.used += count;
      at += count;
      if (this.used === BLOCK_BYTES) this.compress();
    }
  }

  finish(): Uint8Array {
    const bits = this.messageBytes * 8;
    this.block.fill(0, this.used);
    this.block[this.used] = 0x80;
    if (this.used >= BLOCK_BYTES - 16) {
      this.compress();
      this.block.fill(0);
    }
    this.view.setUint32(BLOCK_BYTES - 8, Math.floor(bits / WORD));
    this.view.setUint32(BLOCK_BYTES - 4, bits % WORD);
    this.compress();
    const digest = new Uint8Array(this.digestBytes);
    const view = new DataView(digest.buffer);
    for (let at = 0; at < this.digestBytes; at += 4) {
      view.setUint32(at, this.state[at >> 2] as number);
    }
    return digest;
  }

  /** 6.4.2. */
  private compress(): void {
    const { state, registers, words } = this;
    for (let index = 0; index < 32; index++) words[index] = this.view.getUint32(4 * index);
    registers.set(state);
    for (let round = 0; round < ROUNDS; round++) {
      if (round >= 16) this.extend(round);
      this.turn(round);
    }
    for (let at = 0; at < 16; at += 2) {
      const low = (state[at + 1] as number) + (registers[at + 1] as number);
      state[at] = (state[at] as number) + (registers[at] as number) + carry(low);
      state[at + 1] = low;
    }
    this.used = 0;
  }

  /** Word `round` of the schedule, in the place of the one 16 before it. */
  private extend(round: number): void {
    const { words } = this;
    const at = (2 * round) & 31;
    const one = (2 * round - 30) & 31;
    const other = (2 * round - 4) & 31;
    const seventh = (2 * round - 14) & 31;
    const ah = words[one] as number;
    const al = words[one + 1] as number;
    const bh = words[other] as number;
    const bl = words[other + 1] as number;
    // sigma0: rotations by 1 and 8, a shift by 7; sigma1: by 19 and 61, a shift by 6.
    const s0h = ((ah >>> 1) | (al << 31)) ^ ((ah >>> 8) | (al << 24)) ^ (ah >>> 7);
    const s0l = ((al >>> 1) | (ah << 31)) ^ ((al >>> 8) | (ah << 24)) ^ ((al >>> 7) | (ah << 25));
    const s1h = ((bh >>> 19) | (bl << 13)) ^ ((bl >>> 29) | (bh << 3)) ^ (bh >>> 6);
    const s1l = ((bl >>> 19) | (bh << 13)) ^ ((bh >>> 29) | (bl << 3)) ^ ((bl >>> 6) | (bh << 26));
    const low =
      (words[at + 1] as number) + (words[seventh + 1] as number) + (s0l >>> 0) + (s1l >>> 0);
    words[at] = (words[at] as number) + (words[seventh] as number) + s0h + s1h + carry(low);
    words[at + 1] = low;
  }

  /** Steps 3 a to h: d and h change, the other registers are renamed. */
  private turn(round: number): void {
    const v = this.registers;
    const a = (-2 * round) & 15;
    const b = (a + 2) & 15;
    const c = (a + 4) & 15;
    const d = (a + 6) & 15;
    const e = (a + 8) & 15;
    const f = (a + 10) & 15;
    const g = (a + 12) & 15;
    const h = (a + 14) & 15;
    const word = (2 * round) & 31;
    const ah = v[a] as number;
    const al = v[a + 1] as number;
    const eh = v[e] as number;
    const el = v[e + 1] as number;
    // Sigma1: rotations by 14, 18 and 41; Sigma0: by 28, 34 and 39.
    const s1h = ((eh >>> 14) | (el << 18)) ^ ((eh >>> 18) | (el << 14)) ^ ((el >>> 9) | (eh << 23));
    const s1l = ((el >>> 14) | (eh << 18)) ^ ((el >>> 18) | (eh << 14)) ^ ((eh >>> 9) | (el << 23));
    const s0h = ((ah >>> 28) | (al << 4)) ^ ((al >>> 2) | (ah << 30)) ^ ((al >>> 7) | (ah << 25));
    const s0l = ((al >>> 28) | (ah << 4)) ^ ((ah >>> 2) | (al << 30)) ^ ((ah >>> 7) | (al << 25));
    const choiceLow = (el & (v[f + 1] as number)) ^ (~el & (v[g + 1] as number));
    const majorityLow = majority(al, v[b + 1] as number, v[c + 1] as number);
    const t1Low =
      (v[h + 1] as number) +
      (s1l >>> 0) +
      (choiceLow >>> 0) +
      (this.constants[2 * round + 1] as number) +
      (this.words[word + 1] as number);
    const choice = (eh & (v[f] as number)) ^ (~eh & (v[g] as number));
    const t1 =
      (v[h] as number) +
      s1h +
      choice +
      (this.constants[2 * round] as number) +
      (this.words[word] as number) +
      carry(t1Low);
    const dLow = (v[d + 1] as number) + (t1Low % WORD);
    v[d] = (v[d] as number) + t1 + carry(dLow);
    v[d + 1] = dLow;
    const hLow = (t1Low % WORD) + (s0l >>> 0) + (majorityLow >>> 0);
    v[h] = t1 + s0h + majority(ah, v[b] as number, v[c] as number) + carry(hLow);
    v[h + 1] = hLow;
  }
}

function majority(a: number, b: number, c: number): number {
  return (a & b) ^ (a & c) ^ (b & c);
}

/** What a sum of low halves has beyond 32 bits. */
function carry(low: number): number {
  return Math.floor(low / WORD);
}

/** Eight hex digits each. */
function wordsOf(digits: string): Uint32Array {
  const words = new Uint32Array(digits.length / 8);
  for (let index = 0; index < words.length; index++) {
    words[index] = parseInt(digits.slice(8 * index, 8 * index + 8), 16);
  }
  return words;
}
