import assert from "node:assert/strict";
import { assumed, type ConformanceCase, captured, documented, pages } from "../case.ts";
import { accepted, assertEpochSeconds, executionIn, listIn, rejected } from "../expect.ts";

/** What a device may ask without changing anything. */
export const describeCases: readonly ConformanceCase[] = [
  {
    name: "get of an idle thing gives two empty lists",
    source: documented(pages.deviceApi),
    async run(bench) {
      const body = accepted(await (await bench.device()).request("get"));
      assert.deepEqual(listIn(body, "inProgressJobs"), []);
      assert.deepEqual(listIn(body, "queuedJobs"), []);
    },
  },
  {
    name: "a reply echoes clientToken, and tells the time in whole seconds",
    source: captured(pages.live),
    async run(bench) {
      const device = await bench.device();
      for (const topic of ["get", "start-next", "$next/get"]) {
        const body = accepted(await device.request(topic, { clientToken: "a token" }));
        assert.equal(body["clientToken"], "a token", topic);
        assertEpochSeconds(body["timestamp"]);
      }
      const refused = await device.request("none/get", { clientToken: "another" });
      const body = rejected(refused, "ResourceNotFound");
      assert.equal(body["clientToken"], "another");
      assertEpochSeconds(body["timestamp"]);
      assert.equal("clientToken" in accepted(await device.request("get")), false);
    },
  },
  {
    name: "a reply comes without a subscription, and once with one",
    source: documented(pages.deviceApi),
    async run(bench) {
      const device = await bench.device();
      accepted(await device.request("get", { clientToken: "1" }));
      await device.subscribe("get/accepted", "get/rejected");
      accepted(await device.request("get", { clientToken: "2" }));
      await bench.quiet(device);
      const tokens = device.received.map(({ body }) => body["clientToken"]);
      assert.deepEqual(tokens, ["1", "2", undefined]);
    },
  },
  {
    name: "get lists what is in progress and what is queued",
    source: documented(pages.dataTypes),
    async run(bench) {
      const device = await bench.device();
      const jobs = [await bench.createJob(), await bench.createJob(), await bench.createJob()];
      await device.request("start-next");
      const body = accepted(await device.request("get"));
      const [started, ...more] = listIn(body, "inProgressJobs");
      const queued = listIn(body, "queuedJobs");
      assert.deepEqual(more, []);
      assert.equal(started?.["jobId"], jobs[0]);
      assert.deepEqual(queued.map((summary) => summary["jobId"]).sort(), jobs.slice(1).sort());
      assert.deepEqual([started?.["versionNumber"], queued[0]?.["versionNumber"]], [2, 1]);
      assert.equal(started?.["executionNumber"], 1);
      for (const field of ["queuedAt", "lastUpdatedAt", "startedAt"]) {
        assertEpochSeconds(started?.[field]);
      }
      assert.equal(queued[0]?.["startedAt"] ?? 0, 0);
    },
  },
  {
    name: "$next/get of an idle thing has no execution",
    source: documented(pages.deviceApi),
    async run(bench) {
      const body = accepted(await (await bench.device()).request("$next/get"));
      assert.equal("execution" in body, false);
    },
  },
  {
    name: "$next/get shows the head of the queue and does not start it",
    source: documented(pages.deviceApi),
    async run(bench) {
      const device = await bench.device();
      const first = await bench.createJob();
      await bench.createJob();
      for (let time = 0; time < 2; time += 1) {
        const execution = executionIn(accepted(await device.request("$next/get")));
        assert.equal(execution["jobId"], first);
        assert.equal(execution["status"], "QUEUED");
        assert.equal(execution["versionNumber"], 1);
      }
    },
  },
  {
    name: "what is in progress is the head, before what was created earlier",
    source: documented(pages.devices),
    async run(bench) {
      const device = await bench.device();
      await bench.createJob();
      const second = await bench.createJob();
      accepted(await device.request(`${second}/update`, { status: "IN_PROGRESS" }));
      const { jobId } = executionIn(accepted(await device.request("$next/get")));
      assert.equal(jobId, second);
    },
  },
  {
    name: "the document comes as an object, unless it is not wanted",
    source: captured(pages.live),
    async run(bench) {
      const device = await bench.device();
      const jobId = await bench.createJob({ document: '{"a":[1,{"b":null}]}' });
      const asked = async (more: object) =>
        executionIn(accepted(await device.request(`${jobId}/get`, { ...more })));
      for (const more of [{}, { includeJobDocument: true }, { executionNumber: 1 }]) {
        assert.deepEqual((await asked(more))["jobDocument"], { a: [1, { b: null }] });
      }
      const without = await asked({ includeJobDocument: false });
      assert.equal(without["jobDocument"] ?? "", "");
      assert.equal(without["jobId"], jobId);
    },
  },
  {
    name: "a job or an execution number that is not there is ResourceNotFound",
    source: documented(pages.errors),
    async run(bench) {
      const device = await bench.device();
      const jobId = await bench.createJob();
      rejected(await device.request("none/get"), "ResourceNotFound");
      rejected(await device.request(`${jobId}/get`, { executionNumber: 7 }), "ResourceNotFound");
      const update = { status: "IN_PROGRESS" };
      rejected(await device.request("none/update", update), "ResourceNotFound");
    },
  },
  {
    name: "describing an execution that has ended is TerminalStateReached",
    source: assumed(`${pages.errors}; not seen over MQTT`),
    async run(bench) {
      const device = await bench.device();
      const jobId = await bench.createJob();
      accepted(await device.request(`${jobId}/update`, { status: "FAILED" }));
      rejected(await device.request(`${jobId}/get`), "TerminalStateReached");
    },
  },
];
