import type { Platform } from "../ports/platform.ts";
import type { AddressMap } from "../slot/layout.ts";
import { type SlotProgress, SlotWriter } from "../slot/writer.ts";
import { HexStage } from "./hex-stage.ts";
import type { Journal, Progress } from "./journal.ts";
import { PatchStage } from "./patch-stage.ts";
import type { Stage } from "./stage.ts";

export interface PipelineOptions {
  readonly platform: Platform;
  readonly addresses: AddressMap;
  readonly journal: Journal;
  readonly isPatch: boolean;
  /** Where an earlier run of the same job had come to, or undefined to start from byte 0. */
  readonly from: Progress | undefined;
}

/**
 * Download → HEX, or patch → slot: the bytes of one receive buffer go through the stage into the page
 * buffer and to flash before the buffer is used again. Every method may throw a Failure.
 */
export class Pipeline {
  private readonly options: PipelineOptions;
  private stage: Stage;
  private writer: SlotWriter;
  private etag: string | undefined;
  private serverCrc: number | undefined;

  constructor(options: PipelineOptions) {
    this.options = options;
    const { from } = options;
    this.etag = from?.etag;
    this.serverCrc = from?.serverCrc;
    this.writer = this.newWriter(from?.slot);
    this.stage = this.newStage(from);
  }

  /** What the server says of the file, known before its first byte. */
  identify(etag: string | undefined, serverCrc: number | undefined): void {
    this.etag = etag;
    this.serverCrc = serverCrc;
    this.stage.identify(serverCrc);
  }

  /**
   * `bytes[0..length)` lie at `offset` of the file.
   * @returns false if there is more to do with them: `proceed` is to be called until it says true
   */
  push(bytes: Uint8Array, length: number, offset: number): boolean {
    return this.stage.push(bytes, length, offset);
  }

  proceed(): boolean {
    return this.stage.proceed();
  }

  /** The file changed on the server: everything from byte 0 again. */
  restart(): void {
    this.options.journal.clearProgress();
    this.writer = this.newWriter(undefined);
    this.stage = this.newStage(undefined);
  }

  /** All `size` bytes have passed. @returns what is in flash, for the checks that follow */
  finish(): SlotProgress {
    this.stage.end();
    this.writer.finish();
    return this.writer.progress();
  }

  private newWriter(from: SlotProgress | undefined): SlotWriter {
    const { platform, addresses, journal } = this.options;
    return new SlotWriter({
      flash: platform.secondary,
      addresses,
      crc32: platform.crc32,
      from,
      onPageWritten: () => this.save(),
      onPageReopened: () => journal.clearProgress(),
    });
  }

  private newStage(from: Progress | undefined): Stage {
    const { platform, addresses, isPatch } = this.options;
    const write = (address: number, bytes: Uint8Array, length: number): void =>
      this.writer.write(address, bytes, length);
    if (!isPatch) return new HexStage(write, from, platform.crc32);
    const { primary } = addresses;
    return new PatchStage(
      (offset, bytes, length) => write(primary + offset, bytes, length),
      platform,
      from,
    );
  }

  /** Called after the page's read-back, so that the journal follows the data and never leads it. */
  private save(): void {
    const { hex, patch, fileCrc } = this.stage.place();
    this.options.journal.saveProgress({
      hex,
      patch,
      slot: this.writer.progress(),
      fileCrc,
      etag: this.etag,
      serverCrc: this.serverCrc,
    });
  }
}
