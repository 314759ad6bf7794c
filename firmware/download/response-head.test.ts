import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { config } from "../config.ts";
import { Failure } from "../failure.ts";
import { unknown } from "./header-values.ts";
import { OddAnswer } from "./odd-answer.ts";
import { ResponseHead } from "./response-head.ts";

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "latin1"));
}

/** Reads `text` in pieces of at most `pieceBytes`; what follows the head is left. */
function read(text: string, pieceBytes = 1024): { head: ResponseHead; taken: number } {
  const head = new ResponseHead();
  head.reset();
  const bytes = bytesOf(text);
  let taken = 0;
  while (taken < bytes.length && !head.complete) {
    taken = head.read(bytes, taken, Math.min(taken + pieceBytes, bytes.length));
  }
  return { head, taken };
}

function assertRefused(text: string): void {
  for (const pieceBytes of [1, 1024]) {
    assert.throws(
      () => read(text, pieceBytes),
      (error) => error instanceof Failure && error.code === "HTTP_RESPONSE",
      JSON.stringify(text.slice(0, 80)),
    );
  }
}

const s3 = [
  "HTTP/1.1 206 Partial Content",
  "x-amz-id-2: 0hCvYfOsYv2UvPGKqHPqhuXXl1NTyFzYkZqYJyFRnQvJrLkbwm5gW2Z9Pj3lY4yT",
  "Date: Mon, 23 Nov 2026 15:00:00 GMT",
  'ETag:\t "d41d8cd98f00b204e9800998ecf8427e" \t',
  "x-amz-checksum-crc32: y/Q5Jg==",
  "x-amz-checksum-type: FULL_OBJECT",
  "CONTENT-RANGE: bytes 0-16383/1000000",
  "content-length: 16384",
  "Retry-After: 3",
  "Location: /elsewhere",
  "Connection: keep-alive",
  "Connection: x, Close",
  "Server: AmazonS3",
  "",
  "",
].join("\r\n");

describe("a response head", () => {
  it("is read whatever the pieces, and not a byte further", () => {
    for (let pieceBytes = 1; pieceBytes <= s3.length; pieceBytes += 1) {
      const { head, taken } = read(`${s3}BODY`, pieceBytes);
      assert.equal(taken, s3.length);
      assert.equal(head.complete, true);
      assert.equal(head.status, 206);
      assert.equal(head.etag, '"d41d8cd98f00b204e9800998ecf8427e"');
      assert.equal(head.fileCrc32, 0xcbf43926);
      assert.deepEqual(head.contentRange, { first: 0, last: 16383, total: 1_000_000 });
      assert.equal(head.contentLength, 16384);
      assert.equal(head.retryAfterMs, 3000);
      assert.equal(head.location, "/elsewhere");
      assert.equal(head.keepsAlive, false);
      assert.equal(head.chunked, false);
    }
  });

  it("may end its lines with LF alone", () => {
    assert.equal(read(s3.replaceAll("\r\n", "\n")).head.contentLength, 16384);
  });

  it("keeps nothing of the one before", () => {
    const { head } = read(s3);
    head.reset();
    const bytes = bytesOf("HTTP/1.1 500\r\n\r\n");
    head.read(bytes, 0, bytes.length);
    const { complete, status, contentLength, keepsAlive, contentRange, etag } = head;
    assert.deepEqual([complete, status, contentLength, keepsAlive], [true, 500, unknown, true]);
    assert.deepEqual([contentRange, etag, head.location], [undefined, undefined, undefined]);
    assert.deepEqual([head.retryAfterMs, head.fileCrc32], [0, undefined]);
  });

  it("takes the final response after interim ones, with nothing of theirs", () => {
    const early = 'HTTP/1.1 100 Continue\r\nContent-Length: 7\r\nETag: "x"\r\n\r\n';
    const { head } = read(`${early}${early}HTTP/1.1 200 OK\r\n\r\n`);
    assert.deepEqual([head.status, head.contentLength, head.etag], [200, unknown, undefined]);
  });

  for (const line of [
    "",
    "HTTP/1.1",
    "HTTP/1.1 20",
    "HTTP/1.1 2000 OK",
    "HTTP/1.1  200 OK",
    "HTTP/1.1 2x0 OK",
    "HTTP/1.1 099 OK",
    "HTTP/1.1 600 OK",
    "HTTP/2.0 200 OK",
    "http/1.1 200 OK",
    "HTTP/1.x 200 OK",
    "ICY 200 OK",
    " HTTP/1.1 200 OK",
    ":10000000FFFF",
    "\u0000",
  ]) {
    it(`does not begin with ${JSON.stringify(line)}`, () => {
      assertRefused(`${line}\r\nServer: x\r\n\r\n`);
    });
  }

  it("is known for none by its first bytes, without an end of the line", () => {
    assertRefused("U".repeat(16));
    assert.equal(read("HTTP/1.1 206 Part").head.status, 206);
  });

  it("may lack a reason phrase, or have one of any length", () => {
    assert.equal(read("HTTP/1.1 404\r\n\r\n").head.status, 404);
    assert.equal(read("HTTP/1.1 404 \r\n\r\n").head.status, 404);
    assert.equal(read(`HTTP/1.1 404 ${"x".repeat(4000)}\r\n\r\n`).head.status, 404);
  });

  for (const lines of [
    "no colon",
    ": no name",
    "ETag : blank before the colon",
    "Content-Length: 5\r\nContent-Length: 5",
    "Content-Length: 5\r\nContent-Length: 6",
    "Content-Length: 5, 5",
    "Content-Length: -5",
    "Content-Length: ",
    "Content-Length: 5x",
    "Content-Length: 0x5",
    `Content-Length: ${"9".repeat(16)}`,
    `Content-Length: ${"0".repeat(200)}5`,
    "Content-Range: bytes 0-1/2\r\nContent-Range: bytes 0-1/2",
    'ETag: "a"\r\nETag: "b"',
    "Location: /a\r\nlocation: /b",
    "Transfer-Encoding: gzip, chunked",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding: chunked\r\nContent-Length: 5",
    "Location: /a\rX: y",
    "Location: /a\u0000",
    "N\u0001: x",
    "\u00e9: x",
    "\rServer: x",
  ]) {
    it(`with ${JSON.stringify(lines.slice(0, 60))} is refused`, () => {
      assertRefused(`HTTP/1.1 206 x\r\n${lines}\r\n\r\n`);
    });
  }

  it("may fold a line: that is one space (RFC 9112, 5.2)", () => {
    const folded = [
      "HTTP/1.1 206 x",
      " nothing goes on here",
      "Server: x",
      "\tfolded",
      "Content-Range: bytes",
      " \t 0-9/100",
      "Content-Length:",
      "\t10  ",
      'ETag: "one"',
      " ",
      "Connection: x,",
      " y,  ",
      "  close",
      "",
      "",
    ].join("\r\n");
    for (const text of [folded, folded.replaceAll("\r\n", "\n")]) {
      for (let pieceBytes = 1; pieceBytes < 40; pieceBytes += 1) {
        const { head, taken } = read(text, pieceBytes);
        assert.equal(taken, text.length);
        assert.deepEqual(head.contentRange, { first: 0, last: 9, total: 100 });
        assert.deepEqual([head.contentLength, head.etag], [10, '"one"']);
        assert.equal(head.keepsAlive, false);
      }
    }
  });

  it("is bounded when folded, too", () => {
    const fold = `\r\n ${"1".repeat(100)}`;
    assertRefused(`HTTP/1.1 206 x\r\nContent-Range: x${fold}${fold}\r\n\r\n`);
    const etag = `HTTP/1.1 206 x\r\nETag: "e"${fold}\r\n folded\r\nContent-Length: 9\r\n\r\n`;
    const { head } = read(etag);
    assert.deepEqual([head.etag, head.contentLength], [undefined, 9]);
  });

  it("takes identity for no coding", () => {
    const lines = "Transfer-Encoding: Identity\r\nContent-Encoding: identity\r\nContent-Length: 5";
    const { head } = read(`HTTP/1.1 206 x\r\n${lines}\r\n\r\n`);
    assert.deepEqual([head.chunked, head.coding, head.contentLength], [false, "", 5]);
    assert.equal(read("HTTP/1.1 206 x\r\nContent-Encoding: gzip\r\n\r\n").head.coding, "gzip");
  });

  for (const [type, isPage] of [
    ["text/html; charset=utf-8", true],
    ["Text/HTML", true],
    ["application/xhtml+xml", true],
    ["text/plain", false],
    ["application/octet-stream", false],
  ] as const) {
    it(`takes ${type} ${isPage ? "" : "not "}for a page`, () => {
      assert.equal(read(`HTTP/1.1 200 x\r\nContent-Type: ${type}\r\n\r\n`).head.isPage, isPage);
    });
  }

  it("is told whole where it contradicts itself: its status counts", () => {
    const head = new ResponseHead();
    head.reset();
    const bytes = bytesOf(
      "HTTP/1.1 503 x\r\nContent-Length: x\r\nTransfer-Encoding: gzip\r\nRetry-After: 5\r\n\r\n",
    );
    assert.throws(
      () => head.read(bytes, 0, bytes.length),
      (error) => error instanceof OddAnswer && error.detail === "content-length",
    );
    assert.deepEqual([head.complete, head.status, head.retryAfterMs], [true, 503, 5000]);
  });

  const now = "Mon, 23 Nov 2026 15:00:00 GMT";
  for (const [lastModified, date, modified] of [
    ["Mon, 23 Nov 2026 14:59:59 GMT", now, "Mon, 23 Nov 2026 14:59:59 GMT"],
    [now, now, undefined],
    ["Mon, 23 Nov 2026 15:00:01 GMT", now, undefined],
    ["Mon, 23 Nov 2026 14:59:59 GMT", "", undefined],
    ["yesterday", now, undefined],
  ] as const) {
    it(`of ${date} keeps ${modified} of a Last-Modified of ${lastModified}`, () => {
      const lines = `Date: ${date}\r\nLast-Modified: ${lastModified}`;
      assert.equal(read(`HTTP/1.1 206 x\r\n${lines}\r\n\r\n`).head.modified, modified);
    });
  }

  for (const [retryAfter, date, waitMs] of [
    ["3600", "", 3_600_000],
    ["Mon, 23 Nov 2026 16:00:00 GMT", now, 3_600_000],
    ["Mon Nov 23 15:00:07 2026", now, 7000],
    ["Mon, 23 Nov 2026 14:00:00 GMT", now, 0],
    ["Mon, 23 Nov 2026 16:00:00 GMT", "", 0],
    ["soon", now, 0],
    ["-5", now, 0],
    ["999999999", "", config.retryAfterTotalMaxMs],
    ["Mon, 23 Nov 2099 16:00:00 GMT", now, config.retryAfterTotalMaxMs],
  ] as const) {
    it(`Retry-After: ${retryAfter} at ${date || "no date"} is ${waitMs} ms`, () => {
      const lines = `Retry-After: ${retryAfter}\r\nDate: ${date}`;
      assert.equal(read(`HTTP/1.1 503 x\r\n${lines}\r\n\r\n`).head.retryAfterMs, waitMs);
    });
  }

  for (const etag of [
    "x",
    '"x',
    'x"',
    '"',
    '"a b"',
    '"a"b"',
    "W/",
    'W/"',
    'w/"x"',
    '"\u00e9"',
    "",
  ]) {
    it(`does not keep ${JSON.stringify(etag)} for an ETag`, () => {
      assert.equal(read(`HTTP/1.1 206 x\r\nETag: ${etag}\r\n\r\n`).head.etag, undefined);
    });
  }

  it("keeps an ETag of config.etagMaxBytes and none that is longer", () => {
    for (const etag of ['""', 'W/"x"', `"${"e".repeat(config.etagMaxBytes - 2)}"`]) {
      const { head } = read(`HTTP/1.1 206 x\r\nETag: ${etag} \r\nContent-Length: 9\r\n\r\n`);
      assert.deepEqual([head.etag, head.contentLength], [etag, 9]);
    }
    const longer = `"${"e".repeat(config.etagMaxBytes - 1)}"`;
    const { head } = read(`HTTP/1.1 206 x\r\nETag: ${longer}\r\nContent-Length: 9\r\n\r\n`);
    assert.deepEqual([head.etag, head.contentLength], [undefined, 9]);
  });

  it("passes over long headers that are not ours, up to config.headerMaxBytes in all", () => {
    const start = "HTTP/1.1 206 x\r\nSet-Cookie: ";
    const end = "\r\nContent-Length: 9\r\n\r\n";
    const longest = "c".repeat(config.headerMaxBytes - start.length - end.length);
    assert.equal(read(start + longest + end).head.contentLength, 9);
    assertRefused(`${start}${longest}c${end}`);
    assertRefused(`${start}${longest}${longest}`);
    const name = "n".repeat(3000);
    assert.equal(read(`HTTP/1.1 206 x\r\n${name}: x${end}`).head.contentLength, 9);
  });

  it("counts interim responses towards that bound", () => {
    assertRefused("HTTP/1.1 100 x\r\n\r\n".repeat(config.headerMaxBytes / 18 + 1));
  });

  it("takes a Location of config.headerLineMaxBytes", () => {
    const location = "l".repeat(config.headerLineMaxBytes);
    assert.equal(
      read(`HTTP/1.1 302 x\r\nLocation: ${location}\r\n\r\n`, 7).head.location,
      location,
    );
    assertRefused(`HTTP/1.1 302 x\r\nLocation: ${location}l\r\n\r\n`);
  });

  it("of damaged bytes is refused or read, the same in any pieces, within its bounds", () => {
    const damage = fc.array(
      fc.record({
        at: fc.nat(s3.length - 1),
        remove: fc.nat(20),
        insert: fc.string({ unit: "binary", maxLength: 8 }),
      }),
      { minLength: 1, maxLength: 4 },
    );
    function outcome(text: string, pieceBytes: number): unknown {
      try {
        const { head, taken } = read(text, pieceBytes);
        assert.ok(taken <= config.headerMaxBytes);
        assert.ok((head.location ?? "").length <= config.headerLineMaxBytes);
        return [taken, head.complete, head.status, head.contentLength, head.etag, head.location];
      } catch (error) {
        assert.ok(error instanceof Failure, String(error));
        return error.code;
      }
    }
    fc.assert(
      fc.property(damage, fc.integer({ min: 1, max: 64 }), (edits, pieceBytes) => {
        let text = `${s3}HTTP/1.1`;
        for (const { at, remove, insert } of edits) {
          text = text.slice(0, at) + insert + text.slice(at + remove);
        }
        assert.deepEqual(outcome(text, pieceBytes), outcome(text, 10_000));
      }),
      { numRuns: 1000 },
    );
  });
});
