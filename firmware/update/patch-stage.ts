import type { OnImage } from "../patch/bspatch.ts";
import { PatchReader } from "../patch/reader.ts";
import type { Platform } from "../ports/platform.ts";
import { slotLayout } from "../slot/layout.ts";
import type { Progress } from "./journal.ts";
import type { FilePlace, Stage } from "./stage.ts";

type PatchPlatform = Pick<Platform, "primary" | "secondary" | "newSha256">;

/** A patch, or a packed image: a page of the image a turn, whatever few bytes may stand for. */
export class PatchStage implements Stage {
  private readonly reader: PatchReader;

  constructor(write: OnImage, platform: PatchPlatform, from?: Progress) {
    const { primary, secondary, newSha256 } = platform;
    this.reader = new PatchReader({
      primary,
      imageMaxBytes: slotLayout(secondary.geometry).imageMaxBytes,
      newSha256,
      write,
      stepBytes: secondary.geometry.blockLength,
      from: from?.patch,
    });
  }

  /** The image's SHA-256 says more. */
  identify(): void {}

  push(bytes: Uint8Array, length: number): boolean {
    return this.reader.push(bytes, length);
  }

  proceed(): boolean {
    return this.reader.proceed();
  }

  end(): void {
    this.reader.end();
  }

  place(): FilePlace {
    return { hex: undefined, patch: this.reader.position(), fileCrc: 0 };
  }
}
