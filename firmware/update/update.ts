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
import type { SignatureVerifier } from "../verify/signature-verifier.ts";
import { type ActiveJob, isSameFile, isSameRun, type JobIdentity, startJob } from "./active-job.ts";
import { admit } from "./admission.ts";
import { gatherEvidence, identityIn } from "./evidence.ts";
import type { Gate } from "./gate.ts";
import { JobRun, type JobRunEvents } from "./job-run.ts";
import { Journal, type UpdateRecord } from "./journal.ts";
import { type Evidence, isImageOf, judgeReset } from "./judge.ts";
import { nextPhase, type Phase, type PhaseEvent } from "./phases.ts";
import { Reporter } from "./reporter.ts";
import { Trial } from "./trial.ts";

export interface UpdateOptions {
  readonly platform: Platform;
  readonly settings: Settings;
  /** Every one must be open before the download starts, and again before the reset. */
  readonly gates: readonly Gate[];
  /** The application's part of the self-test. */
  readonly application: ApplicationCheck;
  /** Needed where the settings name a public key. */
  readonly verifySignature?: SignatureVerifier | undefined;
}

/**
 * The update client: takes jobs from the cloud and carries each through the phases of phases.ts.
 * `start` is called once after every reset; from then on it works by itself.
 */
export class Update implements JobsEvents, JobRunEvents {
  private phase: Phase = "starting";
  private readonly options: UpdateOptions;
  private readonly platform: Platform;
  private readonly journal: Journal;
  private readonly jobs: Jobs;
  private readonly mqtt: MqttClient;
  private readonly reporter: Reporter;
  private readonly trial: Trial;
  /** Until the reset, so that what was last told to the job leaves the device. */
  private readonly farewell: Deadline;
  /** Until a request that the service has refused is put again. */
  private readonly retry: Deadline;
  private run: JobRun | undefined;

  constructor(options: UpdateOptions) {
    const { platform, settings } = options;
    const { network, clock, random, log } = platform;
    this.options = options;
    this.platform = platform;
    this.journal = new Journal(platform.store);
    this.farewell = new Deadline(clock);
    this.retry = new Deadline(clock);
    this.jobs = new Jobs({
      thing: settings.thingName,
      clock,
      random,
      log,
      publish: (topic, payload, qos) => this.mqtt.publish(topic, payload, qos),
      onUnanswered: () => this.mqtt.probe(),
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
      onPassed: (job) => this.confirm(job),
      onFailed: (reason) => this.giveUp(reason),
    });
  }

  /** Finds out what the last reset meant, and goes on from there. */
  start(): void {
    this.takeUp(this.journal.record(), gatherEvidence(this.platform));
    this.mqtt.start();
  }

  /**
   * Goes back to the image in the secondary slot, which ran before, without a download. It runs as
   * a test swap and must confirm itself.
   * @returns false if an update is under way, no former image is there, or the flash refuses
   */
  rollback(): boolean {
    const { boot, secondary, log } = this.platform;
    const ready = this.phase === "idle" && boot.state() === "confirmed";
    const found = identityIn(secondary, log);
    const record = this.journal.record();
    const isNew = record !== undefined && isImageOf(record, found);
    if (!ready || found === "" || isNew) return false;
    attempt(
      () => {
        boot.requestTestSwap();
        this.go("rollback");
        this.resetSoon();
      },
      (failure) => this.logFailure(failure),
    );
    return this.isResetting();
  }

  onOnline(): void {
    if (this.phase === "testing") this.trial.ask();
    else if (this.run !== undefined) this.jobs.describe(this.run.job.jobId);
    else if (this.phase === "idle") this.jobs.startNext();
  }

  onExecution(execution: JobExecution | undefined): void {
    if (this.phase === "testing") this.trial.answer(execution);
    else if (this.run !== undefined) this.hear(this.run, execution);
    else if (this.phase === "idle" && execution !== undefined) this.take(execution);
  }

  /** A notice may be old: what counts is the service's answer to a question. */
  onNextChanged(execution: JobExecution | undefined): void {
    const nothingNew = this.phase === "idle" && execution === undefined;
    const sameJob = execution !== undefined && execution.jobId === this.run?.job.jobId;
    if (!nothingNew && !sameJob) this.onOnline();
  }

  onUpdated(update: JobUpdate): void {
    if (update.status !== "IN_PROGRESS") this.settle(update.jobId);
  }

  onGone(jobId: string, reason: string): void {
    this.platform.log(`job ${jobId} is gone: ${reason}`);
    if (this.phase === "testing") this.trial.jobGone(reason);
    else if (this.run?.job.jobId === jobId) this.abandon();
    else this.settle(jobId);
  }

  onRejected(_jobId: string, code: string, message: string): void {
    this.platform.log(`the Jobs service refuses a request: ${code} ${message}`);
    this.retry.start(config.backoffMaxMs, () => {
      if (this.phase === "reporting") this.reporter.takeUp();
      else this.onOnline();
    });
  }

  onPhase(event: PhaseEvent): void {
    this.go(event);
  }

  onProgress(): void {
    if (this.run !== undefined) this.reporter.tell(this.run.job, this.phase);
  }

  onSwapRequested(): void {
    this.resetSoon();
  }

  onFailed(failure: Failure): void {
    if (this.run !== undefined) this.fail(this.run.job, failure);
  }

  private takeUp(record: UpdateRecord | undefined, found: Evidence): void {
    const verdict = judgeReset(record, found);
    this.platform.log(`update: after the reset: ${verdict.kind}`);
    if (verdict.kind === "test") {
      this.test(record !== undefined && isImageOf(record, found.primary) ? record : undefined);
    } else if (record !== undefined && verdict.kind === "succeeded") {
      this.succeed(record);
    } else if (record !== undefined && verdict.kind === "failed") {
      this.fail(record, new Failure(verdict.code, record.reason || failures[verdict.code].meaning));
    } else {
      if (verdict.kind === "nothing") this.forget();
      this.go(this.reporter.takeUp() ? "terminalState" : "nothingPending");
    }
  }

  /** @param job that brought the image; undefined for one that came by other means */
  private test(job: JobIdentity | undefined): void {
    if (job === undefined) this.forget();
    this.go("unconfirmedImage");
    attempt(
      () => this.trial.start(job),
      (failure) => this.giveUp(`${failure.code}: ${failure.detail}`),
    );
  }

  /** Of an execution that is over only a late answer can tell; the next job was asked for since. */
  private take(execution: JobExecution): void {
    if (isTerminal(execution.status)) return;
    const { platform, journal, jobs } = this;
    const { settings, gates, verifySignature } = this.options;
    attempt(
      () => {
        const document = parseJobDocument(execution.jobId, execution.document);
        admit(document, { settings, platform });
        const job = startJob(execution, document);
        this.remember(job);
        const events = this;
        const parts = { platform, settings, gates, verifySignature, journal, jobs, job, events };
        this.run = new JobRun(parts);
      },
      (failure) => this.fail(execution, failure),
    );
    if (this.run !== undefined) this.begin(this.run);
  }

  private remember(job: ActiveJob): void {
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
  }

  private begin(run: JobRun): void {
    const { jobId, document } = run.job;
    this.retry.cancel();
    this.platform.log(`job ${jobId}: ${document.size} bytes to ${document.version}`);
    this.go("jobStarted");
    run.start();
  }

  /** The answer to a question about the job under way. */
  private hear(run: JobRun, execution: JobExecution | undefined): void {
    const { jobId } = run.job;
    if (execution !== undefined && execution.jobId !== jobId) {
      // A late answer to a question about another job says nothing of this one.
      this.jobs.describe(jobId);
    } else if (execution === undefined || !isSameRun(run.job, execution)) {
      this.platform.log(`job ${jobId} is no longer ours`);
      this.abandon();
    } else {
      run.refresh(execution);
    }
  }

  private resetSoon(): void {
    this.go("swapRequested");
    this.farewell.start(config.resetDelayMs, () => this.reset());
  }

  private reset(): void {
    this.mqtt.stop();
    this.platform.reset.restart();
  }

  private confirm(job: JobIdentity | undefined): void {
    let problem = "";
    attempt(
      () => this.platform.boot.confirm(),
      (failure) => {
        problem = `${failure.code}: ${failure.detail}`;
      },
    );
    if (problem === "") this.endTrial(job);
    else this.giveUp(problem);
  }

  private endTrial(job: JobIdentity | undefined): void {
    this.platform.log("update: confirmed");
    this.go("confirmed");
    if (job === undefined) this.jobs.startNext();
    else this.succeed(job);
  }

  private giveUp(reason: string): void {
    this.platform.log(`self-test failed: ${reason}`);
    attempt(
      () => this.journal.amend({ reason }),
      (failure) => this.logFailure(failure),
    );
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
    if (this.isResetting()) return;
    this.leaveJob("jobGone");
    this.jobs.startNext();
  }

  private leaveJob(event: PhaseEvent): void {
    this.run?.stop();
    this.run = undefined;
    this.reporter.endProgress();
    this.forget();
    this.go(event);
  }

  /** A journal that cannot be cleared is judged anew at the next reset; that does no harm. */
  private forget(): void {
    attempt(
      () => this.journal.clear(),
      (failure) => this.logFailure(failure),
    );
  }

  private settle(jobId: string): void {
    if (!this.reporter.settle(jobId) || this.phase !== "reporting") return;
    this.go("reported");
    this.jobs.startNext();
  }

  private go(event: PhaseEvent): void {
    const from = this.phase;
    this.phase = nextPhase(from, event);
    this.platform.log(`update: ${from} -> ${this.phase}`);
    this.onProgress();
  }

  private isResetting(): boolean {
    return this.phase === "swapping" || this.phase === "resetting";
  }

  private logFailure(failure: Failure): void {
    this.platform.log(`update: ${failure.code}: ${failure.detail}`);
  }
}
