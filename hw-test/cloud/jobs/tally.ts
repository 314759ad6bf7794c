import type { Execution, ExecutionStatus } from "./execution.ts";

/** How many things a job stands how with, by the last execution of each; kept while they change. */
export class Tally {
  private readonly statuses = new Map<string, ExecutionStatus>();
  private readonly counts = new Map<ExecutionStatus, number>();

  constructor(executions: readonly Execution[] = []) {
    for (const { thingName, status } of executions) this.note(thingName, status);
  }

  /** What the last execution on the thing is now. */
  note(thingName: string, status: ExecutionStatus): void {
    const before = this.statuses.get(thingName);
    if (before !== undefined) this.counts.set(before, this.count(before) - 1);
    this.statuses.set(thingName, status);
    this.counts.set(status, this.count(status) + 1);
  }

  count(status: ExecutionStatus): number {
    return this.counts.get(status) ?? 0;
  }
}
