import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { VirtualClock } from "../../hw-test/model/virtual-clock.ts";
import { config } from "../config.ts";
import { Progress, statusDetails } from "./progress.ts";

test("makes texts that the service takes", () => {
  const value = fc.oneof(fc.string({ unit: "binary", maxLength: 400 }), fc.double(), fc.integer());
  fc.assert(
    fc.property(value, (anything) => {
      const text = statusDetails({ detail: anything })["detail"] ?? "";
      assert.match(text, /^[ -~]+$/);
      assert(text.length <= config.detailMaxChars);
    }),
  );
});

test("leaves out what is undefined and keeps the order", () => {
  const details = statusDetails({ reason: "FILE_CRC", line: undefined, bytes: 12, detail: "a\nb" });
  assert.deepEqual(Object.entries(details), [
    ["reason", "FILE_CRC"],
    ["bytes", "12"],
    ["detail", "a?b"],
  ]);
});

test("refuses too many pairs and bad keys: bugs of ours", () => {
  const many = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`k${index}`, 1]));
  assert.throws(() => statusDetails(many), /assertion/);
  assert.throws(() => statusDetails({ "a b": 1 }), /assertion/);
});

test("tells a new phase at once, bytes at a bounded rate, no news never", () => {
  const clock = new VirtualClock();
  const progress = new Progress(clock);
  const at = (phase: string, bytes: number) => progress.next({ phase, bytes, size: 200 });
  assert.deepEqual(at("downloading", 0), { phase: "downloading", percent: "0", bytes: "0" });
  assert.equal(at("downloading", 50), undefined);
  clock.advance(config.progressIntervalMs - 1);
  assert.equal(at("downloading", 99), undefined);
  clock.advance(1);
  assert.deepEqual(at("downloading", 199), { phase: "downloading", percent: "99", bytes: "199" });
  clock.advance(config.progressIntervalMs);
  assert.equal(at("downloading", 199), undefined);
  assert.deepEqual(at("resetting", 200), { phase: "resetting", percent: "100", bytes: "200" });
  progress.reset();
  assert.notEqual(at("resetting", 200), undefined);
});

test("tells a phase that passes only where the job stays in it, or the bytes are due", () => {
  const clock = new VirtualClock();
  const progress = new Progress(clock);
  const at = (phase: string, bytes: number) =>
    progress.next({ phase, bytes, size: 200 })?.["phase"];
  assert.equal(at("held", 0), undefined);
  assert.equal(at("held", 0), "held");
  assert.equal(at("held", 0), undefined, "no news");
  assert.equal(at("downloading", 0), "downloading");
  assert.equal(at("verifying", 200), undefined);
  assert.equal(at("armed", 200), undefined);
  assert.equal(at("swapping", 200), undefined);
  assert.equal(at("resetting", 200), "resetting");
  clock.advance(config.progressIntervalMs);
  assert.equal(at("verifying", 100), "verifying");
});

test("a download of an hour is told at most once an interval", () => {
  const clock = new VirtualClock();
  const progress = new Progress(clock);
  let count = 0;
  for (let second = 0; second < 3600; second += 1) {
    if (progress.next({ phase: "downloading", bytes: second, size: 3600 }) !== undefined)
      count += 1;
    clock.advance(1000);
  }
  assert.equal(count, 3_600_000 / config.progressIntervalMs);
});
