import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { VirtualClock } from "../../hw-test/model/virtual-clock.ts";
import { type ApplicationCheck, SelfTest } from "./self-test.ts";

function setUp(application: ApplicationCheck) {
  const clock = new VirtualClock();
  const outcome: string[] = [];
  const test = new SelfTest({
    clock,
    deadlineMs: 10_000,
    application,
    onPassed: () => outcome.push("passed"),
    onFailed: (reason) => outcome.push(reason),
  });
  test.start();
  return { clock, outcome, test };
}

const works: ApplicationCheck = (done) => done(undefined);

describe("self-test", () => {
  it("passes when the application works and the cloud is reached", () => {
    const { outcome, test } = setUp(works);
    assert.deepEqual(outcome, []);
    test.cloudReached();
    assert.deepEqual(outcome, ["passed"]);
  });

  it("passes when the cloud is reached before the application answers", () => {
    let answer: (problem: string | undefined) => void = () => assert.fail("not started");
    const { outcome, test } = setUp((done) => {
      answer = done;
    });
    test.cloudReached();
    assert.deepEqual(outcome, []);
    answer(undefined);
    assert.deepEqual(outcome, ["passed"]);
  });

  it("fails at the deadline, naming what was missing", () => {
    const noCloud = setUp(works);
    noCloud.clock.advance(9_999);
    assert.deepEqual(noCloud.outcome, []);
    noCloud.clock.advance(1);
    assert.deepEqual(noCloud.outcome, ["no cloud connection within 10 s"]);

    const noApplication = setUp(() => {});
    noApplication.test.cloudReached();
    noApplication.clock.advance(10_000);
    assert.deepEqual(noApplication.outcome, ["no word from the application within 10 s"]);
  });

  it("gives one verdict only", () => {
    const { clock, outcome, test } = setUp((done) => done("GNSS does not answer"));
    test.cloudReached();
    test.fail("again");
    clock.advance(20_000);
    assert.deepEqual(outcome, ["GNSS does not answer"]);

    const passed = setUp(works);
    passed.test.cloudReached();
    passed.test.fail("too late");
    passed.clock.advance(20_000);
    assert.deepEqual(passed.outcome, ["passed"]);
  });
});
