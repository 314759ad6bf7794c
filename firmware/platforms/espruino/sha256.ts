import type { Digest } from "../../ports/digest.ts";

const BLOCK_BYTES = 64;
const ROUNDS = 64;
const DIGEST_BYTES = 32;
const WORD = 0x100000000;

/** FIPS 180-4, 4.2.2; 32 bits each. A string lies in flash where an array would cost RAM. */
const ROUND_CONSTANTS =
  "428a2f9871374491b5c0fbcfe9b5dba53956c25b59f111f1923f82a4ab1c5ed5" +
  "d807aa9812835b01243185be550c7dc372be5d7480deb1fe9bdc06a7c19bf174" +
  "e49b69c1efbe47860fc19dc6240ca1cc2de92c6f4a7484aa5cb0a9dc76f988da" +
  "983e5152a831c66db00327c8bf597fc7c6e00bf3d5a7914706ca635114292967" +
  "27b70a852e1b21384d2c6dfc53380d13650a7354766a0abb81c2c92e92722c85" +
  "a2bfe8a1a81a664bc24b8b70c76c51a3d192e819d6990624f40e3585106aa070" +
  "19a4c1161e376c082748774c34b0bcb5391c0cb34ed8aa4a5b9cca4f682e6ff3" +
  "748f82ee78a5636f84c878148cc7020890befffaa4506cebbef9a3f7c67178f2";

/** 5.3.3. */
const INITIAL = "6a09e667bb67ae853c6ef372a54ff53a510e527f9b05688c1f83d9ab5be0cd19";

/**
 * SHA-256 (FIPS 180-4) that runs: Espruino's own takes a message in one piece, and a slot does not
 * fit into RAM. 600 bytes while it runs; docs/espruino.md has its speed.
 */
class EspruinoSha256 implements Digest {
  private readonly state = wordsOf(INITIAL);
  private readonly constants = wordsOf(ROUND_CONSTANTS);
  private readonly block = new Uint8Array(BLOCK_BYTES);
  private readonly view = new DataView(this.block.buffer);
  /** The last 16 words of the message schedule. */
  private readonly words = new Int32Array(16);
  private used = 0;
  private messageBytes = 0;

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
    if (this.used >= BLOCK_BYTES - 8) {
      this.compress();
      this.block.fill(0);
    }
    this.view.setUint32(BLOCK_BYTES - 8, Math.floor(bits / WORD));
    this.view.setUint32(BLOCK_BYTES - 4, bits % WORD);
    this.compress();
    const digest = new Uint8Array(DIGEST_BYTES);
    const view = new DataView(digest.buffer);
    for (let at = 0; at < DIGEST_BYTES; at += 4) view.setInt32(at, this.state[at >> 2] as number);
    return digest;
  }

  /** 6.2.2. */
  private compress(): void {
    const { state, words } = this;
    for (let index = 0; index < 16; index++) words[index] = this.view.getInt32(4 * index);
    let a = state[0] as number;
    let b = state[1] as number;
    let c = state[2] as number;
    let d = state[3] as number;
    let e = state[4] as number;
    let f = state[5] as number;
    let g = state[6] as number;
    let h = state[7] as number;
    for (let round = 0; round < ROUNDS; round++) {
      if (round >= 16) extend(words, round);
      const sum1 = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25);
      const choice = (e & f) ^ (~e & g);
      const constant = this.constants[round] as number;
      const first = (h + sum1 + choice + constant + (words[round & 15] as number)) | 0;
      const sum0 = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22);
      const majority = (a & b) ^ (a & c) ^ (b & c);
      h = g;
      g = f;
      f = e;
      e = (d + first) | 0;
      d = c;
      c = b;
      b = a;
      a = (first + sum0 + majority) | 0;
    }
    addTo(state, 0, a);
    addTo(state, 1, b);
    addTo(state, 2, c);
    addTo(state, 3, d);
    addTo(state, 4, e);
    addTo(state, 5, f);
    addTo(state, 6, g);
    addTo(state, 7, h);
    this.used = 0;
  }
}

export function newSha256(): Digest {
  return new EspruinoSha256();
}

function extend(words: Int32Array, round: number): void {
  const early = words[(round + 1) & 15] as number;
  const late = words[(round + 14) & 15] as number;
  const sigma0 = turned(early, 7) ^ turned(early, 18) ^ (early >>> 3);
  const sigma1 = turned(late, 17) ^ turned(late, 19) ^ (late >>> 10);
  const at = round & 15;
  words[at] = (words[at] as number) + sigma0 + (words[(round + 9) & 15] as number) + sigma1;
}

/** To the right. */
function turned(word: number, count: number): number {
  return (word >>> count) | (word << (32 - count));
}

function addTo(state: Int32Array, index: number, value: number): void {
  state[index] = (state[index] as number) + value;
}

/** Eight hex digits each. */
function wordsOf(digits: string): Int32Array {
  const words = new Int32Array(digits.length / 8);
  for (let index = 0; index < words.length; index++) {
    words[index] = parseInt(digits.slice(8 * index, 8 * index + 8), 16);
  }
  return words;
}
