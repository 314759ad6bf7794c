import { assert } from "../assert.ts";
import { type LinkTimes, usualLinkTimes } from "../link-times.ts";
import type { MqttEvents, PublishOutcome } from "../mqtt/client.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";
import { type JobExecution, parseExecution } from "./execution.ts";
import { Inbox, type InboxVerdict, inboxProblems } from "./inbox.ts";
import type { JsonValue } from "./json/value.ts";
import { parseRejection, type Rejection } from "./rejection.ts";
import { Request } from "./request.ts";
import { Tokens } from "./tokens.ts";
import { isJobId, type JobSelector, type JobTopic, JobTopics, nextJob } from "./topics.ts";
import { type JobUpdate, Updates, type UpdatesEvents } from "./updates.ts";

/**
 * None of these runs inside a call of the methods. The document of an execution is there until the
 * event is over: it is to be taken inside it.
 */
export interface JobsEvents extends UpdatesEvents {
  /** Connected: what was missed is unknown, so ask. Nothing of before is under way any more. */
  onOnline(): void;
  /** The answer to `startNext` or `describe`; undefined when there is no such job. */
  onExecution(execution: JobExecution | undefined): void;
  /** The head of the queue has changed; undefined when the queue is empty. May come twice. */
  onNextChanged(execution: JobExecution | undefined): void;
}

export interface JobsOptions {
  /** Thing name. */
  readonly thing: string;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly log: Log;
  /** The MQTT client's `publish`. */
  readonly publish: (topic: string, payload: string, qos: 0 | 1) => PublishOutcome;
  /** A request was not answered in time: the connection may be dead. */
  readonly onUnanswered?: (() => void) | undefined;
  /** `usualLinkTimes` if not given. */
  readonly times?: LinkTimes | undefined;
  /** Identity of the running image (verify/identity.ts), for the patches that start from it. */
  readonly running?: string | undefined;
  readonly events: JobsEvents;
}

/**
 * The device's side of AWS IoT Jobs, over an MQTT client that is given `subscriptions` and passes
 * its events on. It only asks and tells; what is done about a job is decided by whoever gets the
 * events.
 *
 * Requests go out with QoS 0, since the reply is the acknowledgement: QoS 1 would only add a copy,
 * sent again after a reconnect, of an update whose version is old by then.
 *
 * Bounds: three requests under way (start-next, describe, update), one update that waits, and one
 * message that is read, in bounded memory however long it is.
 */
export class Jobs implements MqttEvents {
  /** For the MQTT client. */
  readonly subscriptions: readonly string[];
  /** Messages that made no sense, for diagnosis. */
  ignoredCount = 0;
  private readonly options: JobsOptions;
  private readonly topics: JobTopics;
  private readonly startRequest: Request;
  private readonly describeRequest: Request;
  private readonly updateRequest: Request;
  private readonly updates: Updates;
  private readonly inbox: Inbox;
  /** Whose location the answer to `describe` is read for. */
  private describedPatch: number | undefined;
  private isOnline = false;

  constructor(options: JobsOptions) {
    this.options = options;
    this.inbox = new Inbox(options.running ?? "");
    this.topics = new JobTopics(options.thing);
    this.subscriptions = this.topics.subscriptions;
    const request = {
      clock: options.clock,
      answerMs: (options.times ?? usualLinkTimes).answerMs,
      random: options.random,
      tokens: new Tokens(options.random),
      publish: (topic: string, payload: string) => options.publish(topic, payload, 0),
      onUnanswered: options.onUnanswered ?? (() => {}),
    };
    this.startRequest = new Request(request);
    this.describeRequest = new Request(request);
    this.updateRequest = new Request(request);
    this.updates = new Updates({
      topics: this.topics,
      request: this.updateRequest,
      events: options.events,
    });
  }

  /** Makes the head of the queue IN_PROGRESS and gets it; one that already is comes unchanged. */
  startNext(): void {
    if (this.isOnline) this.startRequest.start(this.topics.startNext, {});
  }

  /**
   * Gets a job. A presigned URL in its document is made anew each time.
   * @param isWhole with the document
   * @param patch the one whose location is kept, by its place in the document's list; the HEX file's
   *   is if not given
   */
  describe(job: JobSelector, isWhole = true, patch?: number): void {
    this.describedPatch = patch;
    if (this.isOnline) this.askFor(job, isWhole);
  }

  /** A question is under way. */
  isAsking(): boolean {
    return this.startRequest.isUnderWay() || this.describeRequest.isUnderWay();
  }

  /**
   * Tells the service about a job that it has described over this connection.
   * @returns false if it has not, or a terminal state already waits to be sent, which nothing may
   *   replace
   */
  update(update: JobUpdate): boolean {
    assert(isJobId(update.jobId), `job id ${update.jobId}`);
    return this.updates.order(update);
  }

  onConnected(): void {
    this.isOnline = true;
    this.options.events.onOnline();
  }

  onDisconnected(_reason: string): void {
    this.isOnline = false;
    this.inbox.drop();
    this.updates.clear();
    this.startRequest.end();
    this.describeRequest.end();
  }

  /**
   * A message begins; what came of another one before is dropped. Of one that is not wanted, of
   * another's topic or a reply to nothing, the rest is not looked at.
   */
  onMessageStart(topic: string): void {
    this.inbox.drop();
    const parsed = this.topics.parse(topic);
    if (parsed === undefined || !this.isAwaited(parsed)) return;
    this.inbox.start(parsed, parsed.kind === "get" ? this.describedPatch : undefined);
  }

  onMessageBytes(piece: Uint8Array): void {
    this.inbox.push(piece);
  }

  /** Only here anything is done about it, for only here it is known to be JSON. */
  onMessageEnd(): void {
    const { topic } = this.inbox;
    if (topic === undefined) return;
    this.receive(topic, this.inbox.end());
    this.inbox.drop();
  }

  private receive(topic: JobTopic, verdict: InboxVerdict): void {
    const message = this.inbox.message();
    if (verdict !== "sound") this.receiveUnreadable(topic, verdict);
    else if (topic.kind === "notifyNext") this.receiveNotice(message);
    else this.receiveReply(topic, message);
  }

  /**
   * A document that we cannot take would keep the queue blocked for ever: so the execution is asked
   * for without it, and can then be rejected.
   */
  private askWithoutDocument(topic: JobTopic): void {
    if (topic.kind === "update") return;
    this.startRequest.end();
    this.askFor(topic.kind === "get" ? topic.job : nextJob, false);
  }

  private askFor(job: JobSelector, includeJobDocument: boolean): void {
    assert(job === nextJob || isJobId(job), `job id ${job}`);
    this.describeRequest.start(this.topics.get(job), { includeJobDocument });
  }

  private isAwaited(topic: JobTopic): boolean {
    return topic.kind === "notifyNext" || this.requestOf(topic).isUnderWay();
  }

  private receiveUnreadable(topic: JobTopic, verdict: Exclude<InboxVerdict, "sound">): void {
    this.ignore(inboxProblems[verdict]);
    if (verdict === "malformed" || verdict === "noObject") return;
    const token = this.inbox.message().at("clientToken");
    const isOurs = token.kind() === "absent" || this.answers(topic, token);
    if (topic.kind === "notifyNext" || isOurs) this.askWithoutDocument(topic);
  }

  private ignore(why: string): void {
    this.ignoredCount += 1;
    this.options.log(`jobs: message ignored: ${why}`);
  }

  private receiveNotice(message: JsonValue): void {
    const execution = parseExecution(message, this.inbox.offer());
    if (execution === undefined && !isNone(message.at("execution"))) {
      this.ignore("notify-next with a malformed execution");
      return;
    }
    // It teaches no version: it may be of another execution than the one that is under way.
    this.options.events.onNextChanged(execution);
  }

  /** Replies to others, and second replies to us, are recognised by their token. */
  private receiveReply(topic: JobTopic, message: JsonValue): void {
    if (!this.answers(topic, message.at("clientToken"))) return;
    const request = this.requestOf(topic);
    if (!topic.accepted) this.receiveRejection(topic, request, parseRejection(message));
    else if (topic.kind === "update") this.updates.accept(message.at("executionState"));
    else this.receiveExecution(request, message);
  }

  private answers(topic: JobTopic, token: JsonValue): boolean {
    return this.requestOf(topic).isAnsweredBy(token.text());
  }

  private requestOf(topic: JobTopic): Request {
    if (topic.kind === "update") return this.updateRequest;
    return topic.kind === "get" ? this.describeRequest : this.startRequest;
  }

  /** A malformed one leaves the request under way, to be sent again. */
  private receiveExecution(request: Request, message: JsonValue): void {
    const execution = parseExecution(message, this.inbox.offer());
    if (execution === undefined && !isNone(message.at("execution"))) {
      this.ignore("reply with a malformed execution");
      return;
    }
    request.end();
    if (execution !== undefined) this.learn(execution);
    this.options.events.onExecution(execution);
  }

  private receiveRejection(topic: JobTopic, request: Request, rejection: Rejection): void {
    this.options.log(`jobs: ${topic.kind} rejected: ${rejection.code} ${rejection.message}`);
    if (topic.kind === "update") {
      this.updates.reject(rejection);
    } else if (rejection.effect === "again") {
      request.sendLater();
    } else {
      request.end();
      this.tellRejection(isJobId(topic.job) ? topic.job : "", rejection);
    }
  }

  private tellRejection(jobId: string, rejection: Rejection): void {
    const events = this.options.events;
    const isGone = rejection.effect === "gone" && jobId !== "";
    if (isGone) events.onGone(jobId, `${rejection.code}: ${rejection.message}`);
    else events.onRejected(jobId, rejection.code, rejection.message);
  }

  private learn(execution: JobExecution): void {
    this.updates.learn(execution.jobId, execution.versionNumber);
  }
}

/** "No execution" is an absent field; an empty object is taken for the same. */
function isNone(value: JsonValue): boolean {
  const kind = value.kind();
  return kind === "absent" || kind === "null" || (kind === "object" && value.length() === 0);
}
