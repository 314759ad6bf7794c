import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "../../hw-test/model/virtual-clock.ts";
import { deliverWhole } from "../../hw-test/model/whole-message.ts";
import { config } from "../config.ts";
import { failures } from "../failure.ts";
import { Jobs } from "./jobs.ts";
import { statusDetails } from "./progress.ts";

/** MQTT 3.1.1: a fixed header of 5 bytes at most, the topic's length, an identifier. */
const headBytes = 9;
const thing = "t".repeat(128);
const jobId = "j".repeat(config.jobIdMaxBytes);

/** Of JSON each takes two bytes. */
const quotes = '"'.repeat(config.detailMaxChars);
const longestCode = Object.keys(failures).reduce((a, b) => (a.length >= b.length ? a : b));

test("the longest update of a job fits the output queue, beside acknowledgements", () => {
  let bytes = 0;
  const jobs = new Jobs({
    thing,
    clock: new VirtualClock(),
    random: () => 0.999,
    log: () => {},
    publish(topic, payload) {
      bytes = Buffer.byteLength(topic) + Buffer.byteLength(payload) + headBytes;
      const { clientToken } = JSON.parse(payload);
      const execution = { jobId, versionNumber: 1, status: "IN_PROGRESS", executionNumber: 1 };
      answer = JSON.stringify({ clientToken, timestamp: 1, execution });
      return "taken";
    },
    events: {
      onOnline: () => {},
      onExecution: () => {},
      onNextChanged: () => {},
      onUpdated: () => {},
      onChanged: () => {},
      onGone: () => {},
      onRejected: () => {},
    },
  });
  let answer = "";
  jobs.onConnected();
  jobs.startNext();
  deliverWhole(jobs, `$aws/things/${thing}/jobs/start-next/accepted`, Buffer.from(answer));
  const version = "255.255.65535+4294967295";
  const isTaken = jobs.update({
    jobId,
    executionNumber: Number.MAX_SAFE_INTEGER,
    queuedAt: 1,
    fingerprint: undefined,
    status: "IN_PROGRESS",
    // What Reporter tells at most; the store may hold anything as the version that was left.
    statusDetails: statusDetails({
      reason: longestCode,
      detail: quotes,
      phase: "downloading",
      version,
      patchFailure: longestCode,
      rolledBackFrom: quotes,
    }),
    stepTimeoutInMinutes: 10_080,
  });
  assert.equal(isTaken, true);
  assert(bytes > 2 * 2 * config.detailMaxChars, `${bytes} bytes`);
  assert(bytes <= config.mqttOutputBytes - config.mqttOutputBytes / 8, `${bytes} bytes`);
});
