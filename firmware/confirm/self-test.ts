import type { Alarm, Clock } from "../ports/clock.ts";

/**
 * The application's own word on the new image: calls `done` once, with undefined when it works or
 * with the reason why it does not. It may take until the deadline.
 */
export type ApplicationCheck = (done: (problem: string | undefined) => void) => void;

export interface SelfTestOptions {
  readonly clock: Clock;
  readonly deadlineMs: number;
  readonly application: ApplicationCheck;
  readonly onPassed: () => void;
  /** `reason` is for people; what follows is a reset, and the bootloader reverts. */
  readonly onFailed: (reason: string) => void;
}

/**
 * Decides whether an unconfirmed image may stay: the application says that it works AND the cloud
 * was reached, within the deadline. Exactly one of `onPassed` and `onFailed` is called, once.
 */
export class SelfTest {
  private readonly options: SelfTestOptions;
  private deadline: Alarm | undefined;
  private over = false;
  private applicationOk = false;
  private cloudOk = false;

  constructor(options: SelfTestOptions) {
    this.options = options;
  }

  start(): void {
    const { clock, deadlineMs, application } = this.options;
    this.deadline = clock.alarm(deadlineMs, () => this.fail(this.missing(deadlineMs)));
    application((problem) => {
      if (problem !== undefined) return this.fail(problem);
      this.applicationOk = true;
      this.decide();
    });
  }

  /** The broker was reached and has said that the job, if there is one, is still ours. */
  cloudReached(): void {
    this.cloudOk = true;
    this.decide();
  }

  fail(reason: string): void {
    if (this.over) return;
    this.end();
    this.options.onFailed(reason);
  }

  private decide(): void {
    if (this.over || !this.applicationOk || !this.cloudOk) return;
    this.end();
    this.options.onPassed();
  }

  private end(): void {
    this.over = true;
    this.deadline?.cancel();
  }

  private missing(deadlineMs: number): string {
    const what = this.applicationOk ? "no cloud connection" : "no word from the application";
    return `${what} within ${deadlineMs / 1000} s`;
  }
}
