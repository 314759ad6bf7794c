import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { config } from "../config.ts";
import { Failure } from "../failure.ts";
import { Body } from "./body.ts";

interface Outcome {
  readonly data: string;
  readonly ended: boolean;
  readonly taken: number;
}

/** Reads `text` in pieces of at most `pieceBytes`, up to the body's end. */
function read(body: Body, text: string, pieceBytes: number): Outcome {
  const bytes = new Uint8Array(Buffer.from(text, "latin1"));
  let data = "";
  let taken = 0;
  while (taken < bytes.length && !body.ended) {
    const next = body.read(bytes, taken, Math.min(taken + pieceBytes, bytes.length));
    assert.ok(next > taken, "no progress");
    assert.ok(body.dataLength === 0 || body.dataFrom + body.dataLength === next, "data run");
    const run = bytes.subarray(body.dataFrom, body.dataFrom + body.dataLength);
    data += Buffer.from(run).toString("latin1");
    taken = next;
  }
  return { data, ended: body.ended, taken };
}

function readChunked(text: string, pieceBytes = 1024): Outcome {
  const body = new Body();
  body.beginChunked();
  return read(body, text, pieceBytes);
}

function assertRefused(text: string): void {
  for (const pieceBytes of [1, 1024]) {
    assert.throws(
      () => readChunked(text, pieceBytes),
      (error) => error instanceof Failure && error.code === "HTTP_RESPONSE",
      JSON.stringify(text.slice(0, 60)),
    );
  }
}

describe("a body of known length", () => {
  it("ends with its last byte", () => {
    for (const pieceBytes of [1, 3, 100]) {
      const body = new Body();
      body.begin(5);
      assert.deepEqual(read(body, "abcdefgh", pieceBytes), {
        data: "abcde",
        ended: true,
        taken: 5,
      });
    }
  });
});

describe("a chunked body", () => {
  for (const [text, data] of [
    ["0\r\n\r\n", ""],
    ["3\r\nabc\r\n0\r\n\r\n", "abc"],
    ["3\nabc\n0\n\n", "abc"],
    ['0000000A;a=b;c="d;"\r\n0123456789\r\n1 \t\r\na\r\n000\r\n\r\n', "0123456789a"],
    ["2\r\n\r\n\r\n0\r\nTrailer: 1\r\nOther: 2\r\n\r\n", "\r\n"],
  ] as const) {
    it(`${JSON.stringify(text)} in any pieces`, () => {
      for (let pieceBytes = 1; pieceBytes <= text.length + 1; pieceBytes += 1) {
        const expected = { data, ended: true, taken: text.length };
        assert.deepEqual(readChunked(`${text}X`, pieceBytes), expected);
      }
    });
  }

  for (const text of [
    "\r\n",
    "g\r\n",
    "-1\r\n",
    "0x3\r\nabc",
    ";\r\n",
    " 3\r\nabc",
    "3,\r\nabc",
    "3\r\nabcd",
    "3\r\nabc3\r\n",
    "3\r\nabc\r\r\n",
    "123456789\r\n",
    "000000000\r\n",
  ]) {
    it(`${JSON.stringify(text)} is refused`, () => assertRefused(text));
  }

  it("has bounded extensions and trailers", () => {
    const longest = "e".repeat(config.headerLineMaxBytes - 4);
    assert.equal(readChunked(`1;${longest}\r\na\r\n0\r\n\r\n`).ended, true);
    assertRefused(`1;${longest}ee\r\na\r\n0\r\n\r\n`);
    const line = `T: ${"t".repeat(95)}\r\n`;
    const fitting = Math.floor((config.headerMaxBytes - 2) / line.length);
    assert.equal(readChunked(`0\r\n${line.repeat(fitting)}\r\n`).ended, true);
    assertRefused(`0\r\n${line.repeat(fitting + 1)}\r\n`);
  });

  it("of damaged bytes is refused or read, the same in any pieces", () => {
    function outcome(text: string, pieceBytes: number): unknown {
      try {
        return readChunked(text, pieceBytes);
      } catch (error) {
        assert.ok(error instanceof Failure, String(error));
        return error.code;
      }
    }
    const good = '5\r\nhello\r\nb;x="y"\r\n, my world!\r\n0\r\nT: 1\r\n\r\n';
    fc.assert(
      fc.property(
        fc.nat(good.length),
        fc.nat(4),
        fc.string({ unit: "binary", maxLength: 4 }),
        fc.integer({ min: 1, max: 20 }),
        (at, remove, insert, pieceBytes) => {
          const text = good.slice(0, at) + insert + good.slice(at + remove);
          assert.deepEqual(outcome(text, pieceBytes), outcome(text, 1000));
        },
      ),
      { numRuns: 1000 },
    );
  });
});
