import { assert } from "../assert.ts";
import { config } from "../config.ts";
import { attempt } from "../failure.ts";
import { decodeHex } from "../job/encodings.ts";
import type { Platform } from "../ports/platform.ts";
import type { SignatureVerifier } from "../ports/signature.ts";
import type { TrustAnchor } from "../trust-anchors.ts";
import { isSameBytes } from "../verify/same-bytes.ts";

/** What the firmware was built with. */
export interface TrustOptions {
  /** None: an unsigned build, which vouches for integrity only. */
  readonly anchors: readonly TrustAnchor[];
  /** Needed where there are anchors. */
  readonly verifier: SignatureVerifier | undefined;
}

/** A trust anchor whose key was found sound. */
export interface TrustedKey {
  readonly id: string;
  readonly key: Uint8Array;
}

const KEY = "trust";
const FORMAT = 1;
const HEAD_BYTES = 5;
/** Of a key in the store: enough of its x coordinate to know it again. */
const MARK_BYTES = 16;
const POINT_BYTES = 65;

/**
 * Whom this firmware believes, and what outlives it: the security counter's floor, which only rises,
 * and the keys of the image that was confirmed last, of which its successor must keep one.
 * Costs one key in the store of at most 69 bytes, written when one of them changes.
 */
export class Trust {
  readonly keys: readonly TrustedKey[];
  readonly verifier: SignatureVerifier | undefined;
  private readonly platform: Platform;

  /** Asserts that the anchors are sound keys: an image without them could never be replaced. */
  constructor({ anchors, verifier }: TrustOptions, platform: Platform) {
    const keys: TrustedKey[] = [];
    assert(anchors.length <= config.trustAnchorMax, "trust anchors");
    for (const { id, point } of anchors) {
      const key = decodeHex(point, POINT_BYTES);
      if (key === undefined || verifier?.isKey(key) !== true) {
        platform.log(`trust: this image was built with an anchor that is no key: ${id}`);
        assert(false, `trust anchor ${id}`);
      }
      keys.push({ id, key });
    }
    this.keys = keys;
    this.verifier = verifier;
    this.platform = platform;
  }

  /** Releases must be signed. */
  get isSigned(): boolean {
    return this.keys.length > 0;
  }

  /** The lowest security counter that a release may have. */
  floor(): number {
    const value = this.stored();
    return value === undefined ? 0 : new DataView(value.buffer, value.byteOffset).getUint32(1);
  }

  /** Why this image must not stay, seen from the one that was confirmed before it; or undefined. */
  breach(): string | undefined {
    const value = this.stored();
    if (value === undefined || value.byteLength === HEAD_BYTES) return undefined;
    for (let at = HEAD_BYTES; at < value.byteLength; at += MARK_BYTES) {
      for (const { key } of this.keys) if (isMarked(value, at, key)) return undefined;
    }
    return this.isSigned ? "it trusts none of the keys before it" : "it cannot check signatures";
  }

  /**
   * The running image is confirmed. A store that does not take it is asked again at the next start.
   * @param counter of the running image, 0 where it has none
   */
  keep(counter: number): void {
    const value = new Uint8Array(HEAD_BYTES + this.keys.length * MARK_BYTES);
    value[0] = FORMAT;
    new DataView(value.buffer).setUint32(1, Math.max(counter, this.floor()));
    let at = HEAD_BYTES;
    for (const { key } of this.keys) {
      value.set(key.subarray(1, 1 + MARK_BYTES), at);
      at += MARK_BYTES;
    }
    const stored = this.platform.store.read(KEY);
    if (stored !== undefined && isSameBytes(value, stored)) return;
    attempt(
      () => this.platform.store.write(KEY, value),
      ({ code, detail }) => this.platform.log(`trust: ${code}: ${detail}`),
    );
  }

  /** What cannot be read is no entry of ours: the running image then says again what holds. */
  private stored(): Uint8Array | undefined {
    const value = this.platform.store.read(KEY);
    if (value === undefined || value[0] !== FORMAT || value.byteLength < HEAD_BYTES) {
      return undefined;
    }
    return (value.byteLength - HEAD_BYTES) % MARK_BYTES === 0 ? value : undefined;
  }
}

function isMarked(value: Uint8Array, at: number, key: Uint8Array): boolean {
  for (let index = 0; index < MARK_BYTES; index++) {
    if (value[at + index] !== key[1 + index]) return false;
  }
  return true;
}
