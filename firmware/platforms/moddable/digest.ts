import { Digest as Crypt } from "crypt";
import type { Digest } from "../../ports/digest.ts";

/** The SDK's digest takes whole ArrayBuffers only, so a partial view is copied first. */
class ModdableSha256 implements Digest {
  private readonly digest = new Crypt("SHA256");

  update(bytes: Uint8Array): void {
    const whole = bytes.byteLength === bytes.buffer.byteLength;
    this.digest.write((whole ? bytes : bytes.slice()).buffer as ArrayBuffer);
  }

  finish(): Uint8Array {
    return new Uint8Array(this.digest.close());
  }
}

export function newSha256(): Digest {
  return new ModdableSha256();
}
