import {
  type IoTClient,
  type JobExecutionSummaryForJob,
  paginateListJobExecutionsForJob,
} from "@aws-sdk/client-iot";
import { asked } from "./clients.ts";

/** AWS lists at most this many at a time. */
const PAGE_ITEMS = 250;

export interface ExecutionState {
  readonly status: string;
  readonly executionNumber: number;
  /** Milliseconds since the epoch, whole seconds. */
  readonly updatedAtMs: number;
}

/**
 * How a job stands on the things that have it, by their names: the newest execution of each, for a retry
 * is another one.
 * @throws CommandFailed
 */
export async function newestExecutions(
  client: IoTClient,
  jobId: string,
): Promise<Map<string, ExecutionState>> {
  const pages = paginateListJobExecutionsForJob({ client, pageSize: PAGE_ITEMS }, { jobId });
  const newest = new Map<string, ExecutionState>();
  const read = async (): Promise<void> => {
    for await (const { executionSummaries = [] } of pages) {
      for (const one of executionSummaries) keepNewest(newest, one);
    }
  };
  await asked(`executions of ${jobId}`, read());
  return newest;
}

function keepNewest(
  newest: Map<string, ExecutionState>,
  { thingArn = "", jobExecutionSummary = {} }: JobExecutionSummaryForJob,
): void {
  const { status = "QUEUED", executionNumber = 1, lastUpdatedAt } = jobExecutionSummary;
  const thing = thingArn.replace(/^.*:thing\//, "");
  if (executionNumber <= (newest.get(thing)?.executionNumber ?? 0)) return;
  newest.set(thing, { status, executionNumber, updatedAtMs: lastUpdatedAt?.getTime() ?? 0 });
}
