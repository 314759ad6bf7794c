import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DownloadRun, location } from "../../hw-test/model/download-run.ts";
import { cutReply, fileReply, httpReply } from "../../hw-test/model/http-reply.ts";
import type { HttpReply, HttpRequest } from "../../hw-test/model/http-server.ts";

const file = Uint8Array.from({ length: 1000 }, (_, index) => (index * 7) & 0xff);
const etag = '"one"';
const checksum = { "x-amz-checksum-crc32": "EjRWeA==" };

type Handler = (request: HttpRequest) => HttpReply;

function isHead(request: HttpRequest): boolean {
  return request.text.startsWith("HEAD ");
}

/** The answer to a HEAD: as to a GET, without the body. */
function headReply(headers: Record<string, string>): HttpReply {
  return httpReply({ status: "200 OK", headers: { "Content-Length": "1000", ...headers } });
}

/** S3's way: the checksum is told with the whole object only. */
function s3(onHead: Handler): Handler {
  return (request) => (isHead(request) ? onHead(request) : fileReply(request, { file, etag }));
}

function run(handler: Handler, more: { asksChecksum?: boolean; path?: string } = {}): DownloadRun {
  const { asksChecksum = true, path = location.path } = more;
  const at = { ...location, path };
  return new DownloadRun({ handler, size: 1000, rangeBytes: 400, file: at, asksChecksum }).run();
}

function assertWhole(done: DownloadRun): void {
  assert.equal(done.events.at(-1), "done", done.log.join("\n"));
  assert.deepEqual(done.received, file);
  done.assertIdle();
}

function methods(done: DownloadRun): string[] {
  return done.server.requests.map((request) => request.text.split(" ")[0] ?? "");
}

describe("the probe for the file's checksum", () => {
  it("is one HEAD before the first range, on the same connection", () => {
    const done = run(s3(() => headReply({ ETag: etag, ...checksum })));
    assertWhole(done);
    assert.deepEqual(methods(done), ["HEAD", "GET", "GET", "GET"]);
    assert.equal(done.server.network.sockets.length, 1);
    assert.deepEqual(done.story, ['validator "one" 12345678', "done"]);
    assert.equal(done.server.requests[0]?.headers["x-amz-checksum-mode"], "ENABLED");
  });

  it("is not sent unasked, nor to a presigned URL, which is for a GET only", () => {
    const handler = s3(() => headReply({ ETag: etag, ...checksum }));
    const unasked = run(handler, { asksChecksum: false });
    const presigned = run(handler, { path: "/key?X-Amz-Signature=00" });
    for (const done of [unasked, presigned]) {
      assertWhole(done);
      assert.deepEqual(methods(done), ["GET", "GET", "GET"]);
      assert.deepEqual(done.story, ['validator "one" -', "done"]);
    }
  });

  it("counts for the file it was asked about only", () => {
    for (const headers of [{ ETag: '"two"', ...checksum }, { ...checksum }, { ETag: etag }]) {
      const done = run(s3(() => headReply(headers)));
      assertWhole(done);
      assert.deepEqual(done.story, ['validator "one" -', "done"]);
    }
  });

  it("may fail in any way: the GET goes its own", () => {
    const answers: HttpReply[] = [
      httpReply({ status: "403 Forbidden", body: Buffer.from("<Error/>") }),
      httpReply({ status: "405 Method Not Allowed" }),
      httpReply({ status: "503 Slow Down" }),
      httpReply({ status: "404 Not Found" }),
      cutReply(headReply({ ETag: etag, ...checksum }), 20),
      { bytes: new Uint8Array(0), ending: "stall" },
      { ...headReply({ ETag: etag, Connection: "close" }), ending: "close" },
    ];
    for (const answer of answers) {
      const done = run(s3(() => answer));
      assertWhole(done);
      assert.deepEqual(methods(done), ["HEAD", "GET", "GET", "GET"]);
    }
  });

  it("follows a redirect, as the GET after it does", () => {
    const Location = "https://other.example/fw";
    const done = run((request) => {
      if (request.headers["host"] === "files.example") {
        return httpReply({ status: "307 Temporary Redirect", headers: { Location } });
      }
      return s3(() => headReply({ ETag: etag, ...checksum }))(request);
    });
    assertWhole(done);
    assert.deepEqual(methods(done), ["HEAD", "HEAD", "GET", "GET", "GET"]);
    assert.deepEqual(done.story, ['validator "one" 12345678', "done"]);
  });

  it("says nothing of a file that has changed since", () => {
    const done = run((request) => {
      if (isHead(request)) return headReply({ ETag: etag, ...checksum });
      return fileReply(request, { file, etag: request.number === 2 ? '"other"' : etag });
    });
    assertWhole(done);
    const story = ['validator "one" 12345678', "restart", 'validator "other" -', "done"];
    assert.deepEqual(done.story, story);
  });

  it("is put again where the file is asked for anew", () => {
    let heads = 0;
    const done = run((request) => {
      if (isHead(request)) return headReply({ ETag: ++heads === 1 ? etag : '"new"', ...checksum });
      if (request.number === 2) return httpReply({ status: "416 Range Not Satisfiable" });
      return fileReply(request, { file, etag: heads === 1 ? etag : '"new"' });
    });
    assertWhole(done);
    const story = ['validator "one" 12345678', "restart", 'validator "new" 12345678', "done"];
    assert.deepEqual(done.story, story);
  });
});
