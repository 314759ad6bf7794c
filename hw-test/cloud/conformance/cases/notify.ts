import assert from "node:assert/strict";
import { CancelJobExecutionCommand } from "@aws-sdk/client-iot";
import { assumed, type ConformanceCase, captured, documented, pages } from "../case.ts";
import {
  accepted,
  assertEpochSeconds,
  describeNotification,
  executionIn,
  listIn,
  notificationsOf,
  objectIn,
} from "../expect.ts";

/** When the two notifications come, in which order, and what they say. */
export const notifyCases: readonly ConformanceCase[] = [
  {
    name: "a first job is announced on notify and notify-next, with its document",
    source: documented(pages.devices),
    async run(bench) {
      const device = await bench.listener();
      const jobId = await bench.createJob({ document: '{"a":1}' });
      const { body } = await device.next("notify");
      assertEpochSeconds(body["timestamp"]);
      const jobs = objectIn(body, "jobs");
      assert.deepEqual(Object.keys(jobs), ["QUEUED"]);
      const [summary] = listIn(jobs, "QUEUED");
      assert.equal(summary?.["jobId"], jobId);
      assert.equal(summary?.["versionNumber"], 1);
      const next = (await device.next("notify-next")).body;
      assertEpochSeconds(next["timestamp"]);
      const execution = executionIn(next);
      assert.equal(execution["jobId"], jobId);
      assert.equal(execution["status"], "QUEUED");
      assert.deepEqual(execution["jobDocument"], { a: 1 });
    },
  },
  {
    name: "a job behind the head is announced on notify alone",
    source: documented(pages.devices),
    async run(bench) {
      const device = await bench.listener();
      const first = await bench.createJob();
      await device.next("notify-next");
      const second = await bench.createJob();
      await device.next("notify", 2);
      await bench.quiet(device);
      assert.deepEqual(notificationsOf(device).slice(2), [`notify QUEUED ${first} ${second}`]);
    },
  },
  {
    name: "starting the head, and updating it in progress, is silent",
    source: captured(pages.live),
    async run(bench) {
      const device = await bench.listener();
      const jobId = await bench.createJob();
      await device.next("notify-next");
      accepted(await device.request("start-next"));
      accepted(await device.request(`${jobId}/update`, { status: "IN_PROGRESS" }));
      await bench.quiet(device);
      assert.equal(notificationsOf(device).length, 2);
    },
  },
  {
    name: "at the end of an execution come accepted, notify, notify-next, in this order",
    source: captured(pages.live),
    async run(bench) {
      const device = await bench.listener();
      const first = await bench.createJob();
      const second = await bench.createJob();
      accepted(await device.request("start-next"));
      await device.next("notify", 2);
      const from = device.received.length;
      accepted(await device.request(`${first}/update`, { status: "SUCCEEDED" }));
      await device.next("notify-next", 2);
      await bench.quiet(device);
      const came = device.received.slice(from, -1).map((message) => {
        const isNotification = message.topic.startsWith("notify");
        return isNotification ? describeNotification(message) : message.topic;
      });
      assert.deepEqual(came, [
        `${first}/update/accepted`,
        `notify QUEUED ${second}`,
        `notify-next ${second}`,
      ]);
    },
  },
  {
    name: "when the last job has ended, notify lists none and notify-next has no execution",
    source: captured(pages.live),
    async run(bench) {
      const device = await bench.listener();
      const jobId = await bench.createJob();
      accepted(await device.request(`${jobId}/update`, { status: "REJECTED" }));
      const notify = await device.next("notify", 2);
      assert.deepEqual(notify.body["jobs"], {});
      const next = await device.next("notify-next", 2);
      assert.deepEqual(Object.keys(next.body), ["timestamp"]);
    },
  },
  {
    name: "canceling a job behind the head is announced on notify alone",
    source: documented(pages.devices),
    async run(bench) {
      const device = await bench.listener();
      const first = await bench.createJob();
      const jobId = await bench.createJob();
      await device.next("notify", 2);
      const { thingName } = await bench.thing();
      await bench.iot.send(new CancelJobExecutionCommand({ jobId, thingName }));
      await device.next("notify", 3);
      await bench.quiet(device);
      const expected = [`notify QUEUED ${first}`];
      assert.deepEqual(notificationsOf(device).slice(3), expected);
    },
  },
  {
    name: "a job started out of turn becomes the head, and notify-next says so",
    source: documented(pages.devices),
    async run(bench) {
      const device = await bench.listener();
      await bench.createJob();
      const second = await bench.createJob();
      accepted(await device.request(`${second}/update`, { status: "IN_PROGRESS" }));
      const next = await device.next("notify-next", 2);
      assert.equal(describeNotification(next), `notify-next ${second}`);
    },
  },
  {
    name: "notify names ten jobs at most",
    source: captured(pages.live),
    async run(bench) {
      const device = await bench.listener();
      for (let count = 0; count < 11; count += 1) await bench.createJob();
      const { body } = await device.next("notify", 11);
      assert.equal(listIn(objectIn(body, "jobs"), "QUEUED").length, 10);
    },
  },
  {
    name: "notifications wait for a device with a persistent session",
    source: documented(pages.mqtt),
    async run(bench) {
      const persistent = { clean: false };
      const before = await bench.device(undefined, persistent);
      await before.subscribe("notify-next");
      await before.end();
      const jobId = await bench.createJob();
      const after = await bench.device(undefined, persistent);
      assert.equal(after.sessionPresent, true);
      const next = await after.next("notify-next");
      assert.equal(describeNotification(next), `notify-next ${jobId}`);
    },
  },
  {
    name: "notifications come with QoS 1 to who subscribed with it, replies with QoS 0",
    source: assumed("no page says it"),
    async run(bench) {
      const device = await bench.listener();
      await bench.createJob();
      assert.equal((await device.next("notify")).qos, 1);
      assert.equal((await device.next("notify-next")).qos, 1);
      await device.subscribe("get/accepted");
      assert.equal((await device.request("get")).qos, 0);
    },
  },
];
