import { ControlJobs } from "../jobs/control.ts";
import { DeviceJobs } from "../jobs/device.ts";
import type { ObjectAddress } from "../jobs/document.ts";
import type { JobRequest } from "../jobs/job.ts";
import { Ledger, type Notification } from "../jobs/ledger.ts";
import type { JsonObject } from "../json.ts";
import { JobsTopics } from "../mqtt/jobsTopics.ts";
import { createNames } from "../names.ts";
import { Registry } from "../registry/registry.ts";
import { createTestClock, type TestClock } from "./clock.ts";

/** The Jobs service without any transport, on a clock that a test moves. */
export interface TestJobs {
  readonly clock: TestClock;
  readonly ledger: Ledger;
  readonly control: ControlJobs;
  readonly registry: Registry;
  /** All there were, as `thing topic`. */
  readonly notifications: Notification[];
  /** Creates a job, for the thing `t` unless told otherwise. */
  create(jobId: string, more?: Partial<JobRequest>): void;
  /** One request of the thing `t`: the reply's `accepted` or `rejected`, and its body. */
  ask(topic: string, body?: JsonObject | string): JsonObject;
}

export const thingArn = createNames("eu-west-1").thing("t");

export function createTestJobs(startMs = 1_700_000_000_500): TestJobs {
  const clock = createTestClock(startMs);
  const names = createNames("eu-west-1");
  const registry = new Registry(names);
  const notifications: Notification[] = [];
  const ledger = new Ledger({
    clock,
    presign: ({ bucket, key }: ObjectAddress, expiresInS) =>
      `https://${bucket}/${key}?at=${clock.now()}&for=${expiresInS}`,
    onNotification: (notification) => notifications.push(notification),
  });
  const control = new ControlJobs({ ledger, registry, jobArn: names.job });
  const topics = new JobsTopics(new DeviceJobs(ledger));
  registry.createThing("t");
  return {
    clock,
    ledger,
    control,
    registry,
    notifications,
    create(jobId, more = {}) {
      control.create({ jobId, targets: [thingArn], document: '{"a":1}', ...more });
    },
    ask(topic, body = {}) {
      const payload = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
      const reply = topics.answer("t", `$aws/things/t/jobs/${topic}`, payload);
      if (reply === undefined) throw new Error(`${topic} was not answered`);
      const verdict = reply.topic.slice(reply.topic.lastIndexOf("/") + 1);
      return { [verdict]: reply.body };
    },
  };
}
