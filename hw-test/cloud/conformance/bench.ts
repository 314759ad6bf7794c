import {
  CreateJobCommand,
  type CreateJobCommandInput,
  CreateThingGroupCommand,
  DeleteJobCommand,
  DeleteThingGroupCommand,
  DescribeJobExecutionCommand,
  type IoTClient,
  type JobExecution,
} from "@aws-sdk/client-iot";
import { DeleteObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import type { IClientOptions } from "mqtt";
import { Cleanup, persist, sleep } from "../aws/cleanup.ts";
import { connectJobsClient, type JobsClient } from "../testing/jobsClient.ts";
import type { Target, TargetThing } from "./target.ts";

/** What one case works with; whatever it makes is deleted when the case has ended. */
export class Bench {
  readonly target: Target;
  readonly iot: IoTClient;
  readonly s3: S3Client;
  private readonly prefix: string;
  private readonly cleanup: Cleanup;
  private made = 0;
  private first: Promise<TargetThing> | undefined;

  /** @param name tells the names of this case's things from those of other cases */
  constructor(target: Target, name: string) {
    this.target = target;
    this.iot = target.iot;
    this.s3 = target.s3;
    this.prefix = `${target.prefix}-${name}`;
    this.cleanup = new Cleanup(target.pace);
  }

  /** A name nothing else has. */
  newName(): string {
    this.made += 1;
    return `${this.prefix}-${this.made}`;
  }

  /** The thing that the case is about. */
  thing(): Promise<TargetThing> {
    this.first ??= this.newThing();
    return this.first;
  }

  async newThing(): Promise<TargetThing> {
    const thing = await this.target.createThing(this.newName());
    this.cleanup.add(`thing ${thing.thingName}`, () => thing.delete());
    return thing;
  }

  /** Connects it, and again while the service does not know its rights yet. */
  async device(thing?: TargetThing, more: IClientOptions = {}): Promise<JobsClient> {
    const who = thing ?? (await this.thing());
    return persist(this.target.pace, () => this.connectOnce(who, more));
  }

  async connectOnce(thing: TargetThing, more: IClientOptions = {}): Promise<JobsClient> {
    const { thingName, connection } = thing;
    const device = await connectJobsClient({
      thingName,
      connection: { ...connection, ...more },
      patienceMs: this.target.pace.patienceMs,
    });
    this.cleanup.add(`connection of ${thingName}`, () => device.end());
    return device;
  }

  /** A device that listens to both notifications. */
  async listener(): Promise<JobsClient> {
    const device = await this.device();
    await device.subscribe("notify", "notify-next");
    return device;
  }

  /** A job for the case's thing unless told otherwise, on the queue when this returns. */
  async createJob(more: Partial<CreateJobCommandInput> = {}): Promise<string> {
    const { thingName, thingArn } = await this.thing();
    const jobId = more.jobId ?? this.newName();
    const { targets = [thingArn] } = more;
    const job = { document: '{"operation":"test"}', ...more, jobId, targets };
    await this.iot.send(new CreateJobCommand(job));
    this.cleanup.add(`job ${jobId}`, () =>
      this.iot.send(new DeleteJobCommand({ jobId, force: true })),
    );
    if (targets.includes(thingArn)) {
      await this.eventually(
        () => this.execution(jobId, thingName),
        (execution) => execution !== undefined,
      );
    }
    return jobId;
  }

  async createGroup(): Promise<{ readonly thingGroupName: string; readonly arn: string }> {
    const thingGroupName = this.newName();
    const made = await this.iot.send(new CreateThingGroupCommand({ thingGroupName }));
    this.cleanup.add(`thing group ${thingGroupName}`, () =>
      this.iot.send(new DeleteThingGroupCommand({ thingGroupName })),
    );
    return { thingGroupName, arn: made.thingGroupArn ?? "" };
  }

  /** The control plane's view; undefined: there is none. */
  async execution(jobId: string, thingName?: string): Promise<JobExecution | undefined> {
    const name = thingName ?? (await this.thing()).thingName;
    try {
      const command = new DescribeJobExecutionCommand({ jobId, thingName: name });
      return (await this.iot.send(command)).execution;
    } catch (error) {
      if ((error as Error).name === "ResourceNotFoundException") return undefined;
      throw error;
    }
  }

  async putObject(Body: string): Promise<{ readonly Bucket: string; readonly Key: string }> {
    const object = { Bucket: this.target.bucket, Key: `${this.newName()}.hex` };
    this.cleanup.add(`object ${object.Key}`, () => this.s3.send(new DeleteObjectCommand(object)));
    await this.s3.send(new PutObjectCommand({ ...object, Body }));
    return object;
  }

  /** Looks until `holds`, and no longer than the target's patience; @returns what it saw last. */
  async eventually<T>(
    look: () => Promise<T>,
    holds: (seen: T) => boolean,
    extraMs = 0,
  ): Promise<T> {
    const { patienceMs, pollMs } = this.target.pace;
    const endMs = performance.now() + patienceMs + extraMs;
    for (;;) {
      const seen = await look();
      if (holds(seen) || performance.now() + pollMs > endMs) return seen;
      await sleep(pollMs);
    }
  }

  /** When this returns, what was to come to `device` has come. */
  async quiet(device: JobsClient): Promise<void> {
    await device.request("get");
    await sleep(this.target.pace.quietMs);
  }

  /** @returns what is left behind, and why */
  close(): Promise<string[]> {
    return this.cleanup.run();
  }
}
