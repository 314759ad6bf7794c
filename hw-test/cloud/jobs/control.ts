import type { Registry } from "../registry/registry.ts";
import { invalidRequest, notFound, ServiceError } from "../serviceError.ts";
import { type Execution, isPending, stateOf } from "./execution.ts";
import { isOpen, type Job, type JobChange, type JobRequest } from "./job.ts";
import type { Ledger } from "./ledger.ts";
import {
  checkJobRequest,
  checkReason,
  checkStatusDetails,
  checkTargetSelection,
} from "./limits.ts";
import { Rollout } from "./rollout.ts";
import { checkSchedule, isScheduled } from "./schedule.ts";
import { Scheduler } from "./scheduler.ts";

export interface CancelJobRequest {
  readonly jobId: string;
  readonly force: boolean;
  readonly comment?: string | undefined;
  readonly reasonCode?: string | undefined;
}

export interface CancelExecutionRequest {
  readonly thingName: string;
  readonly jobId: string;
  readonly force: boolean;
  readonly expectedVersion?: number | undefined;
  readonly statusDetails?: Readonly<Record<string, string>> | undefined;
}

export interface DeleteExecutionRequest {
  readonly thingName: string;
  readonly jobId: string;
  readonly executionNumber: number;
  readonly force: boolean;
}

/** What an operator may ask of the Jobs service (AWS IoT API Reference). */
export class ControlJobs {
  private readonly ledger: Ledger;
  private readonly registry: Registry;
  private readonly jobArn: (jobId: string) => string;
  private readonly rollout: Rollout;
  private readonly scheduler: Scheduler;
  private nextSequence = 0;

  constructor(options: {
    readonly ledger: Ledger;
    readonly registry: Registry;
    readonly jobArn: (jobId: string) => string;
    /** Executions made in a minute where a job does not say; AWS's 1,000 if left out. */
    readonly perMinute?: number | undefined;
  }) {
    this.ledger = options.ledger;
    this.registry = options.registry;
    this.jobArn = options.jobArn;
    this.rollout = new Rollout(this.ledger, options.perMinute);
    this.scheduler = new Scheduler(this.ledger, this.rollout);
    for (const job of this.ledger.jobs.values()) {
      this.nextSequence = job.sequence + 1;
      this.resume(job);
    }
    this.registry.onMembership((change) => this.followMembership(change));
    this.registry.onDeletion((thingName) => this.removeAll(thingName));
  }

  create(request: JobRequest): Job {
    checkJobRequest(request);
    const targetSelection = checkTargetSelection(request.targetSelection);
    if (this.ledger.jobs.has(request.jobId)) {
      throw new ServiceError("ResourceAlreadyExists", `Job ${request.jobId} already exists`);
    }
    const things = this.things(request.targets);
    const nowMs = this.ledger.clock.now();
    checkSchedule(request.schedule, targetSelection, nowMs);
    const job: Job = {
      request,
      jobArn: this.jobArn(request.jobId),
      targetSelection,
      sequence: this.nextSequence,
      createdAtMs: nowMs,
      status: isScheduled(request) ? "SCHEDULED" : "IN_PROGRESS",
      lastUpdatedAtMs: nowMs,
      completedAtMs: undefined,
      forceCanceled: false,
      comment: undefined,
      reasonCode: undefined,
      waiting: things,
      madeThisMinute: 0,
      isRolloutStopped: false,
      timers: new Map(),
    };
    this.nextSequence += 1;
    this.ledger.change([], () => this.ledger.jobs.set(request.jobId, job));
    this.scheduler.plan(job);
    this.rollout.add(job, []);
    return job;
  }

  /** A job that was under way when the cloud was stopped. */
  private resume(job: Job): void {
    if (!isOpen(job)) return;
    if (job.status === "IN_PROGRESS") this.rollout.resume(job);
    this.scheduler.plan(job);
  }

  /** A new timeout counts for executions that start from now on. */
  update(jobId: string, change: JobChange): void {
    const job = this.ledger.job(jobId);
    const request = {
      ...job.request,
      description: change.description ?? job.request.description,
      presignedUrl: change.presignedUrl ?? job.request.presignedUrl,
      inProgressTimeoutMinutes:
        change.inProgressTimeoutMinutes ?? job.request.inProgressTimeoutMinutes,
      rollout: change.rollout ?? job.request.rollout,
      abort: change.abort ?? job.request.abort,
      retry: change.retry ?? job.request.retry,
    };
    checkJobRequest(request);
    this.ledger.change([], () => {
      job.request = request;
      job.lastUpdatedAtMs = this.ledger.clock.now();
    });
  }

  /** Executions in progress go on, unless forced. */
  cancel(request: CancelJobRequest): Job {
    const job = this.ledger.job(request.jobId);
    if (!isOpen(job)) {
      throw invalidRequest(`Job ${request.jobId} is ${job.status} and cannot be canceled`);
    }
    checkReason(request);
    job.comment = request.comment;
    job.reasonCode = request.reasonCode;
    this.ledger.cancel(job, request);
    return job;
  }

  delete(jobId: string, force: boolean): void {
    const job = this.ledger.job(jobId);
    if (isOpen(job) && !force) {
      const message = `Job ${jobId} is ${job.status} and can be deleted by force only`;
      throw new ServiceError("InvalidStateTransition", message);
    }
    this.ledger.callOff(job);
    this.ledger.changeAll(job, () => {
      this.ledger.remove(this.ledger.ofJob(job));
      this.ledger.jobs.delete(jobId);
    });
  }

  cancelExecution(request: CancelExecutionRequest): void {
    const details = request.statusDetails;
    if (details !== undefined) checkStatusDetails(details);
    const execution = this.ledger.execution(request.thingName, request.jobId);
    const { status, versionNumber } = execution;
    if (!isPending(execution) || (status === "IN_PROGRESS" && !request.force)) {
      const message = `A job execution that is ${status} cannot be canceled`;
      throw new ServiceError("InvalidStateTransition", message, stateOf(execution));
    }
    const expected = request.expectedVersion;
    if (expected !== undefined && expected !== versionNumber) {
      const message = `Expected version ${expected} but found version ${versionNumber}`;
      throw new ServiceError("VersionMismatch", message, stateOf(execution));
    }
    this.ledger.change([request.thingName], () => {
      if (status === "IN_PROGRESS") this.ledger.forceCancel(execution);
      else this.ledger.revise(execution, "CANCELED");
      execution.statusDetails = details ?? execution.statusDetails;
    });
  }

  /** One not yet ended can be deleted by force only. */
  deleteExecution(request: DeleteExecutionRequest): void {
    const { thingName, jobId, executionNumber } = request;
    const execution = this.ledger.execution(thingName, jobId, executionNumber);
    if (isPending(execution) && !request.force) {
      const message = `A job execution that is ${execution.status} can be deleted by force only`;
      throw new ServiceError("InvalidStateTransition", message, stateOf(execution));
    }
    this.ledger.change([thingName], () => this.ledger.remove([execution]));
  }

  /** A thing that is deleted is no longer to run its jobs (JobProcessDetails, "removed things"). */
  private removeAll(thingName: string): void {
    for (const job of this.ledger.jobs.values()) this.rollout.remove(job, thingName);
    this.ledger.change([thingName], () => {
      for (const execution of this.ledger.pending(thingName)) {
        this.ledger.revise(execution, "REMOVED");
      }
    });
  }

  private things(targets: readonly string[]): string[] {
    const members = targets.map((target) => {
      const things = this.registry.membersOf(target);
      if (things === undefined) throw notFound(`Target ${target}`);
      return things;
    });
    return [...new Set(members.flat())];
  }

  private isTarget(job: Job, thingName: string): boolean {
    return job.request.targets.some((arn) => this.registry.membersOf(arn)?.includes(thingName));
  }

  /** A continuous job goes to what joins its group, and is taken from what leaves all of them. */
  private followMembership(change: {
    readonly groupArn: string;
    readonly thingName: string;
    readonly joined: boolean;
  }): void {
    const { groupArn, thingName, joined } = change;
    const followed = [...this.ledger.jobs.values()].filter(
      (job) =>
        isOpen(job) &&
        !job.isRolloutStopped &&
        job.targetSelection === "CONTINUOUS" &&
        job.request.targets.includes(groupArn),
    );
    for (const job of followed) {
      if (joined) this.join(job, thingName);
      else if (!this.isTarget(job, thingName)) this.leave(job, thingName);
    }
  }

  private join(job: Job, thingName: string): void {
    if (this.pendingOf(job, thingName).length === 0) this.rollout.add(job, [thingName]);
  }

  private leave(job: Job, thingName: string): void {
    this.rollout.remove(job, thingName);
    this.ledger.change([thingName], () => {
      for (const execution of this.pendingOf(job, thingName)) {
        this.ledger.revise(execution, "REMOVED");
      }
    });
  }

  private pendingOf(job: Job, thingName: string): Execution[] {
    return this.ledger.ofJob(job).filter((one) => one.thingName === thingName && isPending(one));
  }
}
