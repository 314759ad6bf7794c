import { Jobs, type JobsEvents } from "../../../firmware/job/jobs.ts";
import { MqttClient, type MqttEvents } from "../../../firmware/mqtt/client.ts";
import { realTimeClock, TlsNetwork } from "../../model/tls-network.ts";
import { deliverWhole, wholeMessages } from "../../model/whole-message.ts";
import type { BrokerAddress, TrackerCertificate } from "./cloud-side.ts";

export interface JobListenerOptions {
  readonly thing: string;
  readonly broker: BrokerAddress;
  /** Undefined for a broker that asks for none. */
  readonly certificate: TrackerCertificate | undefined;
  readonly log: (text: string) => void;
}

export interface Message {
  readonly topic: string;
  readonly payload: Buffer;
}

const connectMaxMs = 10_000;
const replyMaxMs = 10_000;

type Settle<T> = { resolve(value: T): void; reject(error: Error): void };

/** Messages of one topic that nobody has taken; more are a mistake of the feature. */
const waitingMax = 100;

/**
 * A tracker's Jobs side alone: the firmware's own MQTT client and Jobs layer on Node's TLS, without
 * the updater that acts on what they bring. So a job can be started and nothing more.
 */
export class JobListener {
  private readonly options: JobListenerOptions;
  private readonly jobs: Jobs;
  private mqtt: MqttClient;
  /** Beyond those of its jobs. */
  private readonly topics: string[] = [];
  /** What came on those, by topic. */
  private readonly messages = new Map<string, Buffer[]>();
  private onMessage: () => void = () => undefined;
  private online: Settle<void> | undefined;
  private reply: Settle<unknown> | undefined;
  /** The message that is being handled. */
  private payload: Uint8Array = new Uint8Array();
  private lastDisconnect = "no answer";

  /** Resolves when the tracker is connected and subscribed. */
  static async connect(options: JobListenerOptions): Promise<JobListener> {
    const listener = new JobListener(options);
    try {
      await listener.start();
      return listener;
    } catch (error) {
      listener.stop();
      throw error;
    }
  }

  private constructor(options: JobListenerOptions) {
    const { thing, log } = options;
    const random = Math.random;
    const clock = realTimeClock;
    this.options = options;
    this.jobs = new Jobs({
      thing,
      clock,
      random,
      log,
      publish: (topic, payload, qos) => this.mqtt.publish(topic, payload, qos),
      events: this.jobsEvents(),
    });
    this.mqtt = this.newMqtt();
  }

  /**
   * Receives what is published there from now on. The firmware's client subscribes when it connects,
   * so it connects anew; its session keeps what comes meanwhile.
   */
  async subscribe(topic: string): Promise<void> {
    if (this.topics.includes(topic)) return;
    this.topics.push(topic);
    this.mqtt.stop();
    this.jobs.onDisconnected("a new subscription");
    this.mqtt = this.newMqtt();
    await this.start();
  }

  /** Resolves when the broker has it. */
  async publish(topic: string, payload: string): Promise<void> {
    const acknowledged = new Promise<void>((resolve, reject) => {
      const outcome = this.mqtt.publishOnce(topic, payload, resolve);
      if (outcome !== "taken") reject(new Error(`not published: ${outcome}`));
    });
    await limited(replyMaxMs, acknowledged, () => `no acknowledgement: ${this.lastDisconnect}`);
  }

  /** The next message of one of these topics, which are subscribed; it may have come before. */
  async receive(...topics: readonly string[]): Promise<Message> {
    const came = new Promise<Message>((resolve) => {
      this.onMessage = () => {
        for (const topic of topics) {
          const payload = this.messages.get(topic)?.shift();
          if (payload === undefined) continue;
          this.onMessage = () => undefined;
          resolve({ topic, payload });
          return;
        }
      };
    });
    this.onMessage();
    return limited(replyMaxMs, came, () => `no message on ${topics.join(", ")}`);
  }

  /**
   * Starts the next job, and no more than that.
   * @returns its execution as the service sent it, or undefined if nothing is pending
   */
  async startNext(): Promise<unknown> {
    const replied = new Promise<unknown>((resolve, reject) => {
      this.reply = { resolve, reject };
    });
    this.jobs.startNext();
    return limited(replyMaxMs, replied, () => "no answer to start-next");
  }

  isOnline(): boolean {
    return this.mqtt.isConnected();
  }

  stop(): void {
    this.mqtt.stop();
  }

  private async start(): Promise<void> {
    const connected = new Promise<void>((resolve, reject) => {
      this.online = { resolve, reject };
    });
    this.mqtt.start();
    await limited(connectMaxMs, connected, () => `not connected: ${this.lastDisconnect}`);
  }

  private newMqtt(): MqttClient {
    const { thing, broker, certificate, log } = this.options;
    return new MqttClient({
      network: new TlsNetwork({ ...broker.reachedAt, ...certificate, ca: broker.ca }),
      clock: realTimeClock,
      random: Math.random,
      log,
      target: { host: broker.hostName, port: broker.port, security: "broker" },
      clientId: thing,
      subscriptions: [...this.jobs.subscriptions, ...this.topics],
      events: this.mqttEvents(),
    });
  }

  private keep(topic: string, payload: Uint8Array): void {
    const waiting = this.messages.get(topic) ?? [];
    this.messages.set(topic, waiting);
    if (waiting.length < waitingMax) waiting.push(Buffer.from(payload));
    this.onMessage();
  }

  private jobsEvents(): JobsEvents {
    return {
      onOnline: () => this.online?.resolve(),
      onExecution: (execution) => {
        const body = JSON.parse(Buffer.from(this.payload).toString("utf8")) as object;
        const sent = "execution" in body ? body.execution : undefined;
        this.reply?.resolve(execution === undefined ? undefined : sent);
      },
      onRejected: (_jobId, code, message) => this.reply?.reject(new Error(`${code}: ${message}`)),
      onGone: (_jobId, reason) => this.reply?.reject(new Error(reason)),
      onNextChanged: () => undefined,
      onUpdated: () => undefined,
      onChanged: () => undefined,
    };
  }

  private mqttEvents(): MqttEvents {
    return {
      onConnected: () => this.jobs.onConnected(),
      onDisconnected: (reason) => {
        this.lastDisconnect = reason;
        this.jobs.onDisconnected(reason);
      },
      ...wholeMessages((topic, payload) => {
        this.payload = payload;
        this.keep(topic, payload);
        deliverWhole(this.jobs, topic, payload);
      }),
    };
  }
}

function limited<T>(limitMs: number, work: Promise<T>, reason: () => string): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error(`${reason()} (within ${limitMs / 1000} s)`));
    const timer = setTimeout(late, limitMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
