import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { consistsOf, isAlphanumeric, isDigit, isHexDigit, isLetter } from "./characters.ts";

const codes = Array.from({ length: 0x200 }, (_, code) => code);

function those(isOne: (code: number) => boolean): string {
  return String.fromCharCode(...codes.filter(isOne));
}

describe("characters", () => {
  it("are digits and letters of ASCII, and no others", () => {
    assert.equal(those(isDigit), "0123456789");
    assert.equal(those(isLetter), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    assert.equal(those(isHexDigit), "0123456789ABCDEFabcdef");
  });

  it("of a text are all looked at", () => {
    assert.equal(isAlphanumeric("aZ9-_", "-_"), true);
    assert.equal(isAlphanumeric("aZ9-_\n", "-_"), false);
    assert.equal(isAlphanumeric("\u00e9", "-_"), false);
    assert.equal(consistsOf("0123456789", isDigit), true);
    assert.equal(consistsOf("012345678x", isDigit), false);
    assert.equal(consistsOf("", isDigit), false);
  });
});
