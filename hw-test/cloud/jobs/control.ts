import type { Registry } from "../registry/registry.ts";
import { invalidRequest, notFound, ServiceError } from "../serviceError.ts";
import { type Execution, isPending, stateOf } from "./execution.ts";
import type { Job, JobChange, JobRequest } from "./job.ts";
import type { Ledger } from "./ledger.ts";
import { checkJobRequest, checkStatusDetails, checkTargetSelection } from "./limits.ts";

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
  private nextSequence = 0;

  constructor(options: {
    readonly ledger: Ledger;
    readonly registry: Registry;
    readonly jobArn: (jobId: string) => string;
  }) {
    this.ledger = options.ledger;
    this.registry = options.registry;
    this.jobArn = options.jobArn;
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
    const job: Job = {
      request,
      jobArn: this.jobArn(request.jobId),
      targetSelection,
      sequence: this.nextSequence,
      createdAtMs: nowMs,
      status: "IN_PROGRESS",
      lastUpdatedAtMs: nowMs,
      completedAtMs: undefined,
      forceCanceled: false,
      comment: undefined,
      reasonCode: undefined,
    };
    this.nextSequence += 1;
    this.ledger.change(things, () => {
      this.ledger.jobs.set(request.jobId, job);
      for (const thingName of things) this.ledger.enqueue(job, thingName);
    });
    return job;
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
    };
    checkJobRequest(request);
    job.request = request;
    job.lastUpdatedAtMs = this.ledger.clock.now();
  }

  /** Executions in progress go on, unless forced. */
  cancel(request: CancelJobRequest): Job {
    const job = this.ledger.job(request.jobId);
    if (job.status !== "IN_PROGRESS") {
      throw invalidRequest(`Job ${request.jobId} is ${job.status} and cannot be canceled`);
    }
    this.changeAll(job, () => {
      job.status = "CANCELED";
      job.forceCanceled = request.force;
      job.comment = request.comment;
      job.reasonCode = request.reasonCode;
      job.completedAtMs = this.ledger.clock.now();
      job.lastUpdatedAtMs = job.completedAtMs;
      for (const execution of this.ledger.ofJob(job)) {
        if (execution.status === "QUEUED") this.ledger.revise(execution, "CANCELED");
        else if (execution.status === "IN_PROGRESS" && request.force) this.forceCancel(execution);
      }
    });
    return job;
  }

  delete(jobId: string, force: boolean): void {
    const job = this.ledger.job(jobId);
    if (job.status === "IN_PROGRESS" && !force) {
      const message = `Job ${jobId} is IN_PROGRESS and can be deleted by force only`;
      throw new ServiceError("InvalidStateTransition", message);
    }
    this.changeAll(job, () => {
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
      if (status === "IN_PROGRESS") this.forceCancel(execution);
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
    this.ledger.change([thingName], () => {
      for (const execution of this.ledger.pending(thingName)) {
        this.ledger.revise(execution, "REMOVED");
      }
    });
  }

  private forceCancel(execution: Execution): void {
    this.ledger.revise(execution, "CANCELED");
    execution.forceCanceled = true;
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

  private changeAll(job: Job, action: () => void): void {
    const things = this.ledger.ofJob(job).map(({ thingName }) => thingName);
    this.ledger.change([...new Set(things)], action);
  }

  /** A continuous job goes to what joins its group, and is taken from what leaves all of them. */
  private followMembership(change: {
    readonly groupArn: string;
    readonly thingName: string;
    readonly joined: boolean;
  }): void {
    const { groupArn, thingName, joined } = change;
    const followed = [...this.ledger.jobs.values()].filter(
      ({ status, targetSelection, request }) =>
        status === "IN_PROGRESS" &&
        targetSelection === "CONTINUOUS" &&
        request.targets.includes(groupArn),
    );
    this.ledger.change([thingName], () => {
      for (const job of followed) {
        const pending = this.ledger
          .ofJob(job)
          .filter((one) => one.thingName === thingName && isPending(one));
        if (joined && pending.length === 0) this.ledger.enqueue(job, thingName);
        if (joined || this.isTarget(job, thingName)) continue;
        for (const execution of pending) this.ledger.revise(execution, "REMOVED");
      }
    });
  }
}
