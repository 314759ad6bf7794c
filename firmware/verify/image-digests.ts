import type { Digest, NewSha256 } from "../ports/digest.ts";
import type { SlotImage, StatedDigest } from "../ports/image.ts";
import { isSameBytes } from "./same-bytes.ts";
import { Sha512 } from "./sha512.ts";

/** A digest that an image states, and its computation over what it covers. */
interface Pair {
  readonly stated: StatedDigest;
  readonly running: Digest;
}

/** Holds every digest that an image states against what the image is. */
export class ImageDigests {
  private readonly pairs: Pair[] = [];

  constructor(image: SlotImage, newSha256: NewSha256) {
    for (const stated of image.digests) {
      const length = stated.byteLength;
      this.pairs.push({ stated, running: length === 32 ? newSha256() : new Sha512(length) });
    }
  }

  update(bytes: Uint8Array): void {
    for (const pair of this.pairs) pair.running.update(bytes);
  }

  /** Ends them. @returns what was computed for the first one that is wrong, or undefined */
  wrong(): Uint8Array | undefined {
    for (const { stated, running } of this.pairs) {
      const found = running.finish();
      if (!isSameBytes(found, stated)) return found;
    }
    return undefined;
  }
}
