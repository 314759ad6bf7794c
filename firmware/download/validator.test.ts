import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ResponseHead } from "./response-head.ts";
import { Validator } from "./validator.ts";

function head(etag: string | undefined): ResponseHead {
  const made = new ResponseHead();
  made.etag = etag;
  return made;
}

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
