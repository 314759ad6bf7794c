import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Failure } from "../failure.ts";
import { PartialFile } from "./partial-file.ts";
import { ResponseHead } from "./response-head.ts";

const target = { host: "a.example", port: 443, path: "/file" };

function partial(from: number, etag?: string): PartialFile {
  return new PartialFile({ size: 1000, from, etag, rangeBytes: 400 });
}

function head(fields: Partial<ResponseHead>): ResponseHead {
  return Object.assign(new ResponseHead(), fields);
}

function part(first: number, last: number, etag?: string): ResponseHead {
  return head({ contentRange: { first, last, total: 1000 }, etag });
}

function failure(code: string): (error: unknown) => boolean {
  return (error) => error instanceof Failure && error.code === code;
}

describe("a partial file", () => {
  it("asks for one range after the other, the last one shorter", () => {
    const file = partial(0);
    for (const [first, last] of [
      [0, 399],
      [400, 799],
      [800, 999],
    ] as const) {
      assert.equal(file.isComplete(), false);
      const asked = file.nextRange(target);
      assert.deepEqual([asked.first, asked.last, asked.ifRange], [first, last, undefined]);
      assert.equal(file.beginPart(part(first, last)), true);
      assert.equal(file.advance(last - first + 1), first);
      assert.equal(file.endsEarly(), false);
    }
    assert.equal(file.isComplete(), true);
  });

  it("resumes with an ETag, from byte 0 without, and begins anew after a restart", () => {
    assert.equal(partial(400).canResume(), false);
    assert.equal(partial(0).canResume(), true);
    const file = partial(400, '"one"');
    assert.equal(file.canResume(), true);
    assert.equal(file.nextRange(target).ifRange, '"one"');
    file.restart();
    assert.equal(file.position, 0);
    const { first, last, ifRange } = file.nextRange(target);
    assert.deepEqual([first, last, ifRange], [0, 399, undefined]);
  });

  it("takes a part of another file for its first bytes, not for later ones", () => {
    const begun = partial(400, '"one"');
    begun.nextRange(target);
    assert.equal(begun.beginPart(part(400, 799, '"two"')), false);
    const fresh = partial(0, '"one"');
    fresh.nextRange(target);
    assert.equal(fresh.beginPart(part(0, 399, '"two"')), true);
  });

  it("takes no more than was announced, and says where the whole file ends", () => {
    const ranged = partial(0);
    ranged.nextRange(target);
    ranged.beginPart(part(0, 99));
    assert.throws(() => ranged.advance(101), failure("HTTP_RESPONSE"));
    ranged.advance(99);
    assert.equal(ranged.endsEarly(), true);
    const whole = partial(0);
    whole.beginWhole(head({}));
    assert.throws(() => whole.advance(1001), failure("FILE_LENGTH"));
    whole.advance(999);
    assert.throws(() => whole.endsEarly(), failure("FILE_LENGTH"));
  });

  it("is tainted by a file of another length, whatever was here before", () => {
    const file = partial(400, '"one"');
    file.nextRange(target);
    assert.equal(file.beginWhole(head({})), false);
    file.restart();
    assert.equal(file.beginWhole(head({})), true);
    assert.equal(file.isTainted(), false);
    file.advance(3);
    assert.equal(file.isTainted(), true);
  });

  it("passes over what is here where the whole of the same file comes", () => {
    const file = partial(400, '"one"');
    file.nextRange(target);
    assert.equal(file.beginWhole(head({ etag: '"one"', contentLength: 1000 })), true);
    assert.deepEqual([file.skip(300), file.skip(300)], [300, 100]);
    assert.equal(file.advance(200), 400);
    assert.equal(file.isDoubtful, false);
  });

  it("says whether an answer was too short: a 64th of the range is enough", () => {
    const file = partial(0);
    assert.equal(file.partMinBytes, 7);
    for (const length of [6, 7]) {
      const { first } = file.nextRange(target);
      file.beginPart(part(first, first + length - 1));
      file.advance(length);
      assert.equal(file.isTooShort(), length < 7);
    }
  });

  it("refuses a file of another length, whatever tells it", () => {
    const contentRange = { first: -1, last: -1, total: 999 };
    assert.throws(
      () => partial(0).beginWhole(head({ contentLength: 999 })),
      failure("FILE_LENGTH"),
    );
    assert.throws(
      () => partial(0).checkUnsatisfiable(head({ contentRange })),
      failure("FILE_LENGTH"),
    );
    partial(0).checkUnsatisfiable(head({}));
  });
});
