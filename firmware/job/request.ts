import { assert } from "../assert.ts";
import { Backoff } from "../backoff.ts";
import { config } from "../config.ts";
import { Deadline } from "../deadline.ts";
import type { Clock } from "../ports/clock.ts";
import type { Tokens } from "./tokens.ts";

/** How a publish went; `taken` means that it is on its way (see mqtt/client). */
export type SendOutcome = "taken" | "offline" | "busy" | "tooLong";

/** The fields of a request's body, its client token apart. */
export type RequestFields = Readonly<Record<string, unknown>>;

export interface RequestOptions {
  readonly clock: Clock;
  /** Without a reply for so long it is sent again. */
  readonly answerMs: number;
  readonly random: () => number;
  readonly tokens: Tokens;
  readonly publish: (topic: string, payload: string) => SendOutcome;
  /** No reply came in time. */
  readonly onUnanswered: () => void;
}

/**
 * One request to the Jobs service at a time, sent again until it is answered: after
 * `answerMs` and a growing wait, until the connection ends. Sent again it has the
 * same token, so the first reply ends it and a second one meets nobody.
 */
export class Request {
  private readonly options: RequestOptions;
  private readonly deadline: Deadline;
  private readonly backoff: Backoff;
  private topic = "";
  private fields: RequestFields | undefined;
  private token = "";

  constructor(options: RequestOptions) {
    this.options = options;
    this.deadline = new Deadline(options.clock);
    this.backoff = new Backoff({
      minMs: config.backoffMinMs,
      maxMs: config.backoffMaxMs,
      random: options.random,
    });
  }

  isUnderWay(): boolean {
    return this.fields !== undefined;
  }

  /** Replaces what was under way; a late reply to that is ignored. */
  start(topic: string, fields: RequestFields): void {
    this.backoff.reset();
    this.topic = topic;
    this.fields = fields;
    this.token = this.options.tokens.next();
    this.send();
  }

  /** Whether a reply with this `clientToken` is to what is under way. */
  isAnsweredBy(clientToken: string | undefined): boolean {
    return this.fields !== undefined && clientToken === this.token;
  }

  end(): void {
    this.fields = undefined;
    this.deadline.cancel();
  }

  /** Sends what is under way, if anything is. */
  private send(): void {
    if (this.fields === undefined) return;
    this.deadline.cancel();
    const outcome = this.options.publish(this.topic, this.body(this.fields));
    assert(outcome !== "tooLong", "a Jobs request fits the output queue");
    if (outcome === "busy") this.sendLater();
    if (outcome === "taken") this.deadline.start(this.options.answerMs, () => this.giveUpReply());
  }

  private giveUpReply(): void {
    this.sendLater();
    this.options.onUnanswered();
  }

  /** After the next wait of the back-off. */
  sendLater(): void {
    this.deadline.start(this.backoff.next(), () => this.send());
  }

  private body(fields: RequestFields): string {
    const body: Record<string, unknown> = { clientToken: this.token };
    for (const name of Object.keys(fields)) {
      if (fields[name] !== undefined) body[name] = fields[name];
    }
    return JSON.stringify(body);
  }
}
