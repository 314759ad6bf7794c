import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  DownloadRun,
  type DownloadRunOptions,
  location,
} from "../../hw-test/model/download-run.ts";
import { cutReply, fileReply, httpReply } from "../../hw-test/model/http-reply.ts";
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
    assertFailed(run(first(httpReply({ status: "206 x", body: file }))), "RANGE_MISMATCH");
  });

  for (const range of [
    "bytes 1-399/1000",
    "bytes 0-400/1000",
    "bytes 0-399/*",
    "bytes */1000",
    "bytes 399-0/1000",
    "items 0-399/1000",
  ]) {
    it(`206 with ${range} for bytes 0-399`, () => {
      const headers = { "Content-Range": range };
      const reply = httpReply({ status: "206 x", headers, body: file.slice(0, 400) });
      assertFailed(run(first(reply)), "RANGE_MISMATCH");
    });
  }

  it("206 of a file of another length", () => {
    const other = { file: file.slice(0, 999), etag };
    assertFailed(
      run((request) => fileReply(request, other)),
      "FILE_LENGTH",
    );
  });

  it("206 whose Content-Length is not its range", () => {
    const headers = { "Content-Range": "bytes 0-399/1000" };
    const reply = httpReply({ status: "206 x", headers, body: file.slice(0, 399) });
    assertFailed(run(first(reply)), "HTTP_RESPONSE");
  });

  it("a body without a length", () => {
    const headers = { "Content-Range": "bytes 0-399/1000", "Content-Length": "" };
    const reply = httpReply({ status: "206 x", headers, body: file.slice(0, 400) });
    assertFailed(run(first(reply)), "HTTP_RESPONSE");
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
      assertFailed(run(first(httpReply({ status: "200 OK", body }))), "FILE_LENGTH");
    });
    it(`200 with ${length} chunked bytes for a file of 1000`, () => {
      const reply = httpReply({ status: "200 OK", body, chunks: [50] });
      assertFailed(run(first(reply)), "FILE_LENGTH");
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

  it("200 of another length to a later range fails before the sink starts over", () => {
    const whole = httpReply({ status: "200 OK", body: file.slice(1) });
    const done = run((request) => (request.number === 1 ? whole : fileReply(request, good)));
    assertFailed(done, "FILE_LENGTH");
    assert.ok(!done.events.includes("restart"));
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
    assertFailed(run(first(fileReply0(), reply)), "FILE_LENGTH");
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
    assertFailed(run(first(long)), "HTTP_RESPONSE");
  });

  it("an answer to a request that was not yet made", () => {
    const headers = { "Content-Range": "bytes 400-799/1000", ETag: etag };
    const next = httpReply({ status: "206 x", headers, body: file.slice(400, 800) });
    const bytes = new Uint8Array(Buffer.concat([fileReply0().bytes, next.bytes]));
    const done = run(first({ bytes, ending: "keep" }), { bufferBytes: 4096 });
    assertFailed(done, "HTTP_RESPONSE");
  });

  for (const pieceBytes of [1, 10_000]) {
    it(`bytes beyond the body, in pieces of ${pieceBytes}`, () => {
      const { bytes } = fileReply0();
      const long = new Uint8Array(Buffer.concat([bytes, Buffer.from("surplus")]));
      const reply: HttpReply = { bytes: long, ending: "keep" };
      assertFailed(run(first(reply), { pieceBytes: () => pieceBytes }), "HTTP_RESPONSE");
    });
  }
});

/** A good answer to the first request. */
function fileReply0(): HttpReply {
  const headers = { "Content-Range": "bytes 0-399/1000", ETag: etag };
  return httpReply({ status: "206 x", headers, body: file.slice(0, 400) });
}

describe("statuses that end it", () => {
  for (const [line, code] of [
    ["204 No Content", "HTTP_STATUS"],
    ["304 Not Modified", "HTTP_STATUS"],
    ["300 Multiple Choices", "HTTP_STATUS"],
    ["400 Bad Request", "HTTP_STATUS"],
    ["451 x", "HTTP_STATUS"],
    ["404 Not Found", "FILE_NOT_FOUND"],
    ["410 Gone", "FILE_NOT_FOUND"],
    ["999 x", "HTTP_RESPONSE"],
    ["20 x", "HTTP_RESPONSE"],
  ] as const) {
    it(`${line} is ${code}`, () => {
      const done = run(first(status(line)));
      assertFailed(done, code);
      assert.equal(done.server.requests.length, 1);
    });
  }
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
      assertFailed(run(first(redirect("302 x", to))), code);
    });
  }

  it("are followed config.redirectMax times in a row", () => {
    const loop = run(() => redirect("302 x", "/again"));
    assertFailed(loop, "REDIRECT_REFUSED");
    assert.equal(loop.server.requests.length, config.redirectMax + 1);
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
    ["999999", config.backoffMaxMs],
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

  it("that stalls is given up after config.stallTimeoutMs", () => {
    const done = run(first({ ...cutReply(fileReply0(), 200), ending: "stall" }));
    assertWhole(done);
    const waitedMs = done.clock.nowMs() - config.stallTimeoutMs;
    assert.ok(waitedMs >= 0 && waitedMs <= config.backoffMinMs, `${waitedMs}`);
    assert.ok(done.log.some((line) => line.includes("stalled")));
  });

  it("that is not made is given up after config.connectTimeoutMs", () => {
    const done = run(first(), { connect: (index) => (index === 0 ? "ignore" : "accept") });
    assertWhole(done);
    const waitedMs = done.clock.nowMs() - config.connectTimeoutMs;
    assert.ok(waitedMs >= 0 && waitedMs <= config.backoffMinMs, `${waitedMs}`);
  });

  it("is given up after config.downloadAttemptMax attempts without a new byte", () => {
    const done = run(first(), { connect: () => "refuse" });
    assertFailed(done, "DOWNLOAD_EXHAUSTED");
    assert.equal(done.server.network.sockets.length, config.downloadAttemptMax);
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
