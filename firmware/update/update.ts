import { config } from "../config.ts";
import type { ApplicationCheck } from "../confirm/self-test.ts";
import { Deadline } from "../deadline.ts";
import { attempt, type Failure, failures } from "../failure.ts";
import type { JobIdentity } from "../job/identity.ts";
import { Jobs } from "../job/jobs.ts";
import { linkTimesOf } from "../link-times.ts";
import { MqttClient } from "../mqtt/client.ts";
import type { Platform } from "../ports/platform.ts";
import { printableLog } from "../printable.ts";
import type { Settings } from "../settings.ts";
import { runningVersion } from "../verify/identity.ts";
import { type ActiveJob, fileBytes, fileKind } from "./active-job.ts";
import { afterReset, forget, type Start } from "./after-reset.ts";
import { Answers, type Listener } from "./answers.ts";
import { noteConfirmed } from "./confirmed.ts";
import { CrashLoop } from "./crash-loop.ts";
import { identityIn } from "./evidence.ts";
import { runningCounter } from "./former.ts";
import type { Gate } from "./gate.ts";
import { type ApplicationHooks, resetGates } from "./hooks.ts";
import { Intake } from "./intake.ts";
import { JobRun, type JobRunEvents } from "./job-run.ts";
import { Journal } from "./journal.ts";
import { nextPhase, type Phase, type PhaseEvent } from "./phases.ts";
import { type EndedJob, Reporter } from "./reporter.ts";
import { canRollBack } from "./rollback.ts";
import { ShadowReport } from "./shadow-report.ts";
import { Streak } from "./streak.ts";
import { Trial } from "./trial.ts";
import { Trust, type TrustOptions } from "./trust.ts";

export interface UpdateOptions {
  readonly platform: Platform;
  readonly settings: Settings;
  /** Every one must be open before the download starts, and again before the reset. */
  readonly gates: readonly Gate[];
  /** The application's part of the self-test. */
  readonly application: ApplicationCheck;
  readonly hooks?: ApplicationHooks | undefined;
  /** Whose releases are installed; see trust-anchors.ts. */
  readonly trust: TrustOptions;
}

/**
 * The update client: it holds the phase, and knows what each event of phases.ts brings about.
 * `start` is called once after every reset; from then on it works by itself.
 */
export class Update implements JobRunEvents {
  /** What the Jobs service says comes in here. */
  readonly answers: Answers;
  private phase: Phase = "starting";
  private readonly options: UpdateOptions;
  private readonly platform: Platform;
  private readonly journal: Journal;
  private readonly trust: Trust;
  private readonly jobs: Jobs;
  private readonly mqtt: MqttClient;
  private readonly intake: Intake;
  private readonly trial: Trial;
  private readonly reporter: Reporter;
  private readonly streak: Streak;
  private readonly crashLoop: CrashLoop;
  /** Undefined where it is switched off. */
  private readonly shadow: ShadowReport | undefined;
  /** Until the reset, so that what was last told to the job leaves the device. */
  private readonly farewell: Deadline;
  private run: JobRun | undefined;
  /** The application is being told: it may not ask for anything meanwhile. */
  private isTelling = false;

  constructor(options: UpdateOptions) {
    const { settings } = options;
    // Whatever comes from outside, and on whichever way it gets into a line.
    const log = printableLog(options.platform.log);
    const platform: Platform = Object.assign({}, options.platform, { log });
    this.options = options;
    this.platform = platform;
    this.journal = new Journal(platform.store);
    this.trust = new Trust(options.trust, platform);
    this.farewell = new Deadline(platform.clock);
    this.answers = new Answers({
      platform,
      listener: () => this.listener(),
      onReached: () => this.reached(),
      isAsking: () => this.jobs.isAsking(),
      onSettled: (jobId) => this.reporter.settle(jobId),
      onRetry: () => this.askAgain(),
    });
    // Patches may start from it. Where it cannot be read the HEX file is taken.
    const image = identityIn(platform.primary, platform);
    this.jobs = this.newJobs(image);
    this.mqtt = this.newMqtt();
    this.shadow = settings.shadow === "off" ? undefined : this.newShadow(image);
    this.reporter = new Reporter({
      jobs: this.jobs,
      platform,
      onEnd: (end) => this.shadow?.note(end),
      onSettled: () => this.settled(),
    });
    this.streak = new Streak(platform);
    this.crashLoop = new CrashLoop({ platform, startsMax: settings.rollbackAfterStarts });
    const { journal, jobs, trust } = this;
    this.intake = new Intake({
      platform,
      settings,
      trust,
      journal,
      jobs,
      onTaken: (job) => this.begin(job),
      onRefused: (job, failure) => this.fail(job, failure),
      onNone: () => this.shadow?.tell(),
    });
    this.trial = new Trial({
      platform,
      jobs,
      journal,
      trust,
      application: options.application,
      deadlineMs: settings.selfTestDeadlineMs,
      onConfirmed: (job) => this.endTrial(job),
      onFailed: () => this.go("selfTestFailed"),
    });
  }

  /** Finds out what the last reset meant, and goes on from there. */
  start(): void {
    const start = afterReset(this.journal, this.platform);
    if (start.kind === "test") {
      this.go("unconfirmedImage");
      this.trial.start(start.job);
    } else if (this.isCrashLoop()) return;
    else this.startConfirmed(start);
    this.connect();
  }

  /** After a power failure not all at once: a whole town's trackers start in the same second. */
  private connect(): void {
    const { clock, random, reset } = this.platform;
    const { startDelayMaxMs } = this.options.settings;
    const isSpread = reset.wasPowerLoss() === true && this.phase !== "testing";
    if (!isSpread || startDelayMaxMs === 0) this.mqtt.start();
    else clock.alarm(Math.floor(random() * startDelayMaxMs), () => this.mqtt.start());
  }

  /** A confirmed image that starts again and again and never reaches the cloud is left by itself. */
  private isCrashLoop(): boolean {
    const { platform } = this;
    // Once: were the former image no better, the two would change places for ever.
    if (!this.crashLoop.count() || this.reporter.hasRolledBack()) return false;
    const version = runningVersion(platform) ?? "";
    platform.log(`update: ${version} starts in vain: back to the former image`);
    if (!this.goBack()) return false;
    this.reporter.noteRollback(version);
    return true;
  }

  private startConfirmed(start: Exclude<Start, { kind: "test" }>): void {
    const { platform, trust } = this;
    if (start.kind === "succeeded") {
      noteConfirmed(platform, trust, start.job);
      this.succeed(start.job);
      return;
    }
    trust.keep(runningCounter(platform));
    if (start.kind === "failed") this.fail(start.job, start.failure);
    else this.go(this.reporter.takeUp() ? "terminalState" : "nothingPending");
  }

  /**
   * Goes back to the image in the secondary slot, which ran before, without a download. It runs as
   * a test swap and must confirm itself.
   * @returns false if an update is under way, no former image is there, the flash refuses, or it is
   * called from inside a hook
   */
  rollback(): boolean {
    return this.phase === "idle" && !this.isTelling && this.goBack();
  }

  private goBack(): boolean {
    if (!canRollBack(this.platform, this.trust)) return false;
    attempt(
      () => {
        this.platform.boot.requestTestSwap();
        this.go("rollback");
        this.go("swapRequested");
      },
      ({ code, detail }) => this.platform.log(`update: ${code}: ${detail}`),
    );
    return this.isResetting();
  }

  onPhase(event: PhaseEvent): void {
    this.go(event);
  }

  onProgress(): void {
    if (this.run !== undefined) this.reporter.tell(this.run.job, this.phase);
    this.tellApplication();
  }

  private tellApplication(): void {
    const onProgress = this.options.hooks?.onProgress;
    if (onProgress === undefined) return;
    const { phase, run } = this;
    const job = run?.job;
    this.isTelling = true;
    onProgress({
      phase,
      version: job?.document.version,
      bytes: job?.bytes ?? 0,
      size: job === undefined ? 0 : fileBytes(job),
    });
    this.isTelling = false;
  }

  onHeld(): void {
    if (this.run !== undefined) this.reporter.tell(this.run.job, this.phase);
  }

  onSwapRequested(): void {
    this.go("swapRequested");
  }

  onAlreadyRunning(): void {
    if (this.run !== undefined) this.succeed(this.run.job, "already running");
  }

  onFailed(failure: Failure): void {
    if (this.run !== undefined) this.fail(this.run.job, failure);
  }

  /** Nothing is reported. Once the swap is asked for, the new image's trial will find out. */
  onLost(): void {
    if (!this.isResetting()) this.endJob("jobGone");
  }

  /** The phase changes here and nowhere else. */
  private go(event: PhaseEvent): void {
    const from = this.phase;
    this.phase = nextPhase(from, event);
    this.platform.log(`update: ${from} -> ${this.phase}`);
    this.onProgress();
    this.act(event);
  }

  /** What an event brings about once the phase is the next one. */
  private act(event: PhaseEvent): void {
    switch (event) {
      case "jobStarted":
        this.run?.start();
        break;
      case "swapRequested":
        this.farewell.start(config.resetDelayMs, () => this.reset());
        break;
      case "selfTestFailed":
        this.reset();
        break;
      case "jobGone":
        this.intake.askAfter(0);
        break;
      case "reported":
        this.intake.askAfter(this.streak.count());
        this.shadow?.tell();
        break;
      case "nothingPending":
        if (this.streak.count() > 0) this.intake.askAfter(this.streak.count());
        break;
      default:
      // `gatesOpen`, `downloaded`, `verified`: the run goes on by itself. `unconfirmedImage`: the
      // trial does. `terminalState`: the report is on its way. `confirmed`, `rollback`: whoever
      // raised it goes on.
    }
  }

  private listener(): Listener | undefined {
    if (this.phase === "testing") return this.trial;
    if (this.phase === "reporting") return this.reporter;
    if (this.run !== undefined) return this.run;
    return this.phase === "idle" ? this.intake : undefined;
  }

  private askAgain(): void {
    this.answers.onOnline();
  }

  private begin(job: ActiveJob): void {
    const { platform, journal, jobs, trust } = this;
    const { settings, gates, hooks = {} } = this.options;
    const { jobId, document } = job;
    const kind = fileKind(job);
    const file = kind === undefined ? "" : ` (${kind})`;
    this.run = new JobRun({
      platform,
      settings,
      gates,
      resetGates: resetGates(gates, hooks),
      trust,
      journal,
      jobs,
      job,
      events: this,
    });
    this.answers.cancelRetry();
    platform.log(`job ${jobId}: ${fileBytes(job)} bytes${file} to ${document.version}`);
    this.go("jobStarted");
  }

  private endTrial(job: EndedJob | undefined): void {
    this.go("confirmed");
    if (job !== undefined) this.succeed(job);
    else if (this.reporter.takeUp()) {
      this.go("terminalState");
      this.reporter.ask();
    } else this.jobs.startNext();
  }

  private succeed(job: EndedJob, detail?: string): void {
    this.streak.end();
    this.reporter.succeed(job, detail);
    this.endJob("terminalState");
  }

  private fail(job: JobIdentity, failure: Failure): void {
    const isChecking = this.phase === "verifying" || this.phase === "armed";
    if (isChecking) this.spoilSlot();
    if (failures[failure.code].status === "FAILED") this.streak.add();
    this.reporter.fail(job, failure, this.phase);
    this.endJob("terminalState");
  }

  /** What has failed its checks is to look like no image to anybody. */
  private spoilSlot(): void {
    const { secondary, log } = this.platform;
    attempt(
      () => secondary.eraseBlock(0),
      ({ code, detail }) => log(`update: ${code}: ${detail}`),
    );
  }

  private endJob(event: "terminalState" | "jobGone"): void {
    this.run?.stop();
    this.run = undefined;
    this.reporter.endProgress();
    forget(this.journal, this.platform);
    this.go(event);
  }

  private settled(): void {
    if (this.phase === "reporting") this.go("reported");
  }

  private reset(): void {
    this.mqtt.stop();
    this.options.hooks?.onReset?.();
    this.platform.reset.restart();
  }

  private isResetting(): boolean {
    return this.phase === "swapping" || this.phase === "resetting";
  }

  private reached(): void {
    this.crashLoop.reached();
    this.shadow?.onConnected();
  }

  private newShadow(image: string): ShadowReport {
    return new ShadowReport({
      platform: this.platform,
      thingName: this.options.settings.thingName,
      image,
      publish: (topic, payload, onAcknowledged) =>
        this.mqtt.publishOnce(topic, payload, onAcknowledged),
    });
  }

  private newJobs(image: string): Jobs {
    const { clock, random, log } = this.platform;
    return new Jobs({
      thing: this.options.settings.thingName,
      clock,
      random,
      log,
      publish: (topic, payload, qos) => this.mqtt.publish(topic, payload, qos),
      onUnanswered: () => this.mqtt.probe(),
      times: linkTimesOf(this.options.settings),
      running: image,
      events: this.answers,
    });
  }

  private newMqtt(): MqttClient {
    const { network, clock, random, log } = this.platform;
    const { thingName, brokerHost, brokerPort, startDelayMaxMs } = this.options.settings;
    return new MqttClient({
      network,
      clock,
      random,
      log,
      target: { host: brokerHost, port: brokerPort, security: "broker" },
      clientId: thingName,
      subscriptions: this.jobs.subscriptions,
      times: linkTimesOf(this.options.settings),
      // A trial has a deadline.
      spreadMs: () => (this.phase === "testing" ? 0 : startDelayMaxMs),
      events: this.jobs,
    });
  }
}
