import { ControlJobs } from "../cloud/jobs/control.ts";
import { DeviceJobs } from "../cloud/jobs/device.ts";
import type { Execution } from "../cloud/jobs/execution.ts";
import type { Job, JobRequest } from "../cloud/jobs/job.ts";
import { Ledger, type Notification } from "../cloud/jobs/ledger.ts";
import { JobsTopics } from "../cloud/mqtt/jobsTopics.ts";
import { ShadowTopics } from "../cloud/mqtt/shadowTopics.ts";
import { createNames } from "../cloud/names.ts";
import { Registry } from "../cloud/registry/registry.ts";
import { Shadows } from "../cloud/registry/shadows.ts";
import { ServiceError } from "../cloud/serviceError.ts";
import type { VirtualClock } from "../model/virtual-clock.ts";
import type { Firmware, Patch } from "./images.ts";
import { signedFields } from "./signing.ts";

/** As the tracker reports it (docs/fota.md). */
export interface ReportedFirmware {
  readonly version: string | null;
  readonly image: string;
  readonly result?: {
    readonly jobId: string;
    readonly status: string;
    readonly reason?: string;
  };
}

interface Reported {
  readonly reported?: { readonly firmware: ReportedFirmware };
}

export const THING = "tracker-1";
export const FILES_HOST = "fw.s3.eu-west-1.amazonaws.com";
/** Stands where a signature stands in a presigned URL: it must turn up in no log. */
export const SECRET = "5ec2e7";

const URL_LIFETIME_S = 3600;
/** Monday 2026-11-23 00:00 UTC: where virtual time begins for the service. */
const EPOCH_MS = Date.UTC(2026, 10, 23);

/** Whom every job is for, and how many of them hear of it in a minute unless the job says. */
export interface Audience {
  readonly things: readonly string[];
  readonly perMinute?: number;
  /** Asked for each request to the Jobs service: the account's quota is used up. */
  readonly isThrottled?: (topic: string) => boolean;
}

/** The Jobs service of hw-test/cloud on virtual time, with its things and their operator. */
export class JobsCloud {
  readonly topics: JobsTopics;
  readonly shadows: Shadows;
  readonly shadowTopics: ShadowTopics;
  private readonly clock: VirtualClock;
  private readonly ledger: Ledger;
  private readonly control: ControlJobs;
  private readonly targetArn: string;
  private jumpMs = 0;
  private jobs = 0;

  constructor(
    clock: VirtualClock,
    onNotification: (notification: Notification) => void,
    { things, perMinute, isThrottled }: Audience = { things: [THING] },
  ) {
    this.clock = clock;
    this.ledger = new Ledger({
      clock: {
        now: () => this.nowMs(),
        schedule: (delayMs, action) => this.later(delayMs, action),
      },
      presign: ({ key }, expiresInS) => this.presign(key, expiresInS),
      onNotification,
    });
    const names = createNames("eu-west-1");
    const registry = new Registry(names);
    this.targetArn = registry.createGroup("all").groupArn;
    for (const thing of things) {
      registry.createThing(thing);
      registry.addToGroup("all", thing);
    }
    this.control = new ControlJobs({
      ledger: this.ledger,
      registry,
      jobArn: names.job,
      perMinute,
    });
    this.topics = new JobsTopics(new DeviceJobs(this.ledger), isThrottled);
    // The tracker has subscribed to nothing of them.
    const now = () => this.nowMs();
    this.shadows = new Shadows({ now, onNotice: () => undefined });
    this.shadowTopics = new ShadowTopics(this.shadows, now);
  }

  /** The service's time of day. */
  nowMs(): number {
    return EPOCH_MS + this.clock.nowMs() + this.jumpMs;
  }

  /** The service's clock is set forward or back; timers that are set keep their length. */
  jump(byMs: number): void {
    this.jumpMs += byMs;
  }

  /** Queues an update to `firmware`. @returns the job's id */
  order(firmware: Firmware, changes: Readonly<Record<string, unknown>> = {}): string {
    return this.orderDocument(this.documentFor(firmware, changes));
  }

  /** Deletes the job, and queues an update to `firmware` under the same id. */
  orderAgain(jobId: string, firmware: Firmware): void {
    if (this.ledger.jobs.has(jobId)) this.control.delete(jobId, true);
    this.create(jobId, this.documentFor(firmware, {}));
  }

  /** The same for many things: at a rate, and until too many have failed. */
  rollOut(firmware: Firmware, how: Pick<JobRequest, "rollout" | "abort" | "retry">): string {
    return this.createNext(this.documentFor(firmware, {}), how);
  }

  /** @param timeoutMinutes of the job's in-progress timer */
  orderDocument(document: string, timeoutMinutes?: number): string {
    return this.createNext(document, { inProgressTimeoutMinutes: timeoutMinutes });
  }

  private createNext(document: string, request: Partial<JobRequest>): string {
    this.jobs += 1;
    const jobId = `job-${this.jobs}`;
    this.create(jobId, document, request);
    return jobId;
  }

  job(jobId: string): Job {
    return this.ledger.job(jobId);
  }

  executions(jobId: string): readonly Execution[] {
    return this.ledger.ofJob(this.ledger.job(jobId));
  }

  private documentFor(firmware: Firmware, changes: Readonly<Record<string, unknown>>): string {
    const { version, hex, patches } = firmware;
    return JSON.stringify({
      operation: "app_fw_update",
      size: hex.byteLength,
      filename: `${version}.hex`,
      location: locationOf(`${version}.hex`),
      fwversion: version,
      ...signedFields(firmware),
      ...(patches.length > 0 && { patches: patches.map(patchEntry) }),
      ...changes,
    });
  }

  private create(jobId: string, document: string, request: Partial<JobRequest> = {}): void {
    this.control.create({
      jobId,
      targets: [this.targetArn],
      document,
      presignedUrl: { roleArn: "arn:aws:iam::123456789012:role/x", expiresInS: URL_LIFETIME_S },
      ...request,
    });
  }

  /** What the operator may do to a job; harmless where the job has ended. */
  act(jobId: string, action: "cancel" | "cancelJob" | "delete" | "deleteJob" | "timeOut"): void {
    const execution = this.execution(jobId);
    if (execution === undefined) return;
    const isPending = this.pending().includes(execution);
    const { executionNumber } = execution;
    const target = { thingName: THING, jobId };
    if (action === "cancel" && isPending) this.control.cancelExecution({ ...target, force: true });
    if (action === "cancelJob" && isPending) this.control.cancel({ jobId, force: true });
    if (action === "delete") {
      this.control.deleteExecution({ ...target, executionNumber, force: true });
    }
    if (action === "deleteJob") this.control.delete(jobId, true);
    if (action === "timeOut" && execution.status === "IN_PROGRESS") {
      this.ledger.change([THING], () => this.ledger.revise(execution, "TIMED_OUT"));
    }
  }

  /** undefined when it was deleted. */
  execution(jobId: string): Execution | undefined {
    return this.ledger.ofThing(THING).find(({ job }) => job.request.jobId === jobId);
  }

  /** What the thing's shadow says of its firmware; undefined if nothing does. */
  reportedFirmware(): ReportedFirmware | undefined {
    try {
      const state = this.shadows.get(THING, "")["state"] as Reported;
      return state.reported?.firmware;
    } catch (error) {
      if (error instanceof ServiceError && error.code === "ResourceNotFound") return undefined;
      throw error;
    }
  }

  pending(): readonly Execution[] {
    return this.ledger.pending(THING);
  }

  /** Whether a presigned URL's path, query and all, is good now. */
  isUrlValid(path: string): boolean {
    const query = new URLSearchParams(path.split("?")[1]);
    const expiresMs = Number(query.get("expires"));
    return query.get("X-Amz-Signature") === SECRET && this.nowMs() <= expiresMs;
  }

  private presign(key: string, expiresInS: number): string {
    const expires = this.nowMs() + expiresInS * 1000;
    return `https://${FILES_HOST}/${key}?expires=${expires}&X-Amz-Signature=${SECRET}`;
  }

  private later(delayMs: number, action: () => void): () => void {
    const alarm = this.clock.alarm(Math.min(delayMs, 2 ** 31 - 1), action);
    return () => alarm.cancel();
  }
}

function locationOf(key: string): { readonly url: string } {
  const url = `https://s3.eu-west-1.amazonaws.com/fw/${key}`;
  return { url: `\${aws:iot:s3-presigned-url:${url}}` };
}

/** An entry of the document's list. */
export function patchEntry({ key, from, bytes }: Patch): Readonly<Record<string, unknown>> {
  return { from, size: bytes.byteLength, location: locationOf(key) };
}
