import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { writeJson } from "../../../hw-test/campaigns/input/json-writer.ts";
import { Random } from "../../../hw-test/desk/random.ts";
import type { JsonFieldTable } from "./fields.ts";
import { JsonReader } from "./reader.ts";
import type { JsonValue } from "./value.ts";

const table: JsonFieldTable = [
  { path: "", maxBytes: 0 },
  { path: "a", maxBytes: 40 },
  { path: "l", maxBytes: 0, isList: true },
  { path: "l.a", maxBytes: 40 },
  { path: "l.b", maxBytes: 40 },
  { path: "l.b.a", maxBytes: 40 },
  { path: "l.l", maxBytes: 40 },
  { path: "z", maxBytes: 40 },
];

/** Names of the table, in whichever place, and values that are lists and objects in their turn. */
const anything = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(fc.string({ maxLength: 12 }), fc.integer(), fc.constantFrom(null, true, false)),
    fc.dictionary(fc.constantFrom("a", "b", "l", "z", "x"), tie("value"), { maxKeys: 4 }),
    fc.array(tie("value"), { maxLength: 3 }),
  ),
})).value;
const messages = fc.record(
  { a: anything, l: fc.oneof(fc.array(anything, { maxLength: 6 }), anything), z: anything },
  { requiredKeys: [], noNullPrototype: true },
);
const seeds = fc.integer().map((seed) => new Random(seed));

/** A text, a number or a kind, as far as the table keeps it. */
function kept(value: unknown): unknown {
  if (typeof value === "string") return value.length <= 40 ? value : "long";
  if (typeof value === "number") return value;
  if (Array.isArray(value)) return "array";
  if (typeof value === "object" && value !== null) return "object";
  return value === undefined ? "absent" : String(value);
}

function kindOf(value: unknown): string {
  const isPlainValue = typeof value === "string" || typeof value === "number";
  return isPlainValue ? typeof value : String(kept(value));
}

function seen(value: JsonValue): unknown {
  const kind = value.kind();
  if (kind === "string") return value.text() ?? "long";
  return kind === "number" ? (value.number() ?? "long") : kind;
}

function field(value: unknown, name: string): unknown {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject && Object.hasOwn(value, name) ? (value as never)[name] : undefined;
}

const ofElement = (element: unknown) => [
  kept(field(element, "a")),
  kept(field(element, "b")),
  kept(field(field(element, "b"), "a")),
  kept(field(element, "l")),
];

function seenOf(list: JsonValue): unknown[] {
  return [list.at("a"), list.at("b"), list.at("b").at("a"), list.at("l")].map(seen);
}

/** ASCII, so that a character is a byte. */
function isPlain(message: unknown): boolean {
  return /^[\x20-\x7e]*$/.test(JSON.stringify(message));
}

describe("a list of objects", () => {
  it("is shown element by element, and what stands around it as ever", () => {
    fc.assert(
      fc.property(messages.filter(isPlain), seeds, (message, random) => {
        const shown: unknown[] = [];
        const reader: JsonReader = new JsonReader([table], (index) =>
          shown.push([index, ...seenOf(reader.message.at("l"))]),
        );
        const bytes = Buffer.from(writeJson(message, random));
        reader.begin(table);
        reader.push(bytes, 0, bytes.length);
        assert.equal(reader.end(), "sound");
        const list: unknown = message.l;
        const elements: unknown[] = Array.isArray(list) ? list : [];
        const expected = elements
          .map((element, index) => [index, element] as const)
          .filter(([, element]) => kept(element) === "object")
          .map(([index, element]) => [index, ...ofElement(element)]);
        assert.deepEqual(shown, expected);
        assert.equal(reader.message.at("l").kind(), kindOf(list));
        assert.equal(seen(reader.message.at("a")), kept(message.a));
        assert.equal(seen(reader.message.at("z")), kept(message.z));
      }),
      { numRuns: 3000 },
    );
  });

  it("keeps the element that is asked for, to the message's end", () => {
    const reader = new JsonReader([table]);
    fc.assert(
      fc.property(messages.filter(isPlain), seeds, fc.nat(6), (message, random, index) => {
        const bytes = Buffer.from(writeJson(message, random));
        reader.begin(table, index);
        reader.push(bytes, 0, bytes.length);
        assert.equal(reader.end(), "sound");
        const list: unknown = message.l;
        // A list that is an object shows its own fields: nobody asks for one.
        if (kept(list) === "object") return;
        const element: unknown = Array.isArray(list) ? list[index] : undefined;
        assert.deepEqual(seenOf(reader.message.at("l")), ofElement(element));
      }),
      { numRuns: 3000 },
    );
  });
});
