import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { batteryGate, consentGate, firstShut, signalGate, windowGate } from "./gate.ts";

function power(percent: number | undefined, dbm: number | undefined) {
  return { batteryPercent: () => percent, signalDbm: () => dbm };
}

describe("gates", () => {
  it("battery: shut below the minimum, open when not known", () => {
    assert.equal(batteryGate(power(19, undefined), 20).shut(), "battery 19 % < 20 %");
    assert.equal(batteryGate(power(20, undefined), 20).shut(), undefined);
    assert.equal(batteryGate(power(undefined, undefined), 20).shut(), undefined);
  });

  it("signal: shut below the minimum, open when not known", () => {
    assert.equal(signalGate(power(undefined, -121), -120).shut(), "signal -121 dBm < -120 dBm");
    assert.equal(signalGate(power(undefined, -120), -120).shut(), undefined);
    assert.equal(signalGate(power(undefined, undefined), -120).shut(), undefined);
  });

  it("consent: shut until given", () => {
    let given = false;
    const gate = consentGate(() => given);
    assert.equal(gate.shut(), "consent");
    given = true;
    assert.equal(gate.shut(), undefined);
  });

  it("window: open for exactly its minutes, over midnight too", () => {
    const minute = fc.integer({ min: 0, max: 1439 });
    fc.assert(
      fc.property(minute, minute, minute, (from, to, now) => {
        const length = (to - from + 1440) % 1440;
        const inside = (now - from + 1440) % 1440 < length;
        const gate = windowGate(() => now, { from, to });
        assert.equal(gate.shut() === undefined, inside);
      }),
    );
    assert.equal(windowGate(() => undefined, { from: 0, to: 1439 }).shut(), "time of day unknown");
  });

  it("the first shut one is the reason", () => {
    const open = { shut: () => undefined };
    const shut = (reason: string) => ({ shut: () => reason });
    assert.equal(firstShut([open, shut("a"), shut("b")]), "a");
    assert.equal(firstShut([open, open]), undefined);
    assert.equal(firstShut([]), undefined);
  });
});
