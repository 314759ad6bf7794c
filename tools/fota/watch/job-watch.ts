import {
  DescribeJobCommand,
  DescribeJobExecutionCommand,
  type IoTClient,
  type Job,
} from "@aws-sdk/client-iot";
import { asked } from "../aws/clients.ts";
import { type ExecutionState, newestExecutions } from "../aws/executions.ts";
import { isUnderWay, type TrackerProgress, worstFirst } from "./progress.ts";

/** Calls for details that are under way at a time. */
const CALLS_AT_A_TIME = 8;

/** A job as it was at the last `poll`. */
export class JobWatch {
  readonly jobId: string;
  readonly trackers = new Map<string, TrackerProgress>();
  job: Job | undefined;
  private readonly iot: IoTClient;

  constructor(iot: IoTClient, jobId: string) {
    this.iot = iot;
    this.jobId = jobId;
  }

  /**
   * Asks AWS: one call, one more for 250 trackers, and one for each whose details are wanted.
   * @param detailsMax of the worst, at most
   * @returns those that have changed
   * @throws CommandFailed
   */
  async poll(detailsMax: number): Promise<TrackerProgress[]> {
    const { jobId } = this;
    const described = this.iot.send(new DescribeJobCommand({ jobId }));
    this.job = (await asked(`job ${jobId}`, described)).job;
    const before = new Map(this.trackers);
    await this.list();
    await this.detail(detailsMax);
    return [...this.trackers.values()].filter((now) => isNews(before.get(now.thing), now));
  }

  /** The job has ended, and so has every tracker that it was given to. */
  isOver(): boolean {
    const status = this.job?.status;
    if (status === "IN_PROGRESS" || status === "SCHEDULED") return false;
    return ![...this.trackers.values()].some(isUnderWay);
  }

  haveAllSucceeded(): boolean {
    const { trackers } = this;
    return (
      trackers.size > 0 && [...trackers.values()].every(({ status }) => status === "SUCCEEDED")
    );
  }

  private async list(): Promise<void> {
    const newest = await newestExecutions(this.iot, this.jobId);
    for (const thing of this.trackers.keys()) if (!newest.has(thing)) this.trackers.delete(thing);
    for (const [thing, state] of newest) this.trackers.set(thing, this.merged(thing, state));
  }

  private merged(thing: string, state: ExecutionState): TrackerProgress {
    const before = this.trackers.get(thing);
    const { status, executionNumber, updatedAtMs } = state;
    const isSame = before?.status === status && before.executionNumber === executionNumber;
    if (before !== undefined && isSame && before.updatedAtMs === updatedAtMs) return before;
    // Of another state it has said nothing yet.
    const { details, detailsAtMs = 0, bytesPerSecond } = (isSame ? before : undefined) ?? {};
    return { thing, ...state, details, detailsAtMs, bytesPerSecond };
  }

  private async detail(most: number): Promise<void> {
    const wanted = [...this.trackers.values()]
      .sort(worstFirst)
      .filter(({ status }) => status !== "QUEUED")
      .slice(0, most)
      // What has ended says nothing new; within a second there may be more than one report.
      .filter(({ status, details }) => status === "IN_PROGRESS" || details === undefined);
    const next = wanted.values();
    const work = async (): Promise<void> => {
      for (const one of next) await this.describe(one);
    };
    await Promise.all(Array.from({ length: CALLS_AT_A_TIME }, work));
  }

  private async describe(before: TrackerProgress): Promise<void> {
    const { thing: thingName, executionNumber } = before;
    const { jobId } = this;
    const command = new DescribeJobExecutionCommand({ jobId, thingName, executionNumber });
    const { execution } = await asked(`${jobId} on ${thingName}`, this.iot.send(command));
    const details = execution?.statusDetails?.detailsMap ?? {};
    const detailsAtMs = execution?.lastUpdatedAt?.getTime() ?? before.updatedAtMs;
    const bytesPerSecond = rateBetween(before, details, detailsAtMs);
    const status = execution?.status ?? before.status;
    const now = { ...before, status, details, detailsAtMs, bytesPerSecond };
    this.trackers.set(thingName, { ...now, updatedAtMs: detailsAtMs });
  }
}

function isNews(before: TrackerProgress | undefined, now: TrackerProgress): boolean {
  if (before?.status !== now.status || before.executionNumber !== now.executionNumber) return true;
  return JSON.stringify(before.details) !== JSON.stringify(now.details);
}

/** By two reports with different times; the last known rate in between. */
function rateBetween(
  before: TrackerProgress,
  details: Readonly<Record<string, string>>,
  detailsAtMs: number,
): number | undefined {
  const bytes = Number(details["bytes"]) - Number(before.details?.["bytes"]);
  const seconds = (detailsAtMs - before.detailsAtMs) / 1000;
  if (details["phase"] !== "downloading") return undefined;
  return seconds > 0 && bytes >= 0 ? bytes / seconds : before.bytesPerSecond;
}
