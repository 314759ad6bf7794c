import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ResponseHead } from "./response-head.ts";
import { Validator } from "./validator.ts";

function head(etag: string | undefined, modified?: string): ResponseHead {
  return Object.assign(new ResponseHead(), { etag, modified });
}

const monday = "Mon, 23 Nov 2026 15:00:00 GMT";
const tuesday = "Tue, 24 Nov 2026 15:00:00 GMT";

describe("a validator", () => {
  it("of a strong ETag goes out in If-Range, one of a weak ETag does not", () => {
    assert.equal(new Validator('"one"').ifRange(), '"one"');
    assert.equal(new Validator('W/"one"').ifRange(), undefined);
    assert.equal(new Validator(undefined).ifRange(), undefined);
  });

  for (const [known, answered, vouches] of [
    ['"one"', '"one"', true],
    ['"one"', '"two"', false],
    ['"one"', 'W/"one"', false],
    ['"one"', undefined, true],
    ['W/"one"', 'W/"one"', true],
    ['W/"one"', 'W/"two"', false],
    ['W/"one"', undefined, false],
    [undefined, '"two"', true],
    [undefined, undefined, true],
  ] as const) {
    it(`${known} ${vouches ? "vouches" : "does not vouch"} for ${answered}`, () => {
      assert.equal(new Validator(known).vouchesFor(head(answered)), vouches);
    });
  }

  it("may be a date where there is no ETag, and goes out in If-Range as it came", () => {
    const validator = new Validator(undefined);
    assert.equal(validator.take(head(undefined, monday)), monday);
    assert.equal(validator.ifRange(), monday);
    assert.equal(validator.vouchesFor(head(undefined, monday)), true);
    assert.equal(validator.vouchesFor(head('"one"', monday)), true);
    assert.equal(validator.vouchesFor(head(undefined)), true);
    assert.equal(validator.vouchesFor(head(undefined, tuesday)), false);
    assert.equal(new Validator(monday).ifRange(), monday);
    assert.equal(validator.take(head('W/"one"', monday)), 'W/"one"');
    assert.equal(validator.ifRange(), undefined);
  });

  it("tells the same file by what the answer says of itself, and by nothing else", () => {
    for (const [known, answer, isSame] of [
      ['"one"', head('"one"'), true],
      ['"one"', head(undefined, monday), false],
      ['"one"', head('"two"'), false],
      [monday, head(undefined, monday), true],
      [monday, head(undefined), false],
      [undefined, head('"one"'), false],
      [undefined, head(undefined), false],
    ] as const) {
      assert.equal(new Validator(known).isOf(answer), isSame, known);
    }
  });

  it("is known by the last answer, and forgotten", () => {
    const validator = new Validator("one, unquoted");
    assert.equal(validator.isKnown(), false);
    validator.take(head('"one"'));
    assert.equal(validator.isKnown(), true);
    validator.take(head(undefined));
    assert.equal(validator.isKnown(), false);
    validator.take(head('"two"'));
    validator.forget();
    assert.equal(validator.isKnown(), false);
  });
});
