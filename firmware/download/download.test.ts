import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  DownloadRun,
  type DownloadRunOptions,
  location,
} from "../../hw-test/model/download-run.ts";
import { cutReply, fileReply, headLength, httpReply } from "../../hw-test/model/http-reply.ts";
import type { HttpReply, HttpRequest } from "../../hw-test/model/http-server.ts";
import { config } from "../config.ts";
import { Failure } from "../failure.ts";

const file = Uint8Array.from({ length: 1000 }, (_, index) => (index * 7 + (index >> 8)) & 0xff);
const etag = '"one"';
const good = { file, etag };

function run(
  handler: (request: HttpRequest) => HttpReply,
  more: Partial<DownloadRunOptions> = {},
): DownloadRun {
  return new DownloadRun({ handler, size: file.length, rangeBytes: 400, ...more }).run();
}

/** The n-th request gets `replies[n]`, those after the last one the file. */
function first(...replies: HttpReply[]): (request: HttpRequest) => HttpReply {
  return (request) => replies[request.number] ?? fileReply(request, good);
}

function status(line: string, headers: Record<string, string> = {}): HttpReply {
  return httpReply({ status: line, headers });
}

function assertWhole(done: DownloadRun): void {
  assert.equal(done.events.at(-1), "done", done.log.join("\n"));
  assert.deepEqual(done.received, file);
  done.assertIdle();
}

function assertFailed(done: DownloadRun, code: string): void {
  assert.equal(done.events.at(-1), `failed ${code}`, done.log.join("\n"));
  assert.equal(done.events.filter((event) => event.startsWith("failed")).length, 1);
  done.assertIdle();
}

/** The n-th answer is odd: once that costs an attempt; for ever, all of them, and then it is told. */
function assertOdd(odd: HttpReply, { code, at = 0 }: { code: string; at?: number }): DownloadRun {
  const once = run((request) => (request.number === at ? odd : fileReply(request, good)));
  assertWhole(once);
  const always = run((request) => (request.number < at ? fileReply(request, good) : odd));
  assertFailed(always, code);
  // The first one behind a good answer ends its run of progress.
  const attempts = config.downloadAttemptMax + (at > 0 ? 1 : 0);
  assert.equal(always.server.requests.length, at + attempts);
  return always;
}

describe("a clean download", () => {
  it("asks for range after range on one connection", () => {
    const done = run(first());
    assertWhole(done);
    assert.deepEqual(
      done.server.requests.map((request) => request.headers["range"]),
      ["bytes=0-399", "bytes=400-799", "bytes=800-999"],
    );
    assert.equal(done.server.network.sockets.length, 1);
    assert.deepEqual(done.story, ['validator "one" -', "done"]);
    const { connections, requests, resumes, restarts } = done.download.counters;
    assert.deepEqual([connections, requests, resumes, restarts], [1, 3, 0, 0]);
  });

  it("asks with the credentials of the file server, never the broker's", () => {
    const { sockets } = run(first()).server.network;
    assert.deepEqual(
      sockets.map((socket) => socket.target),
      [{ host: "files.example", port: 443, security: "files" }],
    );
  });

  it("tells the ETag before byte 0, and sends it with the ranges after that", () => {
    const done = run(first());
    assert.equal(done.events[0], 'validator "one" -');
    assert.deepEqual(
      done.server.requests.map((request) => request.headers["if-range"]),
      [undefined, etag, etag],
    );
  });

  it("counts every byte that came in", () => {
    let sent = 0;
    const done = run((request) => {
      const reply = fileReply(request, good);
      sent += reply.bytes.length;
      return reply;
    });
    assert.equal(done.download.counters.receivedBytes, sent);
  });

  it("asks for config.rangeBytes if nothing else is said", () => {
    const large = new Uint8Array(config.rangeBytes + 1);
    const done = new DownloadRun({
      handler: (request) => fileReply(request, { file: large, etag }),
      size: large.length,
    }).run();
    assert.equal(done.server.requests[0]?.range?.last, config.rangeBytes - 1);
    assert.equal(done.received.length, large.length);
  });

  it("keeps heads under 2 % of the bytes with a presigned S3 URL", () => {
    const path = `/${"p".repeat(900)}?X-Amz-Signature=${"5".repeat(1000)}`;
    const large = new Uint8Array(3 * config.rangeBytes);
    const padding = { "x-amz-id-2": "i".repeat(400) };
    const done = new DownloadRun({
      handler: (request) => fileReply(request, { file: large, etag, headers: padding }),
      size: large.length,
      file: { ...location, path },
    }).run();
    const sent = done.server.requests.reduce((sum, request) => sum + request.text.length, 0);
    const onAir = sent + done.download.counters.receivedBytes;
    assert.ok(onAir <= 1.02 * large.length, `${onAir / large.length}`);
  });

  it("takes a part shorter than asked, and goes on behind it", () => {
    const done = run((request) => {
      const { first = 0, last = 0 } = request.range ?? {};
      return fileReply({ ...request, range: { first, last: Math.min(last, first + 99) } }, good);
    });
    assertWhole(done);
    assert.equal(done.server.requests.length, 10);
    assert.equal(done.server.network.sockets.length, 1);
  });

  it("writes a request in the pieces that it is granted", () => {
    const done = run(first(), { grantBytes: 7, bufferBytes: 5 });
    assertWhole(done);
    assert.equal(done.server.network.sockets.length, 1);
  });

  it("opens a new connection where the server closes its own, and calls it no failure", () => {
    const close = { Connection: "close" };
    const done = run((request) => ({
      ...fileReply(request, { file, headers: close }),
      ending: "close",
    }));
    assertWhole(done);
    assert.equal(done.server.network.sockets.length, 3);
    assert.equal(done.clock.nowMs(), 0);
    assert.deepEqual(done.story, ["validator - -", "done"]);
  });

  it("takes HTTP/1.0 to close its connection", () => {
    const done = run((request) => {
      const reply = fileReply(request, good);
      const text = Buffer.from(reply.bytes).toString("latin1").replace("HTTP/1.1", "HTTP/1.0");
      return { bytes: new Uint8Array(Buffer.from(text, "latin1")), ending: "keep" };
    });
    assertWhole(done);
    assert.equal(done.server.network.sockets.length, 3);
  });

  it("passes over interim responses", () => {
    const early = "HTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\nLink: </x>\r\n\r\n";
    const done = run((request) => {
      const { bytes } = fileReply(request, good);
      return { bytes: new Uint8Array(Buffer.concat([Buffer.from(early), bytes])), ending: "keep" };
    });
    assertWhole(done);
  });

  it("reads chunked ranges", () => {
    assertWhole(run((request) => fileReply(request, { ...good, chunks: [1, 33, 7] })));
  });
});

describe("integrity evidence", () => {
  const crc = { "x-amz-checksum-crc32": "y/Q5Jg==" };
  const full = { ...crc, "x-amz-checksum-type": "FULL_OBJECT" };

  it("asks S3 for its checksum, but not where a signed URL forbids more headers", () => {
    const plain = run(first());
    assert.equal(plain.server.requests[0]?.headers["x-amz-checksum-mode"], "ENABLED");
    const path = "/fw.hex?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=00";
    const signed = run(first(), { file: { ...location, path } });
    assert.equal(signed.server.requests[0]?.headers["x-amz-checksum-mode"], undefined);
    assertWhole(signed);
  });

  it("hands on the file's CRC-32", () => {
    const done = run((request) => fileReply(request, { ...good, headers: full }));
    assert.equal(done.events[0], 'validator "one" cbf43926');
  });

  it("does not take a part's checksum, or one of checksums, for the file's", () => {
    const bare = run((request) => fileReply(request, { ...good, headers: crc }));
    assert.equal(bare.events[0], 'validator "one" -');
    const composite = { "x-amz-checksum-crc32": "y/Q5Jg==-2" };
    const done = run(() => httpReply({ status: "200 OK", headers: composite, body: file }));
    assert.equal(done.events[0], "validator - -");
  });
});

describe("a response that is not what was asked for", () => {
  it("206 must have a Content-Range", () => {
    assertOdd(httpReply({ status: "206 x", body: file }), { code: "RANGE_MISMATCH" });
  });

  for (const range of [
    "bytes 1-399/1000",
    "bytes 0-400/1000",
    "bytes */1000",
    "bytes 399-0/1000",
    "items 0-399/1000",
  ]) {
    it(`206 with ${range} for bytes 0-399`, () => {
      const headers = { "Content-Range": range };
      const reply = httpReply({ status: "206 x", headers, body: file.slice(0, 400) });
      assertOdd(reply, { code: "RANGE_MISMATCH" });
    });
  }

  it("206 may leave out how long the file is: the job says it", () => {
    const headers = { ETag: etag };
    const done = run((request) => {
      const { first = 0, last = 0 } = request.range ?? {};
      const to = Math.min(last, file.length - 1);
      const range = `bytes ${first}-${to}/*`;
      const body = file.slice(first, to + 1);
      return httpReply({ status: "206 x", headers: { ...headers, "Content-Range": range }, body });
    });
    assertWhole(done);
    assert.equal(done.server.requests.length, 3);
  });

  it("206 of a file of another length", () => {
    const headers = { "Content-Range": "bytes 0-399/999", ETag: etag };
    const body = file.slice(0, 400);
    assertOdd(httpReply({ status: "206 x", headers, body }), { code: "FILE_LENGTH" });
  });

  it("206 whose Content-Length is not its range", () => {
    const headers = { "Content-Range": "bytes 0-399/1000" };
    const reply = httpReply({ status: "206 x", headers, body: file.slice(0, 399) });
    assertOdd(reply, { code: "HTTP_RESPONSE" });
  });

  it("206 without a length is as long as its range, and its connection serves no other", () => {
    const done = run((request) => ({
      ...fileReply(request, { ...good, headers: { "Content-Length": "" } }),
      ending: "close",
    }));
    assertWhole(done);
    assert.equal(done.server.network.sockets.length, 3);
    assert.equal(done.clock.nowMs(), 0, "no failure");
  });

  it("200 without a length is as long as the job says, and ends with its connection", () => {
    const whole = httpReply({ status: "200 OK", headers: { "Content-Length": "" }, body: file });
    const done = run(() => ({ ...whole, ending: "close" }));
    assertWhole(done);
    assert.equal(done.server.requests.length, 1);
    const cut = run((request) => cutReply(whole, request.number === 0 ? 300 : 9999), {
      isVouched: true,
    });
    assertWhole(cut);
    assert.deepEqual(cut.story, ["validator - -", "done"]);
  });

  for (const [name, headers] of [
    ["a coded body", { "Content-Encoding": "gzip" }],
    ["a coded message", { "Transfer-Encoding": "gzip" }],
    ["no number for a length", { "Content-Length": "many" }],
    ["a head beyond bounds", { "X-Padding": "p".repeat(config.headerMaxBytes) }],
  ] as const) {
    it(`${name} is odd, whatever the status of the body`, () => {
      const range = { "Content-Range": "bytes 0-399/1000" };
      const part = { status: "206 x", headers: { ...range, ...headers }, body: file.slice(0, 400) };
      assertOdd(httpReply(part), { code: "HTTP_RESPONSE" });
      assertOdd(httpReply({ status: "200 x", headers, body: file }), { code: "HTTP_RESPONSE" });
    });
  }

  it("several parts in one are none", () => {
    const headers = { "Content-Type": "multipart/byteranges; boundary=x", ETag: etag };
    const body = Buffer.from("--x\r\nContent-Range: bytes 0-399/1000\r\n\r\n");
    assertOdd(httpReply({ status: "206 x", headers, body }), { code: "RANGE_MISMATCH" });
  });

  it("a folded Content-Range and Transfer-Encoding: identity are understood", () => {
    const headers = { "Content-Range": "bytes\r\n 0-399/1000", "Transfer-Encoding": "identity" };
    const reply = httpReply({ status: "206 x", headers, body: file.slice(0, 400) });
    const done = run(first(reply));
    assertWhole(done);
    assert.equal(done.server.requests.length, 3);
  });

  describe("from a portal", () => {
    const page = Buffer.from(`<html>${"sign in ".repeat(200)}</html>`);
    const headers = { "Content-Type": "text/html" };

    for (const [name, portal] of [
      ["of another length", httpReply({ status: "200 OK", headers, body: page })],
      ["in chunks", httpReply({ status: "200 OK", headers, body: page, chunks: [50] })],
      [
        "without a length",
        httpReply({ status: "200 OK", headers: { ...headers, "Content-Length": "" }, body: page }),
      ],
    ] as const) {
      it(`a page ${name} is not our file, at once or later`, () => {
        const code = name === "of another length" ? "FILE_LENGTH" : "HTTP_RESPONSE";
        for (const at of [0, 1]) {
          const always = assertOdd({ ...portal, ending: "close" }, { code, at });
          assert.equal(always.deliveredBytes, at * 400);
        }
      });
    }

    it("a page that looks like the file is found out by the sink, once", () => {
      const isPage = (event: string): boolean => event.startsWith("bytes");
      const spoiler = (count: number): Partial<DownloadRunOptions> => {
        let left = count;
        return {
          onEvent: (_, event) => {
            if (!isPage(event) || left === 0) return;
            left -= 1;
            throw new Failure("HEX_START_CODE", "line 1: <");
          },
        };
      };
      const exact = httpReply({ status: "200 OK", headers, body: new Uint8Array(1000) });
      assertWhole(run(first(exact), spoiler(1)));
      assertFailed(run(first(exact, exact), spoiler(2)), "HEX_START_CODE");
      const chunked = httpReply({ status: "200 OK", body: page, chunks: [50] });
      assertWhole(run(first(chunked), spoiler(1)));
      assertFailed(run(first(), spoiler(1)), "HEX_START_CODE");
    });
  });

  it("200 at byte 0 is the whole file", () => {
    const done = run(() => httpReply({ status: "200 OK", headers: { ETag: etag }, body: file }));
    assertWhole(done);
    assert.deepEqual(done.story, ['validator "one" -', "done"]);
    assert.equal(done.server.requests.length, 1);
  });

  it("200, chunked, at byte 0 is the whole file", () => {
    assertWhole(run(() => httpReply({ status: "200 OK", body: file, chunks: [100, 1] })));
  });

  for (const length of [999, 1001]) {
    const body = new Uint8Array(length);
    it(`200 with ${length} bytes for a file of 1000`, () => {
      assertOdd(httpReply({ status: "200 OK", body }), { code: "FILE_LENGTH" });
    });
    it(`200 with ${length} chunked bytes for a file of 1000`, () => {
      const reply = httpReply({ status: "200 OK", body, chunks: [50] });
      const once = run(first(reply));
      assertWhole(once);
      assert.deepEqual(once.story, ["validator - -", "restart", 'validator "one" -', "done"]);
      const always = run(() => reply);
      assertFailed(always, "FILE_LENGTH");
      assert.equal(always.server.requests.length, config.restartMax + 1);
    });
  }

  it("200 to a later range starts over and is taken from byte 0, never appended", () => {
    const whole = httpReply({ status: "200 OK", headers: { ETag: '"two"' }, body: file });
    const done = run((request) => (request.number === 1 ? whole : fileReply(request, good)));
    assertWhole(done);
    assert.deepEqual(done.story, ['validator "one" -', "restart", 'validator "two" -', "done"]);
    assert.equal(done.download.counters.restarts, 1);
    assert.equal(done.server.requests.length, 2);
  });

  it("200 of another length to a later range is refused before the sink starts over", () => {
    const whole = httpReply({ status: "200 OK", body: file.slice(1) });
    const always = assertOdd(whole, { code: "FILE_LENGTH", at: 1 });
    assert.ok(!always.events.includes("restart"));
  });

  it("200 with the same ETag to a later range is read up to there, and taken from there", () => {
    const done = run((request) => {
      const whole = fileReply({ ...request, range: undefined }, good);
      // In pieces that end before, at and behind the byte that is reached.
      return cutReply(whole, headLength(whole) + ([130, 131, 400, 1000][request.number] ?? 0));
    });
    assertWhole(done);
    assert.deepEqual(done.story, ['validator "one" -', "done"]);
    assert.equal(done.deliveredBytes, file.length);
    assert.equal(done.server.requests.length, 4);
  });

  it("200s that bring no new byte are no progress", () => {
    const done = run((request) => {
      const whole = fileReply({ ...request, range: undefined }, good);
      return cutReply(whole, headLength(whole) + 500);
    });
    assertFailed(done, "DOWNLOAD_EXHAUSTED");
    assert.equal(done.server.requests.length, config.downloadAttemptMax + 1);
    assert.equal(done.deliveredBytes, 500);
  });

  it("another ETag in a 206 starts over", () => {
    const done = run((request) =>
      request.number === 1
        ? fileReply({ ...request, headers: {} }, { file, etag: '"two"' })
        : fileReply(request, { file, etag: request.number === 0 ? etag : '"two"' }),
    );
    assertWhole(done);
    assert.deepEqual(done.story, ['validator "one" -', "restart", 'validator "two" -', "done"]);
  });

  it("a file that changes all the time is given up", () => {
    const done = run((request) =>
      fileReply({ ...request, headers: {} }, { file, etag: `"${request.number}"` }),
    );
    assertFailed(done, "DOWNLOAD_EXHAUSTED");
    assert.equal(done.events.filter((event) => event === "restart").length, config.restartMax);
  });

  it("416 of a shorter file", () => {
    const reply = status("416 x", { "Content-Range": "bytes */400" });
    assertOdd(reply, { code: "FILE_LENGTH", at: 1 });
  });

  for (const headers of [{ "Content-Range": "bytes */1000" }, {}]) {
    it(`416 with ${JSON.stringify(headers)} starts over`, () => {
      const done = run(first(fileReply0(), status("416 x", headers)));
      assertWhole(done);
      assert.deepEqual(done.story, ['validator "one" -', "restart", 'validator "one" -', "done"]);
    });
  }

  it("a chunked part that ends early is asked for again from there", () => {
    const headers = { "Content-Range": "bytes 0-399/1000", ETag: etag };
    const short = httpReply({ status: "206 x", headers, body: file.slice(0, 300), chunks: [300] });
    const done = run(first(short));
    assertWhole(done);
    assert.equal(done.server.requests[1]?.range?.first, 300);
  });

  it("a chunked part that is too long", () => {
    const headers = { "Content-Range": "bytes 0-399/1000", ETag: etag };
    const long = httpReply({ status: "206 x", headers, body: file.slice(0, 401), chunks: [401] });
    assertOdd(long, { code: "HTTP_RESPONSE" });
  });

  it("an answer to a request that was not yet made", () => {
    const headers = { "Content-Range": "bytes 400-799/1000", ETag: etag };
    const next = httpReply({ status: "206 x", headers, body: file.slice(400, 800) });
    const bytes = new Uint8Array(Buffer.concat([fileReply0().bytes, next.bytes]));
    const done = run(first({ bytes, ending: "keep" }), { bufferBytes: 4096 });
    assertWhole(done);
    // What came with it is asked for.
    assert.equal(done.server.requests[1]?.range?.first, 400);
    assert.equal(done.server.network.sockets.length, 2);
  });

  for (const pieceBytes of [1, 10_000]) {
    it(`bytes beyond the body, in pieces of ${pieceBytes}`, () => {
      const { bytes } = fileReply0();
      const long = new Uint8Array(Buffer.concat([bytes, Buffer.from("surplus")]));
      const reply: HttpReply = { bytes: long, ending: "keep" };
      const done = run(first(reply), { pieceBytes: () => pieceBytes });
      assertWhole(done);
      assert.equal(done.server.network.sockets.length, 2);
    });
  }
});

/** A good answer to the first request. */
function fileReply0(): HttpReply {
  const headers = { "Content-Range": "bytes 0-399/1000", ETag: etag };
  return httpReply({ status: "206 x", headers, body: file.slice(0, 400) });
}

describe("statuses that end it, if they stay", () => {
  for (const [line, code] of [
    ["204 No Content", "HTTP_STATUS"],
    ["304 Not Modified", "HTTP_STATUS"],
    ["300 Multiple Choices", "HTTP_STATUS"],
    ["400 Bad Request", "HTTP_STATUS"],
    ["407 x", "HTTP_STATUS"],
    ["421 Misdirected Request", "HTTP_STATUS"],
    ["451 x", "HTTP_STATUS"],
    ["408 x", "DOWNLOAD_EXHAUSTED"],
    ["425 x", "DOWNLOAD_EXHAUSTED"],
    ["500 x", "DOWNLOAD_EXHAUSTED"],
    ["505 x", "DOWNLOAD_EXHAUSTED"],
    ["404 Not Found", "FILE_NOT_FOUND"],
    ["410 Gone", "FILE_NOT_FOUND"],
    ["999 x", "HTTP_RESPONSE"],
    ["20 x", "HTTP_RESPONSE"],
  ] as const) {
    it(`${line} is ${code}`, () => {
      for (const at of [0, 1]) {
        const { failure } = assertOdd(status(line), { code, at });
        if (code !== "HTTP_RESPONSE") assert.match(failure?.detail ?? "", /status \d+/);
      }
    });
  }

  it("the last answer is what is told", () => {
    const done = run((request) => status(request.number % 2 === 0 ? "404 x" : "451 x"));
    assertFailed(done, "HTTP_STATUS");
    assert.match(done.failure?.detail ?? "", /status 451/);
  });

  it("are judged before the head's words about the body", () => {
    const odd = { "Content-Length": "x", "Transfer-Encoding": "gzip", "Retry-After": "9" };
    const done = run(first(status("503 x", odd), status("403 x", odd)), {
      onEvent: (self, event) => {
        if (event === "url-expired") self.download.useFile(location);
      },
    });
    assertWhole(done);
    assert.ok(done.events.includes("url-expired"));
    assert.equal(done.clock.nowMs(), 9000);
  });
});

describe("redirects", () => {
  function redirect(line: string, to: string): HttpReply {
    return status(line, { Location: to });
  }

  for (const line of ["301 x", "302 x", "303 x", "307 x", "308 x"]) {
    it(`${line} is followed, and the ranges after it are asked for there`, () => {
      const done = run(first(redirect(line, "https://cdn.example:8443/x?y=1")));
      assertWhole(done);
      const [, second] = done.server.network.sockets;
      assert.deepEqual(second?.target, { host: "cdn.example", port: 8443, security: "files" });
      const { requests } = done.server;
      assert.deepEqual(
        requests.map((request) => request.path),
        [location.path, "/x?y=1", "/x?y=1", "/x?y=1"],
      );
      assert.equal(requests[1]?.headers["host"], "cdn.example:8443");
    });
  }

  it("takes a URL of config.urlMaxBytes", () => {
    const path = `/${"u".repeat(config.urlMaxBytes - "https://a.example/".length)}`;
    const done = run(first(redirect("302 x", `https://a.example${path}`)));
    assertWhole(done);
    assert.equal(done.server.requests[1]?.path, path);
  });

  for (const [what, to, code] of [
    ["http", "http://a.example/x", "REDIRECT_REFUSED"],
    ["a longer URL", `https://a.example/${"u".repeat(config.urlMaxBytes)}`, "REDIRECT_REFUSED"],
    ["a line beyond bounds", `/${"u".repeat(config.headerLineMaxBytes)}`, "HTTP_RESPONSE"],
    ["nowhere", "", "HTTP_RESPONSE"],
    ["a URL with a space", "https://a.example/x y", "REDIRECT_REFUSED"],
    ["a user name", "https://me@a.example/", "REDIRECT_REFUSED"],
  ] as const) {
    it(`to ${what} is ${code}`, () => {
      assertOdd(redirect("302 x", to), { code });
    });
  }

  it("are followed config.redirectMax times in a row", () => {
    const loop = run(() => redirect("302 x", "/again"));
    assertFailed(loop, "REDIRECT_REFUSED");
    const perAttempt = config.redirectMax + 1;
    assert.equal(loop.server.requests.length, config.downloadAttemptMax * perAttempt);
    const replies = Array.from({ length: config.redirectMax }, () => redirect("302 x", "/x"));
    assertWhole(run(first(...replies)));
  });

  it("are counted anew once the file was reached", () => {
    const done = run((request) =>
      request.number % 2 === 0 ? redirect("302 x", "/x") : fileReply(request, good),
    );
    assertWhole(done);
  });

  it("begin again at the original URL when their target has expired", () => {
    const replies = [redirect("302 x", "/signed-1"), fileReply0(), status("403 x")];
    const done = run(first(...replies, redirect("302 x", "/signed-2")));
    assertWhole(done);
    assert.ok(!done.events.includes("url-expired"));
    assert.deepEqual(
      done.server.requests.map((request) => request.path),
      [location.path, "/signed-1", "/signed-1", location.path, "/signed-2", "/signed-2"],
    );
  });

  for (const line of ["404 x", "410 x", "400 x"]) {
    it(`begin again at the original URL when their target says ${line} after one use`, () => {
      const used = new Set<string>();
      const done = run((request) => {
        if (request.path === location.path) return redirect("302 x", `/once-${request.number}`);
        if (used.has(request.path)) return status(line);
        used.add(request.path);
        return fileReply(request, good);
      });
      assertWhole(done);
      assert.equal(used.size, 3);
      assert.equal(done.deliveredBytes, file.length);
    });
  }

  it("begin again at the original URL when their target fails", () => {
    const done = run(first(redirect("302 x", "/cdn"), status("503 x")));
    assertWhole(done);
    assert.equal(done.server.requests[2]?.path, location.path);
  });
});

describe("an expired URL", () => {
  for (const line of ["401 x", "403 x"]) {
    it(`${line}: a fresh one is asked for, and the download goes on where it was`, () => {
      const done = run(first(fileReply0(), status(line)), {
        onEvent: (self, event) => {
          if (event === "url-expired") self.download.useFile({ ...location, path: "/fresh" });
        },
      });
      assertWhole(done);
      assert.deepEqual(done.story, ['validator "one" -', "url-expired", "done"]);
      const third = done.server.requests[2];
      assert.deepEqual([third?.path, third?.range?.first], ["/fresh", 400]);
      assert.equal(third?.headers["if-range"], etag);
    });
  }

  it("400: so does S3 tell of a presigned one whose session has ended", () => {
    const presigned = { ...location, path: "/x?X-Amz-Signature=1" };
    const fresh = { ...location, path: "/x?X-Amz-Signature=2" };
    const done = run(first(fileReply0(), status("400 Bad Request")), {
      file: presigned,
      onEvent: (self, event) => {
        if (event === "url-expired") self.download.useFile(fresh);
      },
    });
    assertWhole(done);
    assert.deepEqual(done.story, ['validator "one" -', "url-expired", "done"]);
    assert.equal(done.server.requests[2]?.path, fresh.path);
  });

  it("is asked for at once, then after a wait that grows", () => {
    const askedMs: number[] = [];
    run(() => status("403 x"), {
      onEvent: (self, event) => {
        if (event !== "url-expired") return;
        askedMs.push(self.clock.nowMs());
        self.download.useFile(location);
      },
    });
    assert.deepEqual(askedMs.slice(0, 4), [0, 750, 2250, 5250]);
  });

  it("waits for the fresh one without a socket or an alarm", () => {
    const done = run(first(status("403 x")));
    assert.equal(done.events.at(-1), "url-expired");
    done.assertIdle();
    done.download.useFile({ ...location, path: "/fresh" });
    done.server.run();
    assertWhole(done);
  });

  it("is given up after config.freshUrlMax fresh ones in a row", () => {
    const done = run(() => status("403 x"), {
      onEvent: (self, event) => {
        if (event === "url-expired") self.download.useFile(location);
      },
    });
    assertFailed(done, "ACCESS_DENIED");
    assert.equal(done.events.filter((event) => event === "url-expired").length, config.freshUrlMax);
  });

  it("is counted anew after new bytes", () => {
    let isFresh = false;
    const done = run(
      (request) => {
        isFresh = !isFresh;
        return isFresh ? status("403 x") : fileReply(request, good);
      },
      {
        rangeBytes: 100,
        onEvent: (self, event) => {
          if (event === "url-expired") self.download.useFile(location);
        },
      },
    );
    assertWhole(done);
  });

  it("does not mind a URL that comes after stop", () => {
    const done = run(first(status("403 x")));
    done.download.stop();
    done.download.useFile(location);
    done.server.run();
    assert.equal(done.server.requests.length, 1);
    done.assertIdle();
  });
});

describe("a server that is busy", () => {
  for (const line of ["408 x", "425 x", "429 x", "500 x", "502 x", "503 x", "504 x"]) {
    it(`${line} is tried again after a back-off`, () => {
      const done = run(first(status(line)));
      assertWhole(done);
      assert.ok(done.clock.nowMs() >= config.backoffMinMs / 2, `${done.clock.nowMs()} ms`);
      assert.equal(done.server.network.sockets.length, 2);
    });
  }

  for (const [retryAfter, waitMs] of [
    ["7", 7000],
    ["0", 750],
    ["3600", 3_600_000],
    ["999999", config.retryAfterTotalMaxMs],
    ["Fri, 31 Dec 1999 23:59:59 GMT", 750],
    ["-5", 750],
  ] as const) {
    it(`Retry-After: ${retryAfter} waits ${waitMs} ms`, () => {
      const done = run(first(status("429 x", { "Retry-After": retryAfter })));
      assertWhole(done);
      assert.equal(done.clock.nowMs(), waitMs);
    });
  }
});

describe("a storm", () => {
  const hourMs = 3_600_000;

  for (const line of ["429 x", "502 x", "503 x", "504 x", "511 x"]) {
    for (const headers of [{}, { "Retry-After": "600" }]) {
      it(`of ${line} with ${JSON.stringify(headers)} ends no download within its bound`, () => {
        const boundMs = config.retryAfterTotalMaxMs - config.downloadAttemptMax * 60_000;
        const one: DownloadRun = new DownloadRun({
          handler: (request) =>
            one.clock.nowMs() < boundMs ? status(line, headers) : fileReply(request, good),
          size: file.length,
          rangeBytes: 400,
        });
        assertWhole(one.run());
      });
    }
  }

  it("that goes on for ever ends with what it said", () => {
    const done = run(() => status("503 x", { "Retry-After": "7200" }));
    assertFailed(done, "DOWNLOAD_EXHAUSTED");
    assert.equal(done.failure?.detail, "status 503, after 12 h of waiting");
    assert.equal(done.server.requests.length, config.retryAfterTotalMaxMs / (2 * hourMs) + 1);
    const later = run(() => status("404 x", { "Retry-After": "7200" }));
    assertFailed(later, "FILE_NOT_FOUND");
  });
});

describe("no coverage", () => {
  const hourMs = 3_600_000;

  for (const how of ["refuse", "ignore"] as const) {
    it(`for a week is no failure: ${how}`, () => {
      const one: DownloadRun = new DownloadRun({
        handler: first(fileReply0()),
        size: file.length,
        rangeBytes: 400,
        connect: () => (one.clock.nowMs() < 168 * hourMs ? how : "accept"),
      });
      one.download.start();
      one.server.run(170 * hourMs);
      assertWhole(one);
      const lateMs = one.clock.nowMs() - 168 * hourMs;
      assert.ok(lateMs <= config.unreachedBackoffMaxMs + config.connectTimeoutMs, `${lateMs}`);
      assert.ok(one.server.network.sockets.length < 168 * 30);
    });
  }

  it("in the middle is no failure either, and what came is kept", () => {
    const one: DownloadRun = new DownloadRun({
      handler: (request) => {
        const reply = fileReply(request, good);
        return request.number === 0 ? { ...cutReply(reply, 300), ending: "stall" } : reply;
      },
      size: file.length,
      rangeBytes: 400,
      connect: (index) => (index === 0 || one.clock.nowMs() > 30 * hourMs ? "accept" : "ignore"),
    });
    one.download.start();
    one.server.run(40 * hourMs);
    assertWhole(one);
    assert.equal(one.deliveredBytes, file.length);
  });

  it("is not told from a server that hangs up or says nothing, for hours", () => {
    for (const ending of ["close", "stall"] as const) {
      const one: DownloadRun = new DownloadRun({
        handler: (request) =>
          one.clock.nowMs() < 10 * hourMs
            ? { bytes: new Uint8Array(0), ending }
            : fileReply(request, good),
        size: file.length,
        rangeBytes: 400,
      });
      one.run();
      assertWhole(one);
    }
  });

  it("has a server that accepts and never answers given up after its hours", () => {
    const done = run(() => ({ bytes: new Uint8Array(0), ending: "close" }));
    assertFailed(done, "DOWNLOAD_EXHAUSTED");
    assert.ok(done.clock.nowMs() > config.retryAfterTotalMaxMs / 2);
  });
});

describe("a slow link", () => {
  it("may take as long to connect, and to answer, as the settings say", () => {
    const one: DownloadRun = new DownloadRun({
      handler: (request) => {
        const pace = { delayMs: 299_000, firstBytes: 9999, pieceBytes: 1, everyMs: 1 };
        return { ...fileReply(request, good), pace };
      },
      size: file.length,
      times: { connectMs: 500_000, answerMs: 300_000 },
      connect: () => "ignore",
    });
    one.download.start();
    one.server.run(1);
    one.clock.advance(499_000);
    one.server.network.socket.grant(9999);
    one.server.run();
    assertWhole(one);
    assert.equal(one.server.network.sockets.length, 1);
  });
});

describe("a connection that fails", () => {
  it("is resumed behind the last byte, with If-Range", () => {
    const reply = fileReply0();
    const done = run(first(cutReply(reply, reply.bytes.length - 100)));
    assertWhole(done);
    const second = done.server.requests[1];
    assert.equal(second?.headers["range"], "bytes=300-699");
    assert.equal(second?.headers["if-range"], etag);
    assert.equal(done.download.counters.resumes, 1);
    assert.equal(done.deliveredBytes, file.length);
  });

  it("starts over if the file has changed in between", () => {
    const reply = fileReply0();
    const done = run((request) =>
      request.number === 0
        ? cutReply(reply, reply.bytes.length - 100)
        : fileReply(request, { file, etag: '"two"' }),
    );
    assertWhole(done);
    assert.deepEqual(done.story, ['validator "one" -', "restart", 'validator "two" -', "done"]);
  });

  it("that stalls is given up after config.answerTimeoutMs", () => {
    const done = run(first({ ...cutReply(fileReply0(), 200), ending: "stall" }));
    assertWhole(done);
    const waitedMs = done.clock.nowMs() - config.answerTimeoutMs;
    assert.ok(waitedMs >= 0 && waitedMs <= config.backoffMinMs, `${waitedMs}`);
    assert.ok(done.log.some((line) => line.includes("stalled")));
  });

  it("that is not made is given up after config.connectTimeoutMs", () => {
    const done = run(first(), { connect: (index) => (index === 0 ? "ignore" : "accept") });
    assertWhole(done);
    const waitedMs = done.clock.nowMs() - config.connectTimeoutMs;
    assert.ok(waitedMs >= 0 && waitedMs <= config.backoffMinMs, `${waitedMs}`);
  });

  it("within its head is to blame on the link, for config.retryAfterTotalMaxMs", () => {
    const lost = (request: HttpRequest): HttpReply => cutReply(fileReply(request, good), 20);
    assertWhole(
      run((request) => (request.number < 100 ? lost(request) : fileReply(request, good))),
    );
    const done = run(lost);
    assertFailed(done, "DOWNLOAD_EXHAUSTED");
    const waits = config.retryAfterTotalMaxMs / config.retryAfterChargeMs;
    assert.ok(done.server.network.sockets.length <= waits + 1);
  });

  it("is not given up as long as each attempt brings bytes", () => {
    const done = run((request) => {
      const reply = fileReply(request, good);
      const headBytes = Buffer.from(reply.bytes).indexOf("\r\n\r\n") + 4;
      return cutReply(reply, headBytes + 10);
    });
    assertWhole(done);
    assert.equal(done.server.network.sockets.length, 100);
  });

  it("has a fresh budget after new bytes", () => {
    const dead = config.downloadAttemptMax - 1;
    const done = run((request) => {
      if (request.number % (dead + 1) < dead) return status("503 x");
      const reply = fileReply(request, good);
      return cutReply(reply, reply.bytes.length - (request.range?.last === 999 ? 0 : 1));
    });
    assertWhole(done);
  });

  it("starts over where there is no ETag to resume with", () => {
    const cut = cutReply(fileReply0WithoutEtag(), 300);
    const done = run((request) => (request.number === 0 ? cut : fileReply(request, { file })));
    assertWhole(done);
    assert.deepEqual(done.story, ["validator - -", "restart", "validator - -", "done"]);
    assert.equal(done.download.counters.resumes, 0);
  });

  it("is resumed with no validator at all where the owner knows a mix by its digest", () => {
    const cut = cutReply(fileReply0WithoutEtag(), 300);
    const done = run((request) => (request.number === 0 ? cut : fileReply(request, { file })), {
      isVouched: true,
    });
    assertWhole(done);
    assert.deepEqual(done.story, ["validator - -", "done"]);
    assert.equal(done.server.requests[1]?.headers["if-range"], undefined);
    assert.equal(done.deliveredBytes, file.length);
  });

  it("is resumed with no validator and no ranges on a link that drops four times", () => {
    const done = run(
      (request) => {
        const whole = fileReply({ ...request, range: undefined }, { file });
        return cutReply(whole, headLength(whole) + 190 * (request.number + 1));
      },
      { isVouched: true },
    );
    assertWhole(done);
    assert.equal(done.server.requests.length, 6);
    assert.deepEqual(done.story, ["validator - -", "done"]);
  });

  for (const code of ["HEX_CHECKSUM", "IMAGE_SHA256"] as const) {
    it(`and was resumed so, and is no good then (${code}), comes again, once`, () => {
      const failure = new Failure(code, "a mix");
      const cut = cutReply(fileReply0WithoutEtag(), 300);
      const mixed = (count: number): DownloadRun => {
        let left = count;
        return run((request) => (request.number === 0 ? cut : fileReply(request, { file })), {
          isVouched: true,
          onEvent: (self, event) => {
            const isDue = code === "IMAGE_SHA256" ? event === "done" : /^bytes [5-9]/.test(event);
            if (left === 0 || !isDue) return;
            left -= 1;
            if (code === "HEX_CHECKSUM") throw failure;
            assert.equal(self.download.reject(failure), count - left === 1);
          },
        });
      };
      const once = mixed(1);
      assertWhole(once);
      assert.deepEqual(
        once.story.filter((event) => event !== "done"),
        ["validator - -", "restart", "validator - -"],
      );
      const twice = mixed(2);
      if (code === "HEX_CHECKSUM") assertFailed(twice, code);
      else assertWhole(twice);
    });
  }

  it("is resumed with a Last-Modified that is strong, sent in If-Range", () => {
    const headers = {
      Date: "Mon, 23 Nov 2026 15:00:00 GMT",
      "Last-Modified": "Mon, 23 Nov 2026 14:59:59 GMT",
    };
    const done = run((request) => {
      const reply = fileReply({ ...request, headers: {} }, { file, headers });
      return request.number === 0 ? cutReply(reply, reply.bytes.length - 100) : reply;
    });
    assertWhole(done);
    assert.deepEqual(done.story, [`validator ${headers["Last-Modified"]} -`, "done"]);
    assert.equal(done.server.requests[1]?.headers["if-range"], headers["Last-Modified"]);
    assert.equal(done.deliveredBytes, file.length);
  });

  it("is resumed with a weak ETag, compared but not sent", () => {
    const weak = { file, etag: 'W/"one"' };
    const done = run((request) => {
      const reply = fileReply(request, weak);
      return request.number === 0 ? cutReply(reply, reply.bytes.length - 1) : reply;
    });
    assertWhole(done);
    assert.deepEqual(done.story, ['validator W/"one" -', "done"]);
    assert.equal(done.server.requests[1]?.headers["if-range"], undefined);
  });

  it("starts over if a weak ETag is not repeated", () => {
    const done = run((request) => {
      if (request.number > 0) return fileReply(request, { file });
      const reply = fileReply(request, { file, etag: 'W/"one"' });
      return cutReply(reply, reply.bytes.length - 1);
    });
    assertWhole(done);
    assert.ok(done.events.includes("restart"));
  });

  it("does not keep an ETag beyond config.etagMaxBytes", () => {
    const long = `"${"e".repeat(config.etagMaxBytes)}"`;
    const done = run((request) => {
      const reply = fileReply(request, { file, etag: long });
      return request.number === 0 ? cutReply(reply, reply.bytes.length - 1) : reply;
    });
    assertWhole(done);
    assert.deepEqual(done.story, ["validator - -", "restart", "validator - -", "done"]);
  });

  it("after the last byte of a chunked body changes nothing", () => {
    const done = run((request) => {
      const reply = fileReply(request, { ...good, chunks: [100] });
      return cutReply(reply, reply.bytes.length - 3);
    });
    assertWhole(done);
    assert.equal(done.deliveredBytes, file.length);
  });
});

/** @returns the first range, from a server that knows no ETags */
function fileReply0WithoutEtag(): HttpReply {
  const headers = { "Content-Range": "bytes 0-399/1000" };
  return httpReply({ status: "206 x", headers, body: file.slice(0, 400) });
}

describe("after a reset", () => {
  it("goes on where the journal says, and does not tell the validator again", () => {
    const done = run(first(), { from: 500, etag });
    assert.deepEqual(done.story, ["done"]);
    assert.deepEqual(done.received, file.slice(500));
    assert.equal(done.server.requests[0]?.headers["range"], "bytes=500-899");
    assert.equal(done.server.requests[0]?.headers["if-range"], etag);
    assert.equal(done.download.counters.resumes, 1);
  });

  for (const bad of [undefined, "no quotes", '"a\r\nX: y"']) {
    it(`starts over with ${JSON.stringify(bad)} for an ETag`, () => {
      const done = run(first(), { from: 500, etag: bad });
      assertWhole(done);
      assert.deepEqual(done.story, ["restart", 'validator "one" -', "done"]);
    });
  }

  it("asks for nothing when all is there", () => {
    const done = run(first(), { from: file.length, etag });
    assert.deepEqual(done.events, ["done"]);
    assert.equal(done.server.requests.length, 0);
  });
});

describe("stop and the sink", () => {
  const stages: [string, (event: string) => boolean, HttpReply | undefined][] = [
    ["validator", (event) => event.startsWith("validator"), undefined],
    ["bytes", (event) => event.startsWith("bytes"), undefined],
    ["restart", (event) => event === "restart", status("416 x")],
    ["restart by 200", (event) => event === "restart", httpReply({ status: "200 x", body: file })],
    ["url-expired", (event) => event === "url-expired", status("403 x")],
  ];

  for (const [name, isStage, second] of stages) {
    it(`stop inside ${name}: nothing follows`, () => {
      let count = 0;
      const done = run(first(fileReply0(), ...(second === undefined ? [] : [second])), {
        onEvent: (self, event) => {
          count += 1;
          if (isStage(event)) self.download.stop();
        },
      });
      assert.ok(isStage(done.events.at(-1) ?? ""), done.events.join());
      assert.equal(count, done.events.length);
      done.assertIdle();
    });
  }

  for (const [name, isStage, second] of stages.slice(0, 4)) {
    it(`a Failure thrown inside ${name} ends the download with it`, () => {
      const done = run(first(fileReply0(), ...(second === undefined ? [] : [second])), {
        onEvent: (_, event) => {
          if (isStage(event)) throw new Failure("FLASH_WRITE", "page 3");
        },
      });
      assertFailed(done, "FLASH_WRITE");
    });
  }

  it("a Failure thrown in a restart that a lost connection causes ends it too", () => {
    const done = run(() => cutReply(fileReply0WithoutEtag(), 300), {
      onEvent: (_, event) => {
        if (event === "restart") throw new Failure("STORE", "full");
      },
    });
    assertFailed(done, "STORE");
  });

  it("a bug in the sink is no failure of the download", () => {
    assert.throws(
      () =>
        run(first(), {
          onEvent: (_, event) => {
            if (event.startsWith("bytes")) throw new RangeError("bug");
          },
        }),
      RangeError,
    );
  });

  it("stop before the first connection", () => {
    const done = new DownloadRun({ handler: first(), size: file.length });
    done.download.start();
    done.download.stop();
    done.server.run();
    assert.deepEqual(done.events, []);
    assert.equal(done.server.network.sockets.length, 0);
    done.assertIdle();
  });

  it("stop during a back-off", () => {
    const done = new DownloadRun({
      handler: first(),
      size: file.length,
      connect: () => "refuse",
    });
    done.download.start();
    done.server.run(100);
    assert.equal(done.server.network.sockets.length, 1);
    done.download.stop();
    done.server.run();
    assert.equal(done.server.network.sockets.length, 1);
    assert.deepEqual(done.events, []);
    done.assertIdle();
  });

  it("refuses a location that would break the request, before it opens a socket", () => {
    for (const path of ["/a b", "/a\r\nX: y", "no-slash", `/${"p".repeat(config.urlMaxBytes)}`]) {
      const done = run(first(), { file: { ...location, path } });
      assertFailed(done, "LOCATION_UNSUPPORTED");
      assert.equal(done.server.network.sockets.length, 0);
    }
  });

  it("logs no path and no query, which may hold a signature", () => {
    const path = "/secret?X-Amz-Signature=secret";
    const redirect = status("302 x", { Location: "/secret?secret" });
    const done = run(first(redirect, status("503 x"), status("403 x")), {
      file: { ...location, path },
    });
    assert.ok(done.log.length > 2);
    assert.ok(!done.log.join().includes("secret"), done.log.join());
  });
});
