import { attempt } from "../failure.ts";
import type { JobDocument } from "../job/document.ts";
import type { Alarm } from "../ports/clock.ts";
import type { Digest } from "../ports/digest.ts";
import type { Platform } from "../ports/platform.ts";
import { isSameBytes } from "../verify/same-bytes.ts";
import { isVersion } from "../version-number.ts";

const CHUNK_BYTES = 256;

export interface AlreadyRunningOptions {
  readonly platform: Platform;
  readonly document: JobDocument;
  /** @param is whether the running image is, byte for byte, the one that the job brings */
  readonly onVerdict: (is: boolean) => void;
}

/**
 * Compares the image in the primary slot with what the job promises, before anything is downloaded:
 * a thing that leaves its group and joins it again gets a continuous job anew. Reads the slot only
 * where the version is the job's, a page a turn, with 256 bytes while it does.
 */
export class AlreadyRunning {
  private readonly options: AlreadyRunningOptions;
  private readonly digest: Digest;
  private offset = 0;
  /** Length of the running image; 0 where it cannot be the job's. */
  private end = 0;
  private nextStep: Alarm | undefined;

  constructor(options: AlreadyRunningOptions) {
    this.options = options;
    this.digest = options.platform.newSha256();
  }

  /** `onVerdict` comes once, unless it is stopped; at once where there is nothing to read. */
  start(): void {
    const { platform, document, onVerdict } = this.options;
    const { primary, format } = platform;
    const image = format.readImage(primary, primary.geometry.byteLength);
    const isCandidate =
      "digests" in image &&
      document.sha256 !== undefined &&
      isVersion(document.version, image.version);
    this.end = isCandidate ? (document.imageSize ?? image.end) : 0;
    if (this.end > 0 && this.end <= primary.geometry.byteLength) this.step();
    else onVerdict(false);
  }

  stop(): void {
    this.nextStep?.cancel();
  }

  private step(): void {
    const { platform, document, onVerdict } = this.options;
    const { sha256 } = document;
    const { primary, clock } = platform;
    const end = Math.min(this.end, this.offset + primary.geometry.blockLength);
    attempt(
      () => this.hashUpTo(end),
      ({ code, detail }) => platform.log(`update: ${code}: ${detail}`),
    );
    if (this.offset < end) onVerdict(false);
    else if (end < this.end) this.nextStep = clock.alarm(0, () => this.step());
    else onVerdict(sha256 !== undefined && isSameBytes(this.digest.finish(), sha256));
  }

  private hashUpTo(end: number): void {
    const chunk = new Uint8Array(CHUNK_BYTES);
    while (this.offset < end) {
      const part = chunk.subarray(0, Math.min(CHUNK_BYTES, end - this.offset));
      this.options.platform.primary.read(part, this.offset);
      this.digest.update(part);
      this.offset += part.length;
    }
  }
}
