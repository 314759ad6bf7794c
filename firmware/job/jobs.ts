import { assert } from "../assert.ts";
import type { MqttEvents, PublishOutcome } from "../mqtt/client.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";
import { decodeUtf8 } from "../utf8.ts";
import { type JobExecution, parseExecution } from "./execution.ts";
import { isJsonObject, type JsonObject, ownField } from "./fields.ts";
import { nestsTooDeep } from "./json.ts";
import { parseRejection, type Rejection } from "./rejection.ts";
import { Request } from "./request.ts";
import { Tokens } from "./tokens.ts";
import { isJobId, type JobSelector, type JobTopic, JobTopics, nextJob } from "./topics.ts";
import { type JobUpdate, Updates, type UpdatesEvents } from "./updates.ts";

/** None of these runs inside a call of the methods. */
export interface JobsEvents extends UpdatesEvents {
  /** Connected: what was missed is unknown, so ask. Requests under way were sent again already. */
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
 * Bounds: three requests under way (start-next, describe, update), and one update that waits.
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

  constructor(options: JobsOptions) {
    this.options = options;
    this.topics = new JobTopics(options.thing);
    this.subscriptions = this.topics.subscriptions;
    const request = {
      clock: options.clock,
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
    this.startRequest.start(this.topics.startNext, {});
  }

  /** Gets a job, with its document: a presigned URL in it is made anew each time. */
  describe(job: JobSelector): void {
    this.askFor(job, true);
  }

  /**
   * Tells the service. Of updates that wait for a connection only the last is sent.
   * @returns false if a terminal state already waits to be sent, which nothing may replace
   */
  update(update: JobUpdate): boolean {
    assert(isJobId(update.jobId), `job id ${update.jobId}`);
    return this.updates.order(update);
  }

  onConnected(): void {
    // The update first: until a terminal state is known, start-next gives the same job again.
    this.updateRequest.send();
    this.startRequest.send();
    this.describeRequest.send();
    this.options.events.onOnline();
  }

  onDisconnected(_reason: string): void {
    this.updateRequest.pause();
    this.startRequest.pause();
    this.describeRequest.pause();
  }

  /** For messages of other topics, too, which are left alone. */
  onMessage(topic: string, payload: Uint8Array): void {
    const parsed = this.topics.parse(topic);
    if (parsed === undefined) return;
    if (nestsTooDeep(payload)) {
      this.ignore("JSON nests too deep");
      this.onSkipped(topic, payload.length);
      return;
    }
    const body = this.parseBody(payload);
    if (body === undefined) return;
    if (parsed.kind === "notifyNext") this.receiveNotice(body);
    else this.receiveReply(parsed, body);
  }

  /**
   * A document that is too long for us would keep the queue blocked for ever: so the execution is
   * asked for without it, and can then be rejected.
   */
  onSkipped(topic: string, _byteLength: number): void {
    const parsed = this.topics.parse(topic);
    if (parsed === undefined || parsed.kind === "update") return;
    this.startRequest.end();
    this.askFor(parsed.kind === "get" ? parsed.job : nextJob, false);
  }

  private askFor(job: JobSelector, includeJobDocument: boolean): void {
    assert(job === nextJob || isJobId(job), `job id ${job}`);
    this.describeRequest.start(this.topics.get(job), { includeJobDocument });
  }

  private parseBody(payload: Uint8Array): JsonObject | undefined {
    try {
      const value: unknown = JSON.parse(decodeUtf8(payload));
      if (isJsonObject(value)) return value;
      this.ignore("not a JSON object");
    } catch {
      // Only JSON.parse throws here, and some engines quote the text: a signed URL, maybe.
      this.ignore("not JSON");
    }
    return undefined;
  }

  private ignore(why: string): void {
    this.ignoredCount += 1;
    this.options.log(`jobs: message ignored: ${why}`);
  }

  private receiveNotice(body: JsonObject): void {
    const value = ownField(body, "execution");
    const execution = parseExecution(value);
    if (execution === undefined && !isNone(value)) {
      this.ignore("notify-next with a malformed execution");
      return;
    }
    if (execution !== undefined) this.learn(execution);
    this.options.events.onNextChanged(execution);
  }

  /** Replies to others, and second replies to us, are recognised by their token. */
  private receiveReply(topic: JobTopic, body: JsonObject): void {
    const request = this.requestOf(topic);
    if (!request.isAnsweredBy(ownField(body, "clientToken"))) return;
    if (!topic.accepted) this.receiveRejection(topic, request, parseRejection(body));
    else if (topic.kind === "update") this.updates.accept(ownField(body, "executionState"));
    else this.receiveExecution(request, ownField(body, "execution"));
  }

  private requestOf(topic: JobTopic): Request {
    if (topic.kind === "update") return this.updateRequest;
    return topic.kind === "get" ? this.describeRequest : this.startRequest;
  }

  /** A malformed one leaves the request under way, to be sent again. */
  private receiveExecution(request: Request, value: unknown): void {
    const execution = parseExecution(value);
    if (execution === undefined && !isNone(value)) {
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
function isNone(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return isJsonObject(value) && Object.keys(value).length === 0;
}
