import { Digest as Crypt } from "crypt";
import type { Digest } from "../../ports/digest.ts";

class ModdableSha256 implements Digest {
  private readonly digest = new Crypt("SHA256");

  update(bytes: Uint8Array): void {
    this.digest.write(bytes);
  }

  finish(): Uint8Array {
    return new Uint8Array(this.digest.close());
  }
}

export function newSha256(): Digest {
  return new ModdableSha256();
}
