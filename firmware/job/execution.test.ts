import assert from "node:assert/strict";
import { test } from "node:test";
import { readMessage } from "../../hw-test/model/job-message.ts";
import { isTerminal, parseExecution } from "./execution.ts";

/** With no more of the document than its kind and operation. */
function parse(execution: unknown): object | undefined {
  const parsed = parseExecution(readMessage({ execution }));
  if (parsed === undefined) return undefined;
  const { document } = parsed;
  return { ...parsed, document: [document.kind(), document.at("operation").text()] };
}

const sound = {
  jobId: "job-1",
  thingName: "t",
  status: "IN_PROGRESS",
  statusDetails: { phase: "downloading" },
  queuedAt: 1,
  versionNumber: 2,
  executionNumber: 1,
  approximateSecondsBeforeTimedOut: 60,
  jobDocument: { operation: "app_fw_update" },
};

test("takes an execution as the service sends it", () => {
  assert.deepEqual(parse(sound), {
    jobId: "job-1",
    status: "IN_PROGRESS",
    versionNumber: 2,
    executionNumber: 1,
    queuedAt: 1,
    document: ["object", "app_fw_update"],
    offer: undefined,
    toldAtS: undefined,
    secondsBeforeTimedOut: 60,
  });
});

test("what is optional may be absent", () => {
  const bare = { jobId: "j", status: "QUEUED", versionNumber: 1 };
  assert.deepEqual(parse(bare), {
    ...bare,
    executionNumber: undefined,
    queuedAt: undefined,
    document: ["absent", undefined],
    offer: undefined,
    toldAtS: undefined,
    secondsBeforeTimedOut: undefined,
  });
});

for (const change of [
  { jobId: undefined },
  { jobId: 1 },
  { jobId: "../x" },
  { status: "DONE" },
  { status: "constructor" },
  { versionNumber: "2" },
  { versionNumber: -1 },
  { versionNumber: null },
]) {
  test(`refuses ${JSON.stringify(change)}`, () => {
    assert.equal(parse({ ...sound, ...change }), undefined);
  });
}

test("refuses what is no object", () => {
  for (const value of [undefined, null, 1, "x", []]) assert.equal(parse(value), undefined);
});

test("a state is terminal unless the job waits or runs", () => {
  assert.deepEqual(
    (["QUEUED", "IN_PROGRESS", "SUCCEEDED", "FAILED", "TIMED_OUT", "CANCELED"] as const).map(
      isTerminal,
    ),
    [false, false, true, true, true, true],
  );
});
