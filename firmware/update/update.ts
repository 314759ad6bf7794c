import { config } from "../config.ts";
import type { ApplicationCheck } from "../confirm/self-test.ts";
import { Deadline } from "../deadline.ts";
import { attempt, Failure, failures } from "../failure.ts";
import { parseJobDocument } from "../job/document.ts";
import { isTerminal, type JobExecution } from "../job/execution.ts";
import { Jobs, type JobsEvents } from "../job/jobs.ts";
import type { JobUpdate } from "../job/updates.ts";
import { MqttClient } from "../mqtt/client.ts";
import type { Platform } from "../ports/platform.ts";
import type { Settings } from "../settings.ts";
import { imageIdentity } from "../verify/identity.ts";
import { type ActiveJob, isSameFile, type JobIdentity, startJob } from "./active-job.ts";
import { admit } from "./admission.ts";
import { firstShut, type Gate } from "./gate.ts";
import { Journal, type UpdateRecord } from "./journal.ts";
import { type Evidence, judgeReset } from "./judge.ts";
import { nextPhase, type Phase, type PhaseEvent } from "./phases.ts";
import { Reporter } from "./reporter.ts";
import { Transfer, type TransferEvents } from "./transfer.ts";
import { Trial } from "./trial.ts";

export interface UpdateOptions {
  readonly platform: Platform;
  readonly settings: Settings;
  /** Every one must be open before the download starts, and again before the reset. */
  readonly gates: readonly Gate[];
  /** The application's part of the self-test. */
  readonly application: ApplicationCheck;
}

/**
 * The update client: takes jobs from the cloud and carries each through the phases of phases.ts.
 * `start` is called once after every reset; from then on it works by itself.
 */
export class Update implements JobsEvents, TransferEvents {
  private phase: Phase = "starting";
  private readonly options: UpdateOptions;
  private readonly platform: Platform;
  private readonly journal: Journal;
  private readonly jobs: Jobs;
  private readonly mqtt: MqttClient;
  private readonly reporter: Reporter;
  private readonly trial: Trial;
  /** Until the next look at the gates, or until the reset. */
  private readonly pause: Deadline;
  private job: ActiveJob | undefined;
  private transfer: Transfer | undefined;

  constructor(options: UpdateOptions) {
    const { platform, settings } = options;
    const { network, clock, random, log } = platform;
    this.options = options;
    this.platform = platform;
    this.journal = new Journal(platform.store);
    this.pause = new Deadline(clock);
    this.jobs = new Jobs({
      thing: settings.thingName,
      clock,
      random,
      log,
      publish: (topic, payload, qos) => this.mqtt.publish(topic, payload, qos),
      events: this,
    });
    this.mqtt = new MqttClient({
      network,
      clock,
      random,
      log,
      target: { host: settings.brokerHost, port: settings.brokerPort, security: "broker" },
      clientId: settings.thingName,
      subscriptions: this.jobs.subscriptions,
      events: this.jobs,
    });
    this.reporter = new Reporter(this.jobs, platform);
    this.trial = new Trial({
      platform,
      jobs: this.jobs,
      journal: this.journal,
      application: options.application,
      deadlineMs: settings.selfTestDeadlineMs,
      onPassed: () => this.confirm(),
      onFailed: (reason) => this.giveUp(reason),
    });
  }

  /** Finds out what the last reset meant, and goes on from there. */
  start(): void {
    const { boot, primary, secondary } = this.platform;
    this.takeUp(this.journal.record(), {
      boot: boot.state(),
      primary: imageIdentity(primary),
      secondary: imageIdentity(secondary),
    });
    this.mqtt.start();
  }

  /**
   * Goes back to the image in the secondary slot, which ran before, without a download. It runs as
   * a test swap and must confirm itself.
   * @returns false if an update is under way, or no image is there
   */
  rollback(): boolean {
    const { boot, secondary } = this.platform;
    const ready = this.phase === "idle" && boot.state() === "confirmed";
    if (!ready || imageIdentity(secondary) === "") return false;
    this.go("rollback");
    boot.requestTestSwap();
    this.resetSoon();
    return true;
  }

  onOnline(): void {
    if (this.phase === "testing") this.trial.ask();
    else if (this.job !== undefined) this.jobs.describe(this.job.jobId);
    else if (this.phase === "idle") this.jobs.startNext();
  }

  onExecution(execution: JobExecution | undefined): void {
    if (this.phase === "testing") this.trial.answer(execution);
    else if (this.job !== undefined) this.refresh(this.job, execution);
    else if (this.phase === "idle" && execution !== undefined) this.begin(execution);
  }

  /** A notice may be old: what counts is the service's answer to a question. */
  onNextChanged(execution: JobExecution | undefined): void {
    const nothingNew = this.phase === "idle" && execution === undefined;
    const sameJob = execution !== undefined && execution.jobId === this.job?.jobId;
    if (!nothingNew && !sameJob) this.onOnline();
  }

  onUpdated(update: JobUpdate): void {
    if (update.status !== "IN_PROGRESS") this.settle(update.jobId);
  }

  onGone(jobId: string, reason: string): void {
    this.platform.log(`job ${jobId} is gone: ${reason}`);
    if (this.phase === "testing") this.trial.jobGone(reason);
    else if (this.job?.jobId === jobId) this.abandon();
    else this.settle(jobId);
  }

  onRejected(_jobId: string, code: string, message: string): void {
    this.platform.log(`the Jobs service refuses a request: ${code} ${message}`);
  }

  onProgress(bytes: number): void {
    if (this.job === undefined) return;
    this.job.bytes = bytes;
    this.reporter.tell(this.job, this.phase);
  }

  onUrlExpired(): void {
    if (this.job === undefined) return;
    this.job.wantsFreshUrl = true;
    this.jobs.describe(this.job.jobId);
  }

  onDownloaded(): void {
    this.go("downloaded");
  }

  onVerified(identity: string): void {
    this.transfer = undefined;
    this.journal.amend({ stage: "verified", image: identity });
    this.go("verified");
    this.tryGates();
  }

  onFailed(failure: Failure): void {
    if (this.job !== undefined) this.fail(this.job, failure);
  }

  private takeUp(record: UpdateRecord | undefined, found: Evidence): void {
    const verdict = judgeReset(record, found);
    this.platform.log(`update: after the reset: ${verdict.kind}`);
    if (verdict.kind === "test") {
      this.go("unconfirmedImage");
      this.trial.start();
    } else if (record !== undefined && verdict.kind === "succeeded") {
      this.succeed(record);
    } else if (record !== undefined && verdict.kind === "failed") {
      this.fail(record, new Failure(verdict.code, record.reason || failures[verdict.code].meaning));
    } else {
      if (verdict.kind === "nothing") this.journal.clear();
      this.go(this.reporter.takeUp() ? "terminalState" : "nothingPending");
    }
  }

  private begin(execution: JobExecution): void {
    attempt(
      () => {
        const document = parseJobDocument(execution.jobId, execution.document);
        admit(document, { settings: this.options.settings, platform: this.platform });
        this.job = startJob(execution, document);
      },
      (failure) => this.fail(execution, failure),
    );
    if (this.job !== undefined) this.hold(this.job);
  }

  private hold(job: ActiveJob): void {
    const record = this.journal.record();
    if (record === undefined || !isSameFile(job, record)) this.journal.clearProgress();
    this.journal.saveRecord({
      jobId: job.jobId,
      executionNumber: job.executionNumber,
      fingerprint: job.fingerprint,
      version: job.document.version,
      stage: "downloading",
      from: imageIdentity(this.platform.primary),
      image: "",
      reason: "",
    });
    this.platform.log(`job ${job.jobId}: ${job.document.size} bytes to ${job.document.version}`);
    this.go("jobStarted");
    this.tryGates();
  }

  private tryGates(): void {
    const reason = firstShut(this.options.gates);
    if (reason !== undefined) {
      this.platform.log(`held: ${reason}`);
      if (this.job?.hasStepTimer) this.reporter.heartbeat(this.job, this.phase);
      this.pause.start(config.gateIntervalMs, () => this.tryGates());
      return;
    }
    this.go("gatesOpen");
    if (this.phase === "downloading") this.beginTransfer();
    else this.requestSwap();
  }

  private beginTransfer(): void {
    if (this.job === undefined) return;
    const { platform, journal } = this;
    const { settings } = this.options;
    const { document } = this.job;
    attempt(
      () => {
        this.transfer = new Transfer({ platform, settings, document, journal, events: this });
        this.transfer.start();
      },
      (failure) => this.onFailed(failure),
    );
  }

  /** The answer to a question about the job under way. */
  private refresh(job: ActiveJob, execution: JobExecution | undefined): void {
    if (execution === undefined || execution.jobId !== job.jobId || isTerminal(execution.status)) {
      this.platform.log(`job ${job.jobId} is no longer ours`);
      this.abandon();
    } else if (job.wantsFreshUrl) {
      job.wantsFreshUrl = false;
      attempt(
        () => this.transfer?.useFile(parseJobDocument(job.jobId, execution.document).location),
        (failure) => this.onFailed(failure),
      );
    }
  }

  private requestSwap(): void {
    attempt(
      () => {
        this.platform.boot.requestTestSwap();
        this.journal.amend({ stage: "requested" });
        this.resetSoon();
      },
      (failure) => this.onFailed(failure),
    );
  }

  /** Later, so that what was last told to the job leaves the device. */
  private resetSoon(): void {
    this.go("swapRequested");
    this.pause.start(config.resetDelayMs, () => this.reset());
  }

  private reset(): void {
    this.mqtt.stop();
    this.platform.reset.restart();
  }

  private confirm(): void {
    attempt(
      () => {
        this.platform.boot.confirm();
        this.platform.log("update: confirmed");
        this.go("confirmed");
        const record = this.journal.record();
        if (record === undefined) this.jobs.startNext();
        else this.succeed(record);
      },
      (failure) => this.giveUp(failure.detail),
    );
  }

  private giveUp(reason: string): void {
    this.platform.log(`self-test failed: ${reason}`);
    this.journal.amend({ reason });
    this.go("selfTestFailed");
    this.reset();
  }

  private succeed(job: JobIdentity): void {
    this.reporter.succeed(job);
    this.leaveJob("terminalState");
  }

  private fail(job: JobIdentity, failure: Failure): void {
    this.reporter.fail(job, failure, this.phase);
    this.leaveJob("terminalState");
  }

  /** The job was taken from us: nothing is reported, the next one is asked for. */
  private abandon(): void {
    if (this.phase === "swapping" || this.phase === "resetting") return;
    this.leaveJob("jobGone");
    this.jobs.startNext();
  }

  private leaveJob(event: PhaseEvent): void {
    this.transfer?.stop();
    this.transfer = undefined;
    this.pause.cancel();
    this.job = undefined;
    this.journal.clear();
    this.go(event);
  }

  private settle(jobId: string): void {
    this.reporter.settle(jobId);
    if (this.phase !== "reporting") return;
    this.go("reported");
    this.jobs.startNext();
  }

  private go(event: PhaseEvent): void {
    const from = this.phase;
    this.phase = nextPhase(from, event);
    this.platform.log(`update: ${from} -> ${this.phase}`);
    if (this.job !== undefined) this.reporter.tell(this.job, this.phase);
  }
}
