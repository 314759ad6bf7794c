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

const connectMaxMs = 10_000;
const replyMaxMs = 10_000;

type Settle<T> = { resolve(value: T): void; reject(error: Error): void };

/**
 * A tracker's Jobs side alone: the firmware's own MQTT client and Jobs layer on Node's TLS, without
 * the updater that acts on what they bring. So a job can be started and nothing more.
 */
export class JobListener {
  private readonly jobs: Jobs;
  private readonly mqtt: MqttClient;
  private online: Settle<void> | undefined;
  private reply: Settle<unknown> | undefined;
  /** The message that is being handled. */
  private payload: Uint8Array = new Uint8Array();
  private lastDisconnect = "no answer";

  /** Resolves when the tracker is connected and subscribed. */
  static async connect(options: JobListenerOptions): Promise<JobListener> {
    const listener = new JobListener(options);
    const connected = new Promise<void>((resolve, reject) => {
      listener.online = { resolve, reject };
    });
    listener.mqtt.start();
    try {
      await limited(connectMaxMs, connected, () => `not connected: ${listener.lastDisconnect}`);
      return listener;
    } catch (error) {
      listener.stop();
      throw error;
    }
  }

  private constructor({ thing, broker, certificate, log }: JobListenerOptions) {
    const random = Math.random;
    const clock = realTimeClock;
    this.jobs = new Jobs({
      thing,
      clock,
      random,
      log,
      publish: (topic, payload, qos) => this.mqtt.publish(topic, payload, qos),
      events: this.jobsEvents(),
    });
    this.mqtt = new MqttClient({
      network: new TlsNetwork({ ...broker.reachedAt, ...certificate, ca: broker.ca }),
      clock,
      random,
      log,
      target: { host: broker.hostName, port: broker.port, security: "broker" },
      clientId: thing,
      subscriptions: this.jobs.subscriptions,
      events: this.mqttEvents(),
    });
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
