import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { checkAgainstNode } from "../../../hw-test/campaigns/input/json-oracle.ts";
import { writeJson } from "../../../hw-test/campaigns/input/json-writer.ts";
import { mutateBytes } from "../../../hw-test/campaigns/input/mutate.ts";
import { Random } from "../../../hw-test/desk/random.ts";
import { config } from "../../config.ts";
import { hexExecution } from "../message-fields.ts";
import type { JsonFieldTable } from "./fields.ts";
import { JsonReader, type JsonVerdict } from "./reader.ts";

const small: JsonFieldTable = [
  { path: "", maxBytes: 6 },
  { path: "a", maxBytes: 5 },
  { path: "ab", maxBytes: 12 },
  { path: "b", maxBytes: 9 },
  { path: "b.a", maxBytes: 30 },
  { path: "b.c", maxBytes: 30, isAlternative: true },
  { path: "b.b", maxBytes: 0 },
  { path: "b.b.a", maxBytes: 3 },
  { path: "b.b.b", maxBytes: 40 },
];

/** Names that are asked for, that nearly are, and any. */
const names = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom("a", "b", "c", "ab") },
  fc.constantFrom("", "b.a", "b.", ".a", "A", "aa", "\u0000a", "á", "__proto__", "x".repeat(40)),
  fc.string({ unit: "binary", maxLength: 4 }),
);

/** UTF-16 units of any kind, halves of pairs among them. */
const units = fc
  .array(fc.oneof(fc.nat(0x7f), fc.integer({ min: 0xd800, max: 0xdfff }), fc.nat(0xffff)))
  .map((codes) => String.fromCharCode(...codes));

const values = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.oneof(
      fc.string({ unit: "binary" }),
      units,
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer(),
      fc.constantFrom(null, true, false, 0, -0, 1e300, "https://a.example/?x=%2F"),
    ),
    { weight: 3, arbitrary: fc.dictionary(names, tie("value"), { maxKeys: 5 }) },
    fc.array(tie("value"), { maxLength: 3 }),
  ),
})).value;

/** Objects at the top, mostly, for anything else is refused or forgotten at once. */
const messages = fc.oneof(
  { weight: 6, arbitrary: fc.dictionary(names, values, { maxKeys: 5 }) },
  values,
);
const seeds = fc.integer().map((seed) => new Random(seed));

function read(reader: JsonReader, bytes: Uint8Array, table: JsonFieldTable): JsonVerdict {
  reader.begin(table);
  reader.push(bytes, 0, bytes.length);
  return reader.end();
}

/** All that can be seen of a message. */
function seen(reader: JsonReader, table: JsonFieldTable): unknown[] {
  return table.map(({ path }) => {
    let value = reader.message;
    for (const name of path === "" ? [] : path.split(".")) value = value.at(name);
    return [value.kind(), value.length(), value.text(), value.number()];
  });
}

const execution = {
  clientToken: "8000-1",
  timestamp: 1.5e9,
  execution: {
    jobId: "job-1",
    status: "IN_PROGRESS",
    statusDetails: { phase: "ü\n", list: [true, null, -0.5e-3, []] },
    versionNumber: 2,
    jobDocument: {
      operation: "app_fw_update",
      size: "3752",
      filename: "прошивка.hex",
      location: { url: "https://h.example/f?X=\u{1f600}", protocol: "https", path: "f" },
      fwversion: "1.0.1",
      crc32: "cbf43926",
    },
  },
};

describe("the JSON reader against TextDecoder and JSON.parse", () => {
  const reader = new JsonReader([small, hexExecution]);
  const check = (bytes: Uint8Array, table: JsonFieldTable): void => {
    const verdict = read(reader, bytes, table);
    checkAgainstNode(bytes, { reader, verdict, table });
  };

  it("keeps the same of any JSON, however it is written", () => {
    fc.assert(
      fc.property(messages, seeds, (message, random) => {
        const bytes = Buffer.from(writeJson(message, random));
        assert.deepEqual(JSON.parse(bytes.toString()), JSON.parse(JSON.stringify(message)));
        check(bytes, small);
      }),
      { numRuns: 5000 },
    );
  });

  it("gives the same verdict on 200,000 damaged texts, and keeps the same of the sound ones", () => {
    let soundCount = 0;
    fc.assert(
      fc.property(messages, seeds, (message, random) => {
        const isJob = random.below(3) === 0;
        const table = isJob ? hexExecution : small;
        const whole = Buffer.from(writeJson(isJob ? execution : message, random));
        for (let times = 0; times < 100; times += 1) {
          const bytes = mutateBytes(whole, random);
          check(bytes, table);
          if (reader.end() === "sound") soundCount += 1;
        }
      }),
      { numRuns: 2000 },
    );
    assert.ok(soundCount > 10_000, `${soundCount} sound ones are too few to say much`);
  });

  it("does not see where the pieces begin", () => {
    const other = new JsonReader([small]);
    fc.assert(
      fc.property(messages, seeds, fc.nat(3), (message, random, damage) => {
        const whole: Uint8Array = Buffer.from(writeJson(message, random));
        const bytes = damage === 0 ? mutateBytes(whole, random) : whole;
        const verdict = read(reader, bytes, small);
        for (const longest of [1, 2, 7]) {
          other.begin(small);
          for (let at = 0; at < bytes.length; ) {
            const to = Math.min(bytes.length, at + 1 + random.below(longest));
            other.push(bytes, at, to);
            at = to;
          }
          assert.equal(other.end(), verdict);
          assert.deepEqual(seen(other, small), seen(reader, small));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("tells the depth as a parser would", () => {
    fc.assert(
      fc.property(messages, seeds, fc.nat(40), (message, random, more) => {
        const open = random.pick(["[", '{"b":', '{"z":']);
        const text = open.repeat(more) + writeJson(message, random);
        const bytes = Buffer.from(text + (open === "[" ? "]" : "}").repeat(more));
        check(bytes, small);
        const isShallow = more < config.jsonDepthMax - 8;
        if (isShallow) assert.notEqual(reader.end(), "tooDeep");
        if (more > config.jsonDepthMax) assert.equal(reader.end(), "tooDeep");
      }),
      { numRuns: 500 },
    );
  });
});
