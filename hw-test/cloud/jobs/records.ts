import { isDeepStrictEqual } from "node:util";
import type { Tables } from "../store/tables.ts";
import type { Execution } from "./execution.ts";
import type { Job } from "./job.ts";

type JobRecord = Omit<Job, "timers">;
type ExecutionRecord = Omit<Execution, "job"> & { readonly jobId: string };

/** What a restarted cloud knows of jobs and executions: as they were after the last change. */
export class Records {
  private readonly tables: Tables;
  private readonly jobRecords: Map<string, JobRecord>;
  private readonly executionRecords: Map<string, ExecutionRecord>;

  constructor(tables: Tables) {
    this.tables = tables;
    this.jobRecords = tables.open("jobs");
    this.executionRecords = tables.open("executions");
  }

  /** In the order of their creation. */
  jobs(): Map<string, Job> {
    const jobs = [...this.jobRecords.values()]
      .sort((a, b) => a.sequence - b.sequence)
      .map((record): Job => ({ ...record, waiting: [...record.waiting], timers: new Map() }));
    return new Map(jobs.map((job) => [job.request.jobId, job]));
  }

  /** In the order of their creation. */
  executions(jobs: ReadonlyMap<string, Job>): Execution[] {
    const records = [...this.executionRecords.values()];
    records.sort((a, b) => a.queuedAtMs - b.queuedAtMs || a.sequence - b.sequence);
    return records.flatMap(({ jobId, ...record }) => {
      const job = jobs.get(jobId);
      return job === undefined ? [] : [{ ...record, job }];
    });
  }

  /** All jobs, and these executions. */
  keep(jobs: ReadonlyMap<string, Job>, executions: readonly Execution[]): void {
    this.tables.together(() => {
      this.keepJobs(jobs);
      for (const execution of executions) this.keepExecution(execution);
    });
  }

  /** An execution that is not there any more. */
  forget(execution: Execution): void {
    this.executionRecords.delete(nameOf(execution));
  }

  private keepJobs(jobs: ReadonlyMap<string, Job>): void {
    for (const [jobId, { timers: _, ...record }] of jobs) {
      if (isDeepStrictEqual(this.jobRecords.get(jobId), record)) continue;
      this.jobRecords.set(jobId, { ...record, waiting: [...record.waiting] });
    }
    for (const jobId of [...this.jobRecords.keys()]) {
      if (!jobs.has(jobId)) this.jobRecords.delete(jobId);
    }
  }

  private keepExecution(execution: Execution): void {
    const { job, ...record } = execution;
    const name = nameOf(execution);
    // Each change is a new version.
    if (this.executionRecords.get(name)?.versionNumber === record.versionNumber) return;
    this.executionRecords.set(name, { ...record, jobId: job.request.jobId });
  }
}

function nameOf({ thingName, job, executionNumber }: Execution): string {
  return `${thingName} ${job.request.jobId} ${executionNumber}`;
}
