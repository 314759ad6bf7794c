import { config } from "../config.ts";
import { Deadline } from "../deadline.ts";
import { attempt, type Failure, failures } from "../failure.ts";
import type { JobExecution } from "../job/execution.ts";
import type { JobIdentity } from "../job/identity.ts";
import type { Jobs } from "../job/jobs.ts";
import { Outbox } from "../job/outbox.ts";
import { Progress, type StatusDetails, statusDetails } from "../job/progress.ts";
import type { JobUpdate } from "../job/updates.ts";
import type { Platform } from "../ports/platform.ts";
import { type ActiveJob, fileBytes, fileKind } from "./active-job.ts";
import type { Listener } from "./answers.ts";
import { versionIn } from "./evidence.ts";
import { isSameRun } from "./identity.ts";
import type { Phase } from "./phases.ts";
import { RollbackNote } from "./rollback-note.ts";

export interface ReporterOptions {
  readonly jobs: Jobs;
  readonly platform: Platform;
  /** That has been told, or is about an execution that is not there any more; still in the store. */
  readonly onEnd: (end: JobUpdate) => void;
  /** What waited to be told is settled. */
  readonly onSettled: () => void;
}

/** A job that is over, and the code of what a patch of it failed with: "" if none did. */
export interface EndedJob extends JobIdentity {
  readonly patchFailure: string;
}

/**
 * What the job is told: progress as it comes, its end through the outbox until that is taken. Before
 * an end is told over another connection than the job was taken from, the service is asked whether
 * the job is still the same: its id may be another's by now.
 */
export class Reporter implements Listener {
  private readonly jobs: Jobs;
  private readonly platform: Platform;
  private readonly outbox: Outbox;
  private readonly rollbackNote: RollbackNote;
  private readonly progress: Progress;
  /** Until the step timer of the job under way needs a sign of life. */
  private readonly heartbeat: Deadline;
  private readonly onEnd: (end: JobUpdate) => void;
  private readonly onSettled: () => void;
  /** The terminal state that the service does not have yet. */
  private pending: JobUpdate | undefined;

  constructor({ jobs, platform, onEnd, onSettled }: ReporterOptions) {
    this.jobs = jobs;
    this.platform = platform;
    this.onEnd = onEnd;
    this.onSettled = onSettled;
    this.outbox = new Outbox(platform.store);
    this.rollbackNote = new RollbackNote(platform);
    this.progress = new Progress(platform.clock);
    this.heartbeat = new Deadline(platform.clock);
  }

  /** @returns whether an earlier run has left an end to be told */
  takeUp(): boolean {
    this.pending = this.outbox.entry();
    return this.pending !== undefined;
  }

  /**
   * The tracker goes back from this version by itself, as the next messages will say. That its job has
   * SUCCEEDED is not true any more, if it was not told yet.
   */
  noteRollback(version: string): void {
    this.rollbackNote.put(version);
    const told = this.outbox.entry();
    if (told?.status !== "SUCCEEDED") return;
    const details = statusDetails({
      reason: "REVERTED",
      detail: failures.REVERTED.meaning,
      version,
    });
    const update = Object.assign({}, told, { status: "FAILED", statusDetails: details } as const);
    this.tryStore(() => this.outbox.put(update));
  }

  /** It has gone back by itself before, and nobody was told of it yet. */
  hasRolledBack(): boolean {
    return this.rollbackNote.version() !== undefined;
  }

  /** The service has the end of this job, or wants nothing of it. */
  settle(jobId: string): void {
    const { pending } = this;
    if (pending === undefined || pending.jobId !== jobId) return;
    if (pending.statusDetails["rolledBackFrom"] !== undefined) this.rollbackNote.settle();
    this.pending = undefined;
    this.onEnd(pending);
    this.tryStore(() => this.outbox.settle(jobId));
    this.onSettled();
  }

  ask(): void {
    const { pending } = this;
    // A document that was not read, or that led to resets, is not asked for.
    if (pending !== undefined) this.jobs.describe(pending.jobId, pending.fingerprint !== undefined);
  }

  answer(execution: JobExecution | undefined): void {
    const { pending } = this;
    if (pending === undefined) return;
    if (execution !== undefined && execution.jobId !== pending.jobId) this.ask();
    else if (execution !== undefined && isSameRun(pending, execution)) this.send(pending);
    else {
      this.platform.log(`job ${pending.jobId} is another one by now: not told ${pending.status}`);
      this.settle(pending.jobId);
    }
  }

  /** Whatever job it was: `settle` is told of it. */
  jobGone(): boolean {
    return false;
  }

  isNews(): boolean {
    return false;
  }

  /** Progress, if it is due. Where a step timer runs, it is told again before that runs out. */
  tell(job: ActiveJob, phase: Phase): void {
    const { bytes } = job;
    const patchFailure = job.patchFailure || undefined;
    const file = fileKind(job);
    const size = fileBytes(job);
    const details = this.progress.next({ phase, bytes, size, file, patchFailure });
    if (details === undefined) return;
    // Told when the service has described the job again, if it cannot be told now.
    if (!this.update(job, details)) this.progress.reset();
    if (!job.hasStepTimer) return;
    this.heartbeat.start(config.heartbeatIntervalMs, () => {
      this.progress.reset();
      this.tell(job, phase);
    });
  }

  /** No job is under way any more. */
  endProgress(): void {
    this.heartbeat.cancel();
    this.progress.reset();
  }

  /** @param detail for people, where there is something to say */
  succeed(job: EndedJob, detail?: string): void {
    const version = this.version();
    const patchFailure = job.patchFailure || undefined;
    const rolledBackFrom = this.rollbackNote.version();
    this.end(job, {
      status: "SUCCEEDED",
      statusDetails: statusDetails({
        phase: "done",
        version,
        detail,
        patchFailure,
        rolledBackFrom,
      }),
    });
  }

  /** @param phase in which it failed */
  fail(job: JobIdentity, failure: Failure, phase: Phase): void {
    const { code, detail } = failure;
    this.platform.log(`job ${job.jobId}: ${code}: ${detail}`);
    const version = this.version();
    const rolledBackFrom = this.rollbackNote.version();
    this.end(job, {
      status: failures[code].status,
      statusDetails: statusDetails({ reason: code, detail, phase, version, rolledBackFrom }),
    });
  }

  private end(job: JobIdentity, state: Pick<JobUpdate, "status" | "statusDetails">): void {
    const { jobId, executionNumber, queuedAt, fingerprint } = job;
    const update = {
      jobId,
      executionNumber,
      queuedAt,
      fingerprint,
      status: state.status,
      statusDetails: state.statusDetails,
    };
    this.pending = update;
    this.tryStore(() => this.outbox.put(update));
    this.send(update);
  }

  private send(update: JobUpdate): void {
    if (!this.jobs.update(update)) this.ask();
  }

  private news(): StatusDetails {
    return statusDetails({ rolledBackFrom: this.rollbackNote.version() });
  }

  private version(): string | undefined {
    return versionIn(this.platform);
  }

  /** Without the store a report is lost only if a reset comes before the service has it. */
  private tryStore(work: () => void): void {
    attempt(work, (failure) => this.logFailure(failure));
  }

  private logFailure(failure: Failure): void {
    this.platform.log(`report: ${failure.code}: ${failure.detail}`);
  }

  private update(job: ActiveJob, details: JobUpdate["statusDetails"]): boolean {
    return this.jobs.update({
      jobId: job.jobId,
      executionNumber: job.executionNumber,
      queuedAt: job.queuedAt,
      fingerprint: job.fingerprint,
      status: "IN_PROGRESS",
      statusDetails: Object.assign({}, details, this.news()),
      stepTimeoutInMinutes: job.hasStepTimer ? config.stepTimeoutMinutes : undefined,
    });
  }
}
