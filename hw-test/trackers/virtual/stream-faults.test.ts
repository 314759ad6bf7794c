import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { parseFault } from "./faults.ts";
import { StreamFaults } from "./stream-faults.ts";

function faults(...specs: string[]): StreamFaults {
  return new StreamFaults(specs.map(parseFault));
}

const ten = Uint8Array.from([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);

describe("StreamFaults", () => {
  it("lets everything through without a fault", () => {
    const stream = faults("power@flash:1", "cancel@byte:3");
    assert.deepEqual(stream.pass(ten), { bytes: ten, end: undefined });
    assert.equal(stream.passedBytes, 10);
  });

  it("ends the connection exactly before the byte, once", () => {
    const stream = faults("drop@byte:13");
    assert.equal(stream.pass(ten).end, undefined);
    assert.deepEqual(stream.pass(ten), { bytes: ten.subarray(0, 3), end: "drop" });
    assert.equal(stream.passedBytes, 13);
    assert.deepEqual(stream.pass(ten), { bytes: ten, end: undefined });
  });

  it("drops before the very first byte", () => {
    assert.deepEqual(faults("stall@byte:0").pass(ten), { bytes: new Uint8Array(0), end: "stall" });
  });

  it("flips one bit of the byte and leaves the caller's bytes alone", () => {
    const stream = faults("corrupt@byte:12");
    stream.pass(ten);
    assert.deepEqual([...stream.pass(ten).bytes], [0, 1, 3, 3, 4, 5, 6, 7, 8, 9]);
    assert.equal(ten[2], 2);
  });

  it("takes several faults in order of their bytes", () => {
    const stream = faults("drop@byte:8", "corrupt@byte:2", "corrupt@byte:9");
    const first = stream.pass(ten);
    assert.deepEqual([...first.bytes], [0, 1, 3, 3, 4, 5, 6, 7]);
    assert.equal(first.end, "drop");
    assert.deepEqual([...stream.pass(ten).bytes], [0, 0, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it("counts the same however the stream is cut", () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 });
    fc.assert(
      fc.property(fc.nat(300), cuts, (byte, lengths) => {
        const stream = faults(`drop@byte:${byte}`);
        let passed = 0;
        for (let turn = 0; ; turn++) {
          const step = stream.pass(new Uint8Array(lengths[turn % lengths.length] ?? 1));
          passed += step.bytes.byteLength;
          if (step.end !== undefined) break;
          assert.ok(passed <= byte);
        }
        assert.equal(passed, byte);
      }),
    );
  });
});
