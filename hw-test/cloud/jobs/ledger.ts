import type { Clock } from "../clock.ts";
import type { Json, JsonObject } from "../json.ts";
import { notFound } from "../serviceError.ts";
import type { Tables } from "../store/tables.ts";
import { type Presign, resolvePlaceholders } from "./document.ts";
import { deadlineMs, type Execution, type ExecutionStatus, isPending } from "./execution.ts";
import { isAborted, isRetried } from "./failures.ts";
import { isOpen, type Job } from "./job.ts";
import { limits } from "./limits.ts";
import { Records } from "./records.ts";
import { Tally } from "./tally.ts";
import { executionView, summaryView } from "./views.ts";

/** A message for whoever listens to a thing's `jobs/notify` or `jobs/notify-next`. */
export interface Notification {
  readonly thingName: string;
  readonly topic: "notify" | "notify-next";
  readonly body: JsonObject;
}

/** Told of all executions of a thing, whenever one of them may have changed. */
export type OnExecutions = (thingName: string, executions: readonly Execution[]) => void;

/**
 * Jobs and executions, and what follows from a change of them whoever makes it: notifications,
 * timers, the completion of a job. `control.ts` and `device.ts` hold the verbs.
 */
export class Ledger {
  readonly clock: Clock;
  readonly jobs: Map<string, Job>;
  /** Without tables nothing outlives the process, and nothing is noted. */
  private readonly records: Records | undefined;
  private readonly presign: Presign;
  private readonly onNotification: (notification: Notification) => void;
  private readonly onExecutions: OnExecutions | undefined;
  /** In the order in which they were queued; fleets of ten thousand ask for either all the time. */
  private readonly byJob = new Map<Job, Execution[]>();
  private readonly byThing = new Map<string, Execution[]>();
  private readonly tallies = new Map<Job, Tally>();
  private nextSequence: number;
  private readonly timers = new Map<Execution, () => void>();

  constructor(options: {
    readonly clock: Clock;
    readonly presign: Presign;
    readonly onNotification: (notification: Notification) => void;
    readonly onExecutions?: OnExecutions;
    readonly tables?: Tables;
  }) {
    this.records = options.tables === undefined ? undefined : new Records(options.tables);
    this.jobs = this.records?.jobs() ?? new Map();
    const kept = this.records?.executions(this.jobs) ?? [];
    for (const execution of kept) this.add(execution);
    this.nextSequence = (kept.at(-1)?.sequence ?? 0) + 1;
    this.clock = options.clock;
    this.presign = options.presign;
    this.onNotification = options.onNotification;
    this.onExecutions = options.onExecutions;
    for (const execution of kept) this.arm(execution);
  }

  job(jobId: string): Job {
    const job = this.jobs.get(jobId);
    if (job === undefined) throw notFound(`Job ${jobId}`);
    return job;
  }

  ofJob(job: Job): readonly Execution[] {
    return this.byJob.get(job) ?? [];
  }

  ofThing(thingName: string): readonly Execution[] {
    return this.byThing.get(thingName) ?? [];
  }

  /** The newest execution of the job on the thing, or the one of that number. */
  execution(thingName: string, jobId: string, executionNumber?: number): Execution {
    const found = this.ofThing(thingName)
      .filter(({ job }) => job.request.jobId === jobId)
      .findLast((one) => executionNumber === undefined || one.executionNumber === executionNumber);
    if (found === undefined) throw notFound(`Execution of job ${jobId} on thing ${thingName}`);
    return found;
  }

  /** In progress first, then in the order of the jobs' creation: the first is the head. */
  pending(thingName: string): Execution[] {
    const rank = ({ status, job }: Execution) =>
      (status === "IN_PROGRESS" ? 0 : Number.MAX_SAFE_INTEGER / 2) + job.sequence;
    return this.ofThing(thingName)
      .filter(isPending)
      .sort((a, b) => rank(a) - rank(b));
  }

  head(thingName: string): Execution | undefined {
    return this.pending(thingName)[0];
  }

  /** The job document as it reads at this moment: placeholders become URLs that start to age. */
  documentOf(execution: Execution): Json {
    const { document, presignedUrl } = execution.job.request;
    const expiresInS = presignedUrl?.expiresInS ?? limits.presignMaxS;
    return JSON.parse(resolvePlaceholders(document, expiresInS, this.presign)) as Json;
  }

  /**
   * Runs `action`, which may change executions of `thingNames`, then does what follows from it.
   * Every change goes through here.
   */
  change<T>(thingNames: readonly string[], action: () => T): T {
    const before = thingNames.map((thingName) => this.pending(thingName));
    const result = action();
    for (const thingName of thingNames) this.retry(thingName);
    for (const job of this.jobs.values()) this.completeIfDone(job);
    const touched = thingNames.flatMap((thingName) => this.ofThing(thingName));
    this.records?.keep(this.jobs, touched);
    thingNames.forEach((thingName, index) => {
      const executions = this.ofThing(thingName);
      for (const execution of executions) this.arm(execution);
      this.onExecutions?.(thingName, executions);
      this.notify(thingName, before[index] ?? []);
    });
    this.abortWhatFails();
    return result;
  }

  private abortWhatFails(): void {
    for (const job of this.jobs.values()) {
      if (isOpen(job) && isAborted(job, this.tallyOf(job))) this.cancel(job, { force: false });
    }
  }

  /** Ends a job and what is queued of it; by force also what is in progress. */
  cancel(job: Job, { force }: { readonly force: boolean }): void {
    this.changeAll(job, () => {
      job.status = "CANCELED";
      job.forceCanceled = force;
      job.completedAtMs = this.clock.now();
      job.lastUpdatedAtMs = job.completedAtMs;
      this.callOff(job);
      for (const execution of this.ofJob(job)) {
        if (execution.status === "QUEUED") this.revise(execution, "CANCELED");
        else if (execution.status === "IN_PROGRESS" && force) this.forceCancel(execution);
      }
    });
  }

  /** Call within `change`. */
  forceCancel(execution: Execution): void {
    this.revise(execution, "CANCELED");
    execution.forceCanceled = true;
  }

  /** A change of any of the job's things. */
  changeAll(job: Job, action: () => void): void {
    const things = this.ofJob(job).map(({ thingName }) => thingName);
    this.change([...new Set(things)], action);
  }

  /** Nothing more happens to the job by itself. */
  callOff(job: Job): void {
    for (const stop of job.timers.values()) stop();
    job.timers.clear();
    job.waiting = [];
  }

  /** A new version of the execution. Call within `change`. */
  revise(execution: Execution, status: ExecutionStatus): void {
    const nowMs = this.clock.now();
    if (status === "IN_PROGRESS" && execution.startedAtMs === undefined) {
      const minutes = execution.job.request.inProgressTimeoutMinutes;
      execution.startedAtMs = nowMs;
      execution.inProgressDeadlineMs = minutes === undefined ? undefined : nowMs + minutes * 60_000;
    }
    execution.status = status;
    if (this.isLast(execution)) this.tallyOf(execution.job).note(execution.thingName, status);
    execution.versionNumber += 1;
    execution.lastUpdatedAtMs = nowMs;
  }

  /** Queues `job` for a thing. Call within `change`. */
  enqueue(job: Job, thingName: string): void {
    const earlier = this.ofThing(thingName).filter((one) => one.job === job).length;
    const nowMs = this.clock.now();
    this.add({
      job,
      thingName,
      executionNumber: earlier + 1,
      sequence: this.nextSequence++,
      queuedAtMs: nowMs,
      status: "QUEUED",
      statusDetails: {},
      versionNumber: 1,
      startedAtMs: undefined,
      lastUpdatedAtMs: nowMs,
      forceCanceled: false,
      inProgressDeadlineMs: undefined,
      stepDeadlineMs: undefined,
    });
  }

  /** Forgets executions. Call within `change`. */
  remove(doomed: readonly Execution[]): void {
    for (const execution of doomed) {
      this.disarm(execution);
      this.records?.forget(execution);
    }
    const gone = new Set(doomed);
    for (const job of new Set(doomed.map((one) => one.job))) {
      this.tallies.delete(job);
      keep(this.byJob, job, (execution) => !gone.has(execution));
    }
    for (const thingName of new Set(doomed.map((one) => one.thingName))) {
      keep(this.byThing, thingName, (execution) => !gone.has(execution));
    }
  }

  stop(): void {
    for (const execution of [...this.timers.keys()]) this.disarm(execution);
    for (const job of this.jobs.values()) this.callOff(job);
  }

  private retry(thingName: string): void {
    for (const execution of [...this.ofThing(thingName)]) {
      const { job } = execution;
      const earlier = this.ofThing(thingName).filter((other) => other.job === job);
      if (isRetried(job, execution, earlier)) this.enqueue(job, thingName);
    }
  }

  private add(execution: Execution): void {
    append(this.byJob, execution.job, execution);
    append(this.byThing, execution.thingName, execution);
    this.tallyOf(execution.job).note(execution.thingName, execution.status);
  }

  private tallyOf(job: Job): Tally {
    const known = this.tallies.get(job);
    if (known !== undefined) return known;
    const fresh = new Tally(this.ofJob(job));
    this.tallies.set(job, fresh);
    return fresh;
  }

  /** Of its job on its thing. */
  private isLast(execution: Execution): boolean {
    return (
      this.ofThing(execution.thingName).findLast(({ job }) => job === execution.job) === execution
    );
  }

  private completeIfDone(job: Job): void {
    const takesMore = job.targetSelection === "CONTINUOUS" && !job.isRolloutStopped;
    if (takesMore || job.status !== "IN_PROGRESS" || job.waiting.length > 0) return;
    // From the end, where those are that were queued last.
    if (this.ofJob(job).findLast(isPending) !== undefined) return;
    this.callOff(job);
    job.status = "COMPLETED";
    job.completedAtMs = this.clock.now();
    job.lastUpdatedAtMs = job.completedAtMs;
  }

  private notify(thingName: string, before: readonly Execution[]): void {
    const after = this.pending(thingName);
    const timestamp = Math.floor(this.clock.now() / 1000);
    const sameSet = before.length === after.length && before.every((one) => after.includes(one));
    if (!sameSet) {
      const jobs = groupByStatus(after.slice(0, limits.notifiedJobsMax));
      this.onNotification({ thingName, topic: "notify", body: { timestamp, jobs } });
    }
    const head = after[0];
    if (head === before[0]) return;
    const body = head === undefined ? { timestamp } : { timestamp, execution: this.view(head) };
    this.onNotification({ thingName, topic: "notify-next", body });
  }

  view(execution: Execution, includeDocument = true): JsonObject {
    const document = includeDocument ? this.documentOf(execution) : undefined;
    return executionView(execution, this.clock.now(), document);
  }

  private arm(execution: Execution): void {
    this.disarm(execution);
    const deadline = deadlineMs(execution);
    if (deadline === undefined) return;
    const delayMs = Math.max(0, deadline - this.clock.now());
    this.timers.set(
      execution,
      this.clock.schedule(delayMs, () => {
        this.change([execution.thingName], () => this.revise(execution, "TIMED_OUT"));
      }),
    );
  }

  private disarm(execution: Execution): void {
    this.timers.get(execution)?.();
    this.timers.delete(execution);
  }
}

function append<Key>(lists: Map<Key, Execution[]>, key: Key, execution: Execution): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [execution]);
  else list.push(execution);
}

function keep<Key>(
  lists: Map<Key, Execution[]>,
  key: Key,
  isKept: (execution: Execution) => boolean,
): void {
  const kept = (lists.get(key) ?? []).filter(isKept);
  if (kept.length === 0) lists.delete(key);
  else lists.set(key, kept);
}

/** Empty groups are left out, as the live service does. */
function groupByStatus(executions: readonly Execution[]): JsonObject {
  const groups: Record<string, JsonObject[]> = {};
  for (const execution of executions) {
    const group = groups[execution.status] ?? [];
    groups[execution.status] = group;
    group.push(summaryView(execution));
  }
  return groups;
}
