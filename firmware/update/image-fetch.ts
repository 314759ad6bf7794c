import { attempt, type Failure } from "../failure.ts";
import { parseJobDocument, parsePatchLocation } from "../job/document.ts";
import type { JsonValue } from "../job/json/value.ts";
import type { Platform } from "../ports/platform.ts";
import type { Settings } from "../settings.ts";
import type { FileLocation } from "../url.ts";
import { type ActiveJob, fileBytes, fileKind } from "./active-job.ts";
import type { Journal } from "./journal.ts";
import { Transfer, type TransferEvents } from "./transfer.ts";

export interface ImageFetchEvents {
  /** More of the file is done: `job.bytes`. */
  onProgress(): void;
  /** The job's document is needed: `takeDocument` takes it. */
  onDocumentWanted(): void;
  /** What came was checked and is no good: the file comes once more, or another one. */
  onDoubted(): void;
  /** The whole file is written; the slot is now read back. */
  onDownloaded(): void;
  /** The slot holds what was promised; `identity` is its image hash (verify/identity.ts), or "". */
  onVerified(identity: string): void;
  onFailed(failure: Failure): void;
}

export interface ImageFetchOptions {
  readonly platform: Platform;
  readonly settings: Settings;
  readonly journal: Journal;
  readonly job: ActiveJob;
  readonly events: ImageFetchEvents;
}

/**
 * How a job's image comes into the slot: by the patch that the job has taken up, where there is one. A
 * patch that fails, in whatever way, is not tried again: the HEX file is taken in its place.
 */
export class ImageFetch implements TransferEvents {
  private readonly options: ImageFetchOptions;
  private transfer: Transfer | undefined;
  private wantsLocation = false;
  private isWritten = false;

  constructor(options: ImageFetchOptions) {
    this.options = options;
  }

  /** Where a patch lies was not kept when the document was read: the HEX file's location was. */
  start(): void {
    const { job } = this.options;
    if (job.offer === undefined) this.begin(job.document.location);
    else this.askForLocation();
  }

  /** The slot is checked once more. */
  verify(): void {
    this.transfer?.verify();
  }

  /** Nothing is called after this; the journal keeps what was reached. */
  stop(): void {
    this.transfer?.stop();
  }

  /** It may hold the URL that is waited for. */
  takeDocument(document: JsonValue): void {
    if (!this.wantsLocation) return;
    this.wantsLocation = false;
    this.guard(() => {
      const location = this.locationIn(document);
      if (this.transfer === undefined) this.begin(location);
      else this.transfer.useFile(location);
    });
  }

  onProgress(bytes: number): void {
    this.options.job.bytes = bytes;
    this.options.events.onProgress();
  }

  onUrlExpired(): void {
    this.askForLocation();
  }

  onDoubted(): void {
    this.isWritten = false;
    this.options.events.onDoubted();
  }

  onDownloaded(): void {
    this.isWritten = true;
    this.options.events.onDownloaded();
  }

  onVerified(identity: string): void {
    this.options.events.onVerified(identity);
  }

  onFailed(failure: Failure): void {
    if (this.options.job.offer === undefined) this.options.events.onFailed(failure);
    else this.fallBack(failure);
  }

  private askForLocation(): void {
    this.wantsLocation = true;
    this.options.events.onDocumentWanted();
  }

  private locationIn(document: JsonValue): FileLocation {
    const { job } = this.options;
    if (job.offer !== undefined) return parsePatchLocation(document);
    return parseJobDocument(job.jobId, document).location;
  }

  private begin(location: FileLocation): void {
    const { platform, settings, journal, job } = this.options;
    const { document, offer } = job;
    const file = { location, size: fileBytes(job), isPatch: offer !== undefined };
    this.guard(() => {
      this.transfer = new Transfer({ platform, settings, document, file, journal, events: this });
      this.transfer.start();
    });
  }

  private fallBack(failure: Failure): void {
    const { platform, job } = this.options;
    const { code, detail } = failure;
    platform.log(`the ${fileKind(job)} is no good: ${code}: ${detail}; now the HEX file`);
    this.stop();
    this.note(code);
    job.offer = undefined;
    job.patchFailure = code;
    job.bytes = 0;
    if (this.isWritten) this.onDoubted();
    this.begin(job.document.location);
  }

  /** The note first: without it a reset in between would go on with the patch. */
  private note(patchFailure: string): void {
    const { platform, journal } = this.options;
    attempt(
      () => {
        journal.amend({ patchFailure });
        journal.clearProgress();
      },
      ({ code, detail }) => platform.log(`journal: ${code}: ${detail}`),
    );
  }

  private guard(work: () => void): void {
    attempt(work, (failure) => this.onFailed(failure));
  }
}
