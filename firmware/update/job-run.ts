import { config } from "../config.ts";
import { Deadline } from "../deadline.ts";
import { attempt, type Failure } from "../failure.ts";
import type { JobExecution } from "../job/execution.ts";
import { isSameExecution, type JobIdentity } from "../job/identity.ts";
import type { Jobs } from "../job/jobs.ts";
import type { Platform } from "../ports/platform.ts";
import type { Settings } from "../settings.ts";
import type { ActiveJob } from "./active-job.ts";
import { AlreadyRunning } from "./already-running.ts";
import type { Listener } from "./answers.ts";
import { firstShut, type Gate } from "./gate.ts";
import { isSameRun } from "./identity.ts";
import { ImageFetch, type ImageFetchEvents } from "./image-fetch.ts";
import { newImageSignatureCheck } from "./image-signature.ts";
import type { Journal } from "./journal.ts";
import type { PhaseEvent } from "./phases.ts";
import { newReleaseCheck } from "./release-check.ts";
import type { SignatureRun } from "./signature-run.ts";
import type { Trust } from "./trust.ts";

export interface JobRunEvents {
  /** Called before what the new phase does is begun. */
  onPhase(event: PhaseEvent): void;
  /** More of the file is in flash: `job.bytes`. */
  onProgress(): void;
  /** A gate is shut; again at every look at it. */
  onHeld(): void;
  /** The bootloader is to run the new image once: only the reset is missing. */
  onSwapRequested(): void;
  /** The image that the job brings runs already, confirmed. */
  onAlreadyRunning(): void;
  onFailed(failure: Failure): void;
  /** The job was taken from us. */
  onLost(): void;
}

export interface JobRunOptions {
  readonly platform: Platform;
  readonly settings: Settings;
  /** Of the download. */
  readonly gates: readonly Gate[];
  /** Of the reset, with those of the download among them. */
  readonly resetGates: readonly Gate[];
  readonly trust: Trust;
  readonly journal: Journal;
  readonly jobs: Jobs;
  readonly job: ActiveJob;
  readonly events: JobRunEvents;
}

/**
 * One job from its start to the request for the swap: its signature, whether there is anything to do,
 * gates, transfer, the image's own signature, gates again, swap.
 */
export class JobRun implements ImageFetchEvents, Listener {
  readonly job: ActiveJob;
  private readonly options: JobRunOptions;
  /** Until the next look at the gates. */
  private readonly pause: Deadline;
  /** The check under way. */
  private check: SignatureRun | AlreadyRunning | undefined;
  private readonly fetch: ImageFetch;
  private identity: string | undefined;
  /** The slot was checked, and a gate was shut since. */
  private isStale = false;

  constructor(options: JobRunOptions) {
    this.job = options.job;
    this.options = options;
    const { platform, settings, journal, job } = options;
    this.pause = new Deadline(platform.clock);
    this.fetch = new ImageFetch({ platform, settings, journal, job, events: this });
  }

  /** What is not signed by a trusted key costs neither a byte nor an erase. */
  start(): void {
    const { platform, trust, job } = this.options;
    if (!trust.isSigned) {
      platform.log("integrity only: this firmware checks no signatures");
      // Not now: whatever tells of the job is deep in the stack already.
      this.pause.start(0, () => this.compare());
      return;
    }
    this.guard(() => {
      this.run(
        newReleaseCheck({
          platform,
          trust,
          document: job.document,
          onGood: (keyId) => {
            platform.log(`the release is signed by the key ${keyId}`);
            this.compare();
          },
          onBad: (failure) => this.onFailed(failure),
        }),
      );
    });
  }

  private compare(): void {
    const { platform, events, job } = this.options;
    this.guard(() => {
      this.run(
        new AlreadyRunning({
          platform,
          document: job.document,
          onVerdict: (isRunning) => {
            if (isRunning) events.onAlreadyRunning();
            else this.proceed();
          },
        }),
      );
    });
  }

  /** Goes on as far as the gates let it. */
  private proceed(): void {
    const { gates, resetGates } = this.options;
    const reason = firstShut(this.identity === undefined ? gates : resetGates);
    if (reason !== undefined) {
      this.options.platform.log(`held: ${reason}`);
      this.isStale = this.identity !== undefined;
      this.options.events.onHeld();
      this.pause.start(config.gateIntervalMs, () => this.proceed());
    } else if (this.isStale) {
      this.isStale = false;
      this.fetch.verify();
    } else {
      this.options.events.onPhase("gatesOpen");
      if (this.identity === undefined) this.fetch.start();
      else this.requestSwap();
    }
  }

  /** Nothing is called after this; the journal keeps what was reached. */
  stop(): void {
    this.check?.stop();
    this.fetch.stop();
    this.pause.cancel();
  }

  ask(): void {
    const { jobId, offer } = this.job;
    this.options.jobs.describe(jobId, true, offer?.index);
  }

  answer(execution: JobExecution | undefined): void {
    const { job } = this;
    if (execution !== undefined && execution.jobId !== job.jobId) {
      // A late answer to a question about another job says nothing of this one.
      this.ask();
    } else if (execution === undefined || !isSameRun(job, execution)) {
      this.options.platform.log(`job ${job.jobId} is no longer ours`);
      this.options.events.onLost();
    } else {
      this.fetch.takeDocument(execution.document);
    }
  }

  jobGone(jobId: string): boolean {
    if (jobId !== this.job.jobId) return false;
    this.options.events.onLost();
    return true;
  }

  /** Of our own job it is news only to others: we have changed it ourselves. */
  isNews(head: JobIdentity | undefined): boolean {
    return head === undefined || !isSameExecution(this.job, head);
  }

  onProgress(): void {
    this.options.events.onProgress();
  }

  onDocumentWanted(): void {
    this.ask();
  }

  onDoubted(): void {
    this.options.events.onPhase("doubted");
  }

  onDownloaded(): void {
    this.options.events.onPhase("downloaded");
  }

  onVerified(identity: string): void {
    const { platform, trust } = this.options;
    this.guard(() => {
      const check = newImageSignatureCheck({
        platform,
        trust,
        onGood: () => this.arm(identity),
        onBad: (failure) => this.onFailed(failure),
      });
      if (check === undefined) this.arm(identity);
      else this.run(check);
    });
  }

  onFailed(failure: Failure): void {
    this.options.events.onFailed(failure);
  }

  private run(check: SignatureRun | AlreadyRunning): void {
    this.check = check;
    check.start();
  }

  /** The slot is good, for the first time or after a gate was shut. */
  private arm(identity: string): void {
    this.guard(() => {
      if (this.identity === undefined) {
        this.identity = identity;
        this.options.journal.amend({ stage: "verified", image: identity });
        this.options.events.onPhase("verified");
      }
      this.proceed();
    });
  }

  private requestSwap(): void {
    const { platform, events } = this.options;
    this.guard(() => {
      platform.boot.requestTestSwap();
      this.noteRequest();
      events.onSwapRequested();
    });
  }

  /**
   * The request stands by now, and the job cannot fail for a store that takes no note of it. Without
   * the note a revert looks like a cut before the request, and the image is tried once more.
   */
  private noteRequest(): void {
    const { platform, journal } = this.options;
    attempt(
      () => journal.amend({ stage: "requested" }),
      ({ code, detail }) => platform.log(`journal: ${code}: ${detail}`),
    );
  }

  private guard(work: () => void): void {
    attempt(work, (failure) => this.onFailed(failure));
  }
}
