import { Failure } from "../failure.ts";
import type { Digest, NewSha256 } from "../ports/digest.ts";
import type { OldImage } from "./old-image.ts";

/** Whether the running image is the one that a patch starts from, a few blocks at a time. */
export class BaseCheck {
  private readonly image: OldImage;
  private readonly expected: Uint8Array;
  private readonly digest: Digest;
  private offset = 0;

  /** @param expected its SHA-256 */
  constructor(image: OldImage, expected: Uint8Array, newSha256: NewSha256) {
    this.image = image;
    this.expected = expected;
    this.digest = newSha256();
  }

  /**
   * Reads on, `maxBytes` or a few more. Throws PATCH_BASE, FLASH_READ.
   * @returns whether it is done: the image is that one
   */
  step(maxBytes: number): boolean {
    const { block, byteLength } = this.image;
    const stop = Math.min(byteLength, this.offset + maxBytes);
    while (this.offset < stop) {
      const length = this.image.load(this.offset);
      this.digest.update(length === block.byteLength ? block : block.subarray(0, length));
      this.offset += length;
    }
    if (this.offset < byteLength) return false;
    this.compare();
    return true;
  }

  private compare(): void {
    const found = this.digest.finish();
    for (let at = 0; at < this.expected.byteLength; at++) {
      if (found[at] !== this.expected[at]) {
        throw new Failure("PATCH_BASE", "the running image is not the one that it starts from");
      }
    }
  }
}
