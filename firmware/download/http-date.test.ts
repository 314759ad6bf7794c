import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { parseHttpDate } from "./http-date.ts";

describe("an HTTP date", () => {
  for (const text of [
    "Sun, 06 Nov 1994 08:49:37 GMT",
    "Sunday, 06-Nov-94 08:49:37 GMT",
    "Sun Nov  6 08:49:37 1994",
  ]) {
    it(`is understood as ${text}`, () => {
      assert.equal(parseHttpDate(text), 784_111_777);
    });
  }

  it("is the second that Node says, from 1970 to 2100", () => {
    const seconds = fc.integer({ min: 0, max: 4_102_444_800 });
    fc.assert(
      fc.property(seconds, (second) => {
        assert.equal(parseHttpDate(new Date(second * 1000).toUTCString()), second);
      }),
      { numRuns: 2000 },
    );
  });

  for (const text of [
    "",
    "120",
    "Sun, 06 Nov 1994 08:49:37",
    "Sun, 06 Nov 1994 08:49:37 CET",
    "Sun, 32 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nox 1994 08:49:37 GMT",
    "Sun, 06 anF 1994 08:49:37 GMT",
    "Sun, 06 Nov 1969 08:49:37 GMT",
    "Sun, 06 Nov 1994 24:49:37 GMT",
    "Sun, 06 Nov 1994 08:60:37 GMT",
    "Sun, 06 Nov 1994 08:49:61 GMT",
    'Sun, 06 Nov 1994 08:49:37 "GMT',
    `Sun, 06 Nov 1994 08:49:37 GMT${" ".repeat(20)}`,
  ]) {
    it(`is not ${JSON.stringify(text)}`, () => {
      assert.equal(parseHttpDate(text), undefined);
    });
  }
});
