import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { config } from "../config.ts";
import { nestsTooDeep } from "./json.ts";

function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

test("measures the nesting of any JSON as a parser would", () => {
  const value = fc.json({ maxDepth: 6, stringUnit: "binary" });
  fc.assert(
    fc.property(value, fc.nat(60), fc.constantFrom("[", '{"a":'), (text, more, open) => {
      const close = open === "[" ? "]" : "}";
      const json = open.repeat(more) + text + close.repeat(more);
      const isDeep = depthOf(JSON.parse(json)) > config.jsonDepthMax;
      assert.equal(nestsTooDeep(Buffer.from(json)), isDeep);
    }),
    { numRuns: 500 },
  );
});

test("brackets in strings do not count, escaped quotes do not end them", () => {
  const text = JSON.stringify(`\\"${"[{".repeat(100)}`);
  assert.equal(nestsTooDeep(Buffer.from(text)), false);
  assert.equal(nestsTooDeep(Buffer.from(`${text}${"[".repeat(config.jsonDepthMax + 1)}`)), true);
});
