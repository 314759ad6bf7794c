import { assert } from "../assert.ts";
import { Download } from "../download/download.ts";
import { attempt, type Failure } from "../failure.ts";
import type { JobDocument } from "../job/document.ts";
import { linkTimesOf } from "../link-times.ts";
import type { Alarm } from "../ports/clock.ts";
import type { Platform } from "../ports/platform.ts";
import type { Settings } from "../settings.ts";
import type { SlotProgress } from "../slot/writer.ts";
import type { FileLocation } from "../url.ts";
import { runningVersionNumber } from "../verify/identity.ts";
import { ImageCheck } from "../verify/image.ts";
import type { JobFile } from "./job-file.ts";
import type { Journal } from "./journal.ts";
import { Pipeline } from "./pipeline.ts";
import { soundProgress } from "./sound-progress.ts";
import { offsetOf } from "./stage.ts";

export interface TransferEvents {
  /** `bytes` of the file are done: in flash, or in buffers on the way. */
  onProgress(bytes: number): void;
  /** The file server refuses the URL; `useFile` brings a fresh one. */
  onUrlExpired(): void;
  /** The file was checked, is no good, and may be a mix of two: it comes once more. */
  onDoubted(): void;
  /** The whole file is written; the slot is now read back. */
  onDownloaded(): void;
  /** The slot holds what was promised; `identity` is its image hash (verify/identity.ts), or "". */
  onVerified(identity: string): void;
  onFailed(failure: Failure): void;
}

export interface TransferOptions {
  readonly platform: Platform;
  readonly settings: Settings;
  readonly document: JobDocument;
  readonly file: JobFile;
  readonly journal: Journal;
  readonly events: TransferEvents;
}

/** One job's file, from the server into the secondary slot, then checked there. */
export class Transfer {
  private readonly options: TransferOptions;
  private readonly pipeline: Pipeline;
  private readonly download: Download;
  private nextStep: Alarm | undefined;
  /** What is in flash, once all of it is. */
  private written: SlotProgress | undefined;
  private isVerified = false;

  constructor(options: TransferOptions) {
    this.options = options;
    const { platform, settings, document, file, journal } = options;
    const { crc32, sha256 } = document;
    const { isPatch } = file;
    const from = soundProgress(journal, platform.secondary.geometry, file);
    const addresses = settings.slotAddresses;
    this.pipeline = new Pipeline({ platform, addresses, journal, isPatch, from });
    this.download = new Download({
      network: platform.network,
      clock: platform.clock,
      random: platform.random,
      log: platform.log,
      file: file.location,
      size: file.size,
      from: from === undefined ? 0 : offsetOf(from),
      etag: from?.etag,
      asksChecksum: crc32 === undefined && sha256 === undefined,
      isVouched: crc32 !== undefined || sha256 !== undefined,
      times: linkTimesOf(settings),
      events: this,
    });
  }

  start(): void {
    this.download.start();
  }

  useFile(file: FileLocation): void {
    this.download.useFile(file);
  }

  /** Nothing is called after this; the journal keeps what was reached. */
  stop(): void {
    this.download.stop();
    this.nextStep?.cancel();
  }

  onValidator(etag: string | undefined, serverCrc: number | undefined): void {
    this.pipeline.identify(etag, serverCrc);
  }

  onBytes(bytes: Uint8Array, length: number, offset: number): boolean {
    const isDone = this.pipeline.push(bytes, length, offset);
    if (!isDone) this.proceedLater();
    this.options.events.onProgress(offset + length);
    return isDone;
  }

  /** What a few bytes of a patch stand for takes its turns, as a page does that is verified. */
  private proceedLater(): void {
    this.nextStep = this.options.platform.clock.alarm(0, () => {
      attempt(
        () => {
          if (this.pipeline.proceed()) this.download.resume();
          else this.proceedLater();
        },
        (failure) => {
          this.download.stop();
          this.onFailed(failure);
        },
      );
    });
  }

  onRestart(): void {
    this.written = undefined;
    this.pipeline.restart();
  }

  onUrlExpired(): void {
    this.options.events.onUrlExpired();
  }

  onFailed(failure: Failure): void {
    this.options.events.onFailed(failure);
  }

  onDone(): void {
    this.guard(() => {
      this.written = this.pipeline.finish();
      this.options.events.onDownloaded();
      this.verify();
    });
  }

  /** Reads the slot back and checks it, once it is written; again at any time. */
  verify(): void {
    const { written } = this;
    assert(written !== undefined, "nothing is verified before it is written");
    this.guard(() => this.check(this.newCheck(written)));
  }

  /** One page a turn, so that keep-alive and the watchdog get theirs. */
  private check(check: ImageCheck): void {
    this.nextStep = this.options.platform.clock.alarm(0, () => {
      this.guard(() => {
        if (check.step()) this.check(check);
        else {
          this.isVerified = true;
          this.options.events.onVerified(check.identity());
        }
      });
    });
  }

  private newCheck(slot: SlotProgress): ImageCheck {
    const { platform, settings, document } = this.options;
    return new ImageCheck({
      flash: platform.secondary,
      format: platform.format,
      newSha256: platform.newSha256,
      crc32: platform.crc32,
      slot,
      header: settings.imageHeader,
      promised: document,
      least: settings.allowDowngrade ? undefined : runningVersionNumber(platform),
    });
  }

  private guard(work: () => void): void {
    attempt(work, (failure) => {
      if (this.comesAgain(failure)) return;
      this.onFailed(failure);
    });
  }

  /** A slot that was good once has changed since, and is no mix. */
  private comesAgain(failure: Failure): boolean {
    // A patch that did not make the image is not tried again.
    if (this.isVerified || this.options.file.isPatch) return false;
    const wasWritten = this.written !== undefined;
    if (!this.download.reject(failure)) return false;
    if (wasWritten) this.options.events.onDoubted();
    return true;
  }
}
