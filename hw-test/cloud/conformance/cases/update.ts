import assert from "node:assert/strict";
import type { JsonObject } from "../../json.ts";
import { assumed, type ConformanceCase, captured, documented, model, pages } from "../case.ts";
import { accepted, assertEpochSeconds, executionIn, objectIn, rejected } from "../expect.ts";

/** Starting an execution and moving it on. */
export const updateCases: readonly ConformanceCase[] = [
  {
    name: "start-next of an idle thing has no execution",
    source: documented(pages.deviceApi),
    async run(bench) {
      const body = accepted(await (await bench.device()).request("start-next"));
      assert.equal("execution" in body, false);
    },
  },
  {
    name: "start-next starts the oldest job: version 2, its details, its document",
    source: captured(pages.live),
    async run(bench) {
      const device = await bench.device();
      const jobId = await bench.createJob({ document: '{"a":1}' });
      await bench.createJob();
      const statusDetails = { step: "started" };
      const reply = await device.request("start-next", { statusDetails });
      const execution = executionIn(accepted(reply));
      assert.equal(execution["jobId"], jobId);
      assert.equal(execution["thingName"] ?? device.thingName, device.thingName);
      assert.equal(execution["status"], "IN_PROGRESS");
      assert.equal(execution["versionNumber"], 2);
      assert.equal(execution["executionNumber"], 1);
      assert.deepEqual(execution["statusDetails"], statusDetails);
      assert.deepEqual(execution["jobDocument"], { a: 1 });
      for (const field of ["queuedAt", "startedAt", "lastUpdatedAt"]) {
        assertEpochSeconds(execution[field]);
      }
    },
  },
  {
    name: "start-next again gives the same execution, unchanged",
    source: documented(pages.deviceApi),
    async run(bench) {
      const device = await bench.device();
      await bench.createJob();
      await bench.createJob();
      const start = async (step: string) =>
        executionIn(accepted(await device.request("start-next", { statusDetails: { step } })));
      const first = await start("a");
      const again = await start("b");
      for (const field of ["jobId", "versionNumber", "statusDetails", "startedAt", "status"]) {
        assert.deepEqual(again[field], first[field], field);
      }
    },
  },
  {
    name: "every accepted update is a new version, from IN_PROGRESS to IN_PROGRESS too",
    source: captured(pages.live),
    async run(bench) {
      const device = await bench.device();
      const jobId = await bench.createJob();
      await device.request("start-next");
      const update = { status: "IN_PROGRESS", includeJobExecutionState: true };
      for (const versionNumber of [3, 4, 5]) {
        const body = accepted(await device.request(`${jobId}/update`, update));
        const state = objectIn(body, "executionState");
        assert.equal(state["versionNumber"], versionNumber);
        assert.equal(state["status"], "IN_PROGRESS");
      }
      assert.equal((await bench.execution(jobId))?.versionNumber, 5);
    },
  },
  {
    name: "the reply to an update brings state and document when they are asked for",
    source: documented(pages.deviceApi),
    async run(bench) {
      const device = await bench.device();
      const jobId = await bench.createJob({ document: '{"a":1}' });
      const update = { status: "IN_PROGRESS" };
      const plain = accepted(await device.request(`${jobId}/update`, update));
      assert.equal("executionState" in plain, false);
      assert.equal("jobDocument" in plain, false);
      const full = accepted(
        await device.request(`${jobId}/update`, {
          ...update,
          includeJobExecutionState: true,
          includeJobDocument: true,
        }),
      );
      assert.equal(objectIn(full, "executionState")["versionNumber"], 3);
      assert.deepEqual(full["jobDocument"], { a: 1 });
    },
  },
  {
    name: "details of an update replace the earlier ones; without any, those stay",
    source: documented(pages.deviceApi),
    async run(bench) {
      const device = await bench.device();
      const jobId = await bench.createJob();
      const update = async (more: JsonObject) => {
        const body = { status: "IN_PROGRESS", includeJobExecutionState: true, ...more };
        const reply = accepted(await device.request(`${jobId}/update`, body));
        return objectIn(reply, "executionState")["statusDetails"];
      };
      assert.deepEqual(await update({ statusDetails: { a: "1", b: "2" } }), { a: "1", b: "2" });
      assert.deepEqual(await update({}), { a: "1", b: "2" });
      assert.deepEqual(await update({ statusDetails: { c: "3" } }), { c: "3" });
    },
  },
  {
    name: "a wrong expectedVersion is VersionMismatch, and tells the state",
    source: documented(pages.errors),
    async run(bench) {
      const device = await bench.device();
      const jobId = await bench.createJob();
      const update = (expectedVersion: number) =>
        device.request(`${jobId}/update`, { status: "IN_PROGRESS", expectedVersion });
      const body = rejected(await update(99), "VersionMismatch");
      const state = objectIn(body, "executionState");
      assert.equal(state["status"], "QUEUED");
      assert.equal(state["versionNumber"], 1);
      accepted(await update(1));
      rejected(await update(1), "VersionMismatch");
      accepted(await update(2));
    },
  },
  {
    name: "an update may end an execution that was never started",
    source: assumed(`${pages.states}; the diagram has no other way to refuse a queued job`),
    async run(bench) {
      const device = await bench.device();
      for (const status of ["REJECTED", "FAILED", "SUCCEEDED"]) {
        const jobId = await bench.createJob();
        accepted(await device.request(`${jobId}/update`, { status }));
        assert.equal((await bench.execution(jobId))?.status, status);
      }
    },
  },
  {
    name: "what has ended stays so: InvalidStateTransition, with the state",
    source: documented(pages.errors),
    async run(bench) {
      const device = await bench.device();
      const jobId = await bench.createJob();
      await device.request("start-next");
      accepted(await device.request(`${jobId}/update`, { status: "SUCCEEDED" }));
      for (const status of ["IN_PROGRESS", "FAILED"]) {
        const reply = await device.request(`${jobId}/update`, { status });
        const state = objectIn(rejected(reply, "InvalidStateTransition"), "executionState");
        assert.equal(state["status"], "SUCCEEDED");
        assert.equal(state["versionNumber"], 3);
      }
    },
  },
  {
    name: "of an execution that has ended, the state is checked before expectedVersion",
    source: assumed("no page says it"),
    async run(bench) {
      const device = await bench.device();
      const jobId = await bench.createJob();
      accepted(await device.request(`${jobId}/update`, { status: "FAILED" }));
      const late = { status: "SUCCEEDED", expectedVersion: 1 };
      rejected(await device.request(`${jobId}/update`, late), "InvalidStateTransition");
    },
  },
  {
    name: "expectedVersion as a string, null details and an empty token are taken",
    source: assumed("nRF Connect SDK, aws_fota: what it sends to the live service"),
    async run(bench) {
      const device = await bench.device();
      const jobId = await bench.createJob();
      const update = { status: "IN_PROGRESS", expectedVersion: "1", statusDetails: null };
      accepted(await device.request(`${jobId}/update`, { ...update, clientToken: "" }));
    },
  },
  {
    name: "an execution in progress tells how long its timer still runs",
    source: model(pages.jobsData),
    async run(bench) {
      const device = await bench.device();
      const timeoutConfig = { inProgressTimeoutInMinutes: 10 };
      const jobId = await bench.createJob({ timeoutConfig });
      const left = async (topic: string, body: JsonObject) => {
        const execution = executionIn(accepted(await device.request(topic, body)));
        return Number(execution["approximateSecondsBeforeTimedOut"]);
      };
      const job = await left("start-next", {});
      assert.ok(job > 480 && job <= 600, `${job} s of 10 min`);
      const step = { status: "IN_PROGRESS", stepTimeoutInMinutes: 2 };
      accepted(await device.request(`${jobId}/update`, step));
      const shorter = await left(`${jobId}/get`, {});
      assert.ok(shorter > 0 && shorter <= 120, `${shorter} s of 2 min`);
      accepted(await device.request(`${jobId}/update`, { ...step, stepTimeoutInMinutes: 5 }));
      const longer = await left(`${jobId}/get`, {});
      assert.ok(longer > 180 && longer <= 300, `${longer} s of 5 min`);
    },
  },
];
