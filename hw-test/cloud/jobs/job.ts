import type { AbortCriterion, RetryCriterion, RolloutConfig, Schedule } from "./options.ts";

export type JobStatus = "SCHEDULED" | "IN_PROGRESS" | "CANCELED" | "COMPLETED";

export type TargetSelection = "SNAPSHOT" | "CONTINUOUS";

/** What CreateJob is asked for. */
export interface JobRequest {
  readonly jobId: string;
  readonly targets: readonly string[];
  /** JSON text, at most 32,768 characters. */
  readonly document: string;
  readonly documentSource?: string | undefined;
  readonly description?: string | undefined;
  readonly targetSelection?: string | undefined;
  /** Needed for presigned-URL placeholders; lifetime in seconds, 60 to 3600. */
  readonly presignedUrl?: { readonly roleArn: string; readonly expiresInS: number } | undefined;
  /** 1 to 10,080 minutes. */
  readonly inProgressTimeoutMinutes?: number | undefined;
  readonly rollout?: RolloutConfig | undefined;
  readonly abort?: readonly AbortCriterion[] | undefined;
  readonly retry?: readonly RetryCriterion[] | undefined;
  readonly schedule?: Schedule | undefined;
}

/** What UpdateJob may change; what is absent stays. */
export type JobChange = Partial<
  Pick<
    JobRequest,
    "description" | "presignedUrl" | "inProgressTimeoutMinutes" | "rollout" | "abort" | "retry"
  >
>;

export interface Job {
  /** As it reads after UpdateJob. */
  request: JobRequest;
  readonly jobArn: string;
  readonly targetSelection: TargetSelection;
  /** Position in the order of creation: two jobs of one second still have an order. */
  readonly sequence: number;
  readonly createdAtMs: number;
  status: JobStatus;
  lastUpdatedAtMs: number;
  completedAtMs: number | undefined;
  forceCanceled: boolean;
  comment: string | undefined;
  reasonCode: string | undefined;
  /** Things that have no execution yet, as the rollout is slower. */
  waiting: string[];
  /** Executions made in the minute that the rollout is in. */
  madeThisMinute: number;
  /** Its schedule has ended: no thing joins any more. */
  isRolloutStopped: boolean;
  /** Calls off the rollout's next step, and what the schedule brings next: start or window, and end. */
  readonly timers: Map<"rollout" | "start" | "end", () => void>;
}

/** Neither ended nor still to begin. */
export function isOpen({ status }: Job): boolean {
  return status === "IN_PROGRESS" || status === "SCHEDULED";
}
