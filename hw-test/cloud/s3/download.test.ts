import assert from "node:assert/strict";
import { test } from "node:test";
import type { HttpRequest, HttpResponse } from "../http/message.ts";
import { fullChecksum } from "./checksum.ts";
import { type DownloadFault, download } from "./download.ts";
import { etagOf } from "./objects.ts";

const modifiedMs = Date.UTC(2026, 10, 23, 12, 0, 0, 700);
const modified = "Mon, 23 Nov 2026 12:00:00 GMT";
const earlier = "Mon, 23 Nov 2026 11:59:59 GMT";
const body = Buffer.from("0123456789");
const object = {
  body,
  contentType: "text/x-hex",
  etag: etagOf(body),
  lastModifiedMs: modifiedMs,
  checksum: await fullChecksum(body, "CRC32"),
  metadata: {},
};

function ask(headers: HttpRequest["headers"], fault?: DownloadFault): HttpResponse {
  const request = { method: "GET", path: "/", query: "", headers, body: Buffer.alloc(0) };
  return download(request, object, fault);
}

test("one byte range is served, whatever its form", () => {
  const cases: ReadonlyArray<readonly [string, string, string]> = [
    ["bytes=0-0", "0", "bytes 0-0/10"],
    ["bytes=2-4", "234", "bytes 2-4/10"],
    ["bytes=7-", "789", "bytes 7-9/10"],
    ["bytes=7-99", "789", "bytes 7-9/10"],
    ["bytes=-3", "789", "bytes 7-9/10"],
    ["bytes=-99", "0123456789", "bytes 0-9/10"],
    ["bytes=9-9", "9", "bytes 9-9/10"],
  ];
  for (const [range, body, contentRange] of cases) {
    const response = ask({ range });
    assert.equal(response.status, 206, range);
    assert.equal(response.body.toString(), body, range);
    assert.equal(response.headers["Content-Range"], contentRange, range);
    assert.equal(response.contentLength, body.length, range);
  }
});

test("a range outside the object is refused with the object's length", () => {
  for (const range of ["bytes=10-", "bytes=10-12", "bytes=99-", "bytes=-0"]) {
    assert.throws(
      () => ask({ range }),
      { code: "InvalidRange", headers: { "Content-Range": "bytes */10" } },
      range,
    );
  }
});

test("what is no single byte range is answered with the whole object", () => {
  for (const range of ["bytes=4-2", "bytes=0-1,4-5", "bytes=-", "lines=1-2", "bytes=a-b"]) {
    const response = ask({ range });
    assert.equal(response.status, 200, range);
    assert.equal(response.body.length, 10, range);
  }
});

test("If-Range gives the part of the same object, the whole of another", () => {
  const range = "bytes=2-4";
  assert.equal(ask({ range, "if-range": object.etag }).status, 206);
  assert.equal(ask({ range, "if-range": modified }).status, 206);
  assert.equal(ask({ range, "if-range": '"other"' }).status, 200);
  assert.equal(ask({ range, "if-range": earlier }).status, 200);
});

test("conditions on tag and time", () => {
  assert.equal(ask({ "if-match": object.etag }).status, 200);
  assert.equal(ask({ "if-match": `"other", ${object.etag}` }).status, 200);
  assert.equal(ask({ "if-match": "*" }).status, 200);
  assert.throws(() => ask({ "if-match": '"other"' }), { code: "PreconditionFailed" });
  assert.throws(() => ask({ "if-unmodified-since": earlier }), { code: "PreconditionFailed" });
  assert.equal(ask({ "if-unmodified-since": modified }).status, 200);
  assert.equal(ask({ "if-none-match": object.etag }).status, 304);
  assert.equal(ask({ "if-none-match": '"other"' }).status, 200);
  assert.equal(ask({ "if-modified-since": modified }).status, 304);
  assert.equal(ask({ "if-modified-since": earlier }).status, 200);
  assert.equal(ask({ "if-none-match": '"other"', "if-modified-since": modified }).status, 200);
  assert.equal(ask({ "if-none-match": object.etag }).body.length, 0);
});

test("the checksum comes to those who ask for it, with the whole object only", () => {
  assert.equal(ask({}).headers["x-amz-checksum-crc32"], undefined);
  const asking = { "x-amz-checksum-mode": "ENABLED" };
  for (const range of ["bytes=0-8", "bytes=1-"]) {
    assert.equal(ask({ ...asking, range }).headers["x-amz-checksum-crc32"], undefined, range);
  }
  const crc32 = Buffer.from("a684c7c6", "hex").toString("base64");
  for (const headers of [asking, { ...asking, range: "bytes=0-" }]) {
    assert.equal(ask(headers).headers["x-amz-checksum-crc32"], crc32);
  }
});

test("faults: a range ignored, another tag", () => {
  assert.equal(ask({ range: "bytes=2-4" }, { ignoreRange: true }).status, 200);
  const changed = ask({ range: "bytes=2-4" }, { etag: '"new"' });
  assert.deepEqual([changed.status, changed.headers["ETag"]], [206, '"new"']);
  assert.equal(ask({ range: "bytes=2-4", "if-range": object.etag }, { etag: '"new"' }).status, 200);
});
