import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { UsageError } from "../../../tools/command-line/usage-error.ts";
import { FAULT_FORMS, type Fault, faultsOf, parseFault } from "./faults.ts";

const good: readonly [string, Fault][] = [
  ["power@flash:1", { kind: "power", operation: 1, torn: false }],
  ["power@flash:123:torn", { kind: "power", operation: 123, torn: true }],
  ["drop@byte:0", { kind: "drop", byte: 0 }],
  ["stall@byte:4096", { kind: "stall", byte: 4096 }],
  ["corrupt@byte:999999999", { kind: "corrupt", byte: 999_999_999 }],
  ["http:503@request:2", { kind: "http", status: 503, request: 2 }],
  ["range-ignored@request:1", { kind: "range-ignored", request: 1 }],
  ["etag-change@request:3", { kind: "etag-change", request: 3 }],
  ["mqtt-drop@message:4", { kind: "mqtt-drop", message: 4 }],
  ["cancel@byte:5000", { kind: "cancel", byte: 5000 }],
  ["bad-image", { kind: "bad-image" }],
  ["crash-at-boot", { kind: "crash-at-boot" }],
  ["no-cloud-after-swap", { kind: "no-cloud-after-swap" }],
];

const bad: readonly [string, RegExp][] = [
  ["", /none of the known forms/],
  ["power", /needs "@flash:N"/],
  ["power@flash", /none of the known forms/],
  ["power@flash:", /none of the known forms/],
  ["power@flash:0", /"0" is not a whole number from 1/],
  ["power@flash:-1", /"-1" is not/],
  ["power@flash:1.5", /"1.5" is not/],
  ["power@flash:0x10", /"0x10" is not/],
  ["power@flash:1e3", /"1e3" is not/],
  ["power@flash:9999999999", /"9999999999" is not/],
  ["power@byte:1", /needs "@flash:N"/],
  ["power@flash:1:tron", /"tron"/],
  ["power@flash:1:torn:torn", /none of the known forms/],
  ["power:1@flash:1", /"1" is too much/],
  ["drop@byte:x", /"x" is not a whole number from 0/],
  ["drop@byte:1:torn", /"torn" is too much/],
  ["stall@request:1", /needs "@byte:N"/],
  ["corrupt", /needs "@byte:N"/],
  ["http@request:1", /STATUS is/],
  ["http:99@request:1", /STATUS is/],
  ["http:600@request:1", /STATUS is/],
  ["http:503", /needs "@request:N"/],
  ["http:503@request:0", /"0" is not/],
  ["range-ignored@byte:1", /needs "@request:N"/],
  ["etag-change", /needs "@request:N"/],
  ["mqtt-drop@request:1", /needs "@message:N"/],
  ["cancel@byte", /none of the known forms/],
  ["bad-image@byte:1", /takes no "@"/],
  ["crash-at-boot:1", /"1" is too much/],
  ["Drop@byte:1", /none of the known forms/],
  ["nonsense@byte:1", /there is no fault "nonsense"/],
];

describe("parseFault", () => {
  for (const [spec, fault] of good) {
    it(`reads ${spec}`, () => assert.deepEqual(parseFault(spec), fault));
  }

  for (const [spec, problem] of bad) {
    it(`refuses "${spec}" in one line that names it`, () => {
      assert.throws(
        () => parseFault(spec),
        (error) => {
          assert.ok(error instanceof UsageError);
          assert.match(error.message, problem);
          assert.ok(error.message.startsWith(`--fault ${spec}: `));
          assert.doesNotMatch(error.message, /\n/);
          for (const form of FAULT_FORMS) assert.ok(error.message.includes(form));
          return true;
        },
      );
    });
  }

  it("meets every kind in the list of good specs", () => {
    const kinds = new Set(good.map(([, fault]) => fault.kind));
    assert.equal(kinds.size, FAULT_FORMS.length);
  });

  it("throws nothing but usage errors, whatever it is given", () => {
    const word = fc.constantFrom("power", "drop", "@", ":", "flash", "byte", "torn", "1", "-", " ");
    const spec = fc.oneof(
      fc.string(),
      fc.array(word).map((words) => words.join("")),
    );
    fc.assert(
      fc.property(spec, (text) => {
        try {
          parseFault(text);
        } catch (error) {
          assert.ok(error instanceof UsageError);
        }
      }),
    );
  });
});

describe("faultsOf", () => {
  it("picks one kind in order", () => {
    const faults = ["drop@byte:9", "bad-image", "drop@byte:3"].map(parseFault);
    assert.deepEqual(
      faultsOf(faults, "drop").map((fault) => fault.byte),
      [9, 3],
    );
  });
});
