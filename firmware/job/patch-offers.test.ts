import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { JsonReader } from "./json/reader.ts";
import { hexExecution } from "./message-fields.ts";
import { type PatchOffer, PatchOffers } from "./patch-offers.ts";

const running = "5a".repeat(32);

function best(patches: unknown, image = running): PatchOffer | undefined {
  const offers = new PatchOffers(image);
  const reader: JsonReader = new JsonReader([hexExecution], (index) =>
    offers.see(index, reader.message.at("execution").at("jobDocument").at("patches")),
  );
  const bytes = Buffer.from(JSON.stringify({ execution: { jobDocument: { patches } } }));
  offers.begin();
  reader.push(bytes, 0, bytes.length);
  assert.equal(reader.end(), "sound");
  return offers.best;
}

const entries = fc.array(
  fc.record(
    {
      from: fc.constantFrom(running, running.toUpperCase(), "6b".repeat(32), "", 7, null),
      size: fc.oneof(
        fc.integer({ min: -2, max: 50 }),
        fc.integer({ min: 0, max: 50 }).map(String),
        fc.constantFrom(1.5, "1.5", "x", "", null, {}),
      ),
      location: fc.constantFrom("x", {}, { url: "https://a.example/f" }),
    },
    { requiredKeys: [], noNullPrototype: true },
  ),
  { maxLength: 12 },
);

/** The same, told in another way: all that fit, by size and then by place. */
function oracle(list: readonly { readonly from?: unknown; readonly size?: unknown }[]) {
  return list
    .map(({ from, size }, index) => ({
      from,
      size: Number(size ?? Number.NaN),
      index,
      given: size,
    }))
    .filter(({ given, size }) => typeof given !== "object" && Number.isInteger(size) && size > 0)
    .filter(({ from }) => from === undefined || String(from).toLowerCase() === running)
    .sort((one, other) => one.size - other.size || one.index - other.index)
    .map(({ index, size, from }) => ({ index, size, isPacked: from === undefined }))[0];
}

describe("patch offers", () => {
  it("choose the smallest that fits, of any list", () => {
    fc.assert(
      fc.property(entries, (list) => {
        assert.deepEqual(best(list), oracle(list));
      }),
      { numRuns: 2000 },
    );
  });

  it("are packed images alone where what runs has no identity", () => {
    assert.equal(best([{ from: "", size: 5 }], ""), undefined);
    assert.equal(best([{ from: running, size: 5 }], ""), undefined);
    assert.deepEqual(best([{ size: 5 }], ""), { index: 0, size: 5, isPacked: true });
  });

  it("do not outlive their message", () => {
    assert.equal(best([]), undefined);
  });
});
