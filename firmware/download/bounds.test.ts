import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { exchangesMax } from "../../hw-test/model/download-bounds.ts";
import {
  DownloadRun,
  type DownloadRunOptions,
  location,
} from "../../hw-test/model/download-run.ts";
import { cutReply, fileReply, headLength, httpReply } from "../../hw-test/model/http-reply.ts";
import type { HttpReply, HttpRequest } from "../../hw-test/model/http-server.ts";
import { config } from "../config.ts";

const file = Uint8Array.from({ length: 20_000 }, (_, index) => (index * 7 + (index >> 8)) & 0xff);
const good = { file, etag: '"one"' };
const redirect = httpReply({ status: "302 x", headers: { Location: "/elsewhere" } });
const hourMs = 3_600_000;

interface Ended {
  readonly done: DownloadRun;
  readonly endMs: number;
}

/** Ranges of a quarter of the file, at least 79 bytes of each. */
function run(
  handler: (request: HttpRequest) => HttpReply,
  options: Partial<DownloadRunOptions> = {},
): Ended {
  let endMs = Number.NaN;
  const done = new DownloadRun({
    handler,
    size: file.length,
    rangeBytes: file.length / 4,
    ...options,
    onEvent: (self, event) => {
      options.onEvent?.(self, event);
      if (/^(done|failed)/.test(event)) endMs = self.clock.nowMs();
    },
  }).run();
  return { done, endMs };
}

function assertEnds({ done, endMs }: Ended, code: string, bounds: Bounds): void {
  assert.equal(done.events.at(-1), `failed ${code}`, done.log.slice(-5).join("\n"));
  const { requests } = done.server;
  assert.ok(requests.length <= bounds.requests, `${requests.length} requests`);
  assert.ok(endMs <= bounds.timeMs, `${endMs} ms`);
  done.assertIdle();
}

interface Bounds {
  readonly requests: number;
  readonly timeMs: number;
}

function assertWhole({ done }: Ended, whole = file): void {
  assert.equal(done.events.at(-1), "done", done.log.slice(-5).join("\n"));
  assert.deepEqual(done.received, whole);
  assert.equal(done.deliveredBytes, whole.length);
  done.assertIdle();
}

/** The first bytes of what was asked for, as a complete answer. */
function part(request: HttpRequest, byteCount: number): HttpReply {
  const { first = 0, last = 0 } = request.range ?? {};
  const range = { first, last: Math.min(last, first + byteCount - 1) };
  return fileReply({ ...request, range }, good);
}

/** A good answer whose connection drops behind its first bytes. */
function dropped(request: HttpRequest, byteCount: number): HttpReply {
  const reply = fileReply(request, good);
  return cutReply(reply, headLength(reply) + byteCount);
}

/** A good answer whose head comes at once, and its body a byte at a time. */
function trickle(request: HttpRequest, everyMs: number): HttpReply {
  const reply = fileReply(request, good);
  return {
    ...reply,
    pace: { delayMs: 0, firstBytes: headLength(reply), pieceBytes: 1, everyMs },
  };
}

/** Eight attempts, each with the longest wait before it. */
const attemptsMs =
  config.downloadAttemptMax * (config.connectTimeoutMs + config.rateWindowMs + config.backoffMaxMs);

describe("a server that gives too little", () => {
  const few = { requests: config.downloadAttemptMax, timeMs: attemptsMs };

  it("answers each request with one byte", () => {
    assertEnds(
      run((request) => part(request, 1)),
      "DOWNLOAD_EXHAUSTED",
      few,
    );
  });

  it("answers each request with one chunk of one byte, for more", () => {
    const ended = run((request) => {
      const { first = 0, last = 0 } = request.range ?? {};
      const headers = { ETag: good.etag, "Content-Range": `bytes ${first}-${last}/${file.length}` };
      return httpReply({
        status: "206 x",
        headers,
        body: file.slice(first, first + 1),
        chunks: [1],
      });
    });
    assertEnds(ended, "DOWNLOAD_EXHAUSTED", few);
  });

  it("sends one byte every 59 s", () => {
    assertEnds(
      run((request) => trickle(request, 59_000)),
      "DOWNLOAD_EXHAUSTED",
      few,
    );
  });

  it("sends chunk framing, and hardly a byte", () => {
    const ended = run((request) => {
      const reply = fileReply(request, { ...good, chunks: [1] });
      const firstBytes = headLength(reply);
      return { ...reply, pace: { delayMs: 0, firstBytes, pieceBytes: 10, everyMs: 1000 } };
    });
    assertEnds(ended, "DOWNLOAD_EXHAUSTED", few);
  });

  it("gives a part that is just too small, again and again", () => {
    const enough = Math.ceil((file.length / 4) * config.partMinShare);
    const ended = run((request) => part(request, enough - 1));
    assertEnds(ended, "DOWNLOAD_EXHAUSTED", few);
    assertWhole(run((request) => part(request, enough)));
  });

  it("has its attempts anew after a part that was large enough", () => {
    const dead = config.downloadAttemptMax - 1;
    assertWhole(
      run((request) => part(request, request.number % (dead + 1) < dead ? 1 : file.length)),
    );
    const ended = run((request) => part(request, request.number === 0 ? file.length : 1));
    assertEnds(ended, "DOWNLOAD_EXHAUSTED", { ...few, requests: few.requests + 2 });
  });

  it("drops each connection behind one byte", () => {
    const requests = exchangesMax({ size: file.length, rangeBytes: file.length / 4 });
    const ended = run((request) => dropped(request, 1));
    assertEnds(ended, "DOWNLOAD_EXHAUSTED", { requests, timeMs: requests * config.backoffMinMs });
    assert.match(ended.done.failure?.detail ?? "", /failure \d+$/);
  });
});

describe("a server that has the tracker go in circles", () => {
  it("redirects before each byte", () => {
    const ended = run((request) => (request.number % 2 === 0 ? redirect : dropped(request, 1)));
    const requests = 2 * config.redirectTotalMax + 1;
    assertEnds(ended, "REDIRECT_REFUSED", { requests, timeMs: requests * config.backoffMinMs });
  });

  it("redirects before each part", () => {
    const ended = run((request) => (request.number % 2 === 0 ? redirect : part(request, 79)));
    const requests = 2 * config.redirectTotalMax + 1;
    assertEnds(ended, "REDIRECT_REFUSED", { requests, timeMs: 0 });
    assert.match(ended.done.failure?.detail ?? "", /for one file/);
  });

  for (const retryAfter of ["120", "0", "7200"]) {
    it(`asks for time before each byte: ${retryAfter} s`, () => {
      const busy = httpReply({ status: "503 x", headers: { "Retry-After": retryAfter } });
      const whole = new Uint8Array(5_900_000);
      const bounded = { size: whole.length, rangeBytes: config.rangeBytes };
      const ended = run((request) => {
        if (request.number % 2 === 0) return busy;
        const reply = fileReply(request, { file: whole, etag: '"one"' });
        return cutReply(reply, headLength(reply) + 1);
      }, bounded);
      const waits = config.retryAfterTotalMaxMs / config.retryAfterChargeMs;
      const timeMs = config.retryAfterTotalMaxMs + waits * config.backoffMinMs;
      assertEnds(ended, "DOWNLOAD_EXHAUSTED", { requests: 2 * waits + 1, timeMs });
      assert.match(ended.done.failure?.detail ?? "", /^status 503, after 12 h of waiting$/);
      assert.ok(ended.done.server.requests.length <= exchangesMax(bounded));
    });
  }

  it("refuses each URL behind its first byte", () => {
    const denied = httpReply({ status: "403 x" });
    const requests = exchangesMax({ size: file.length, rangeBytes: file.length / 4 });
    const ended = run((request) => (request.number % 2 === 0 ? denied : dropped(request, 1)), {
      onEvent: (self, event) => {
        if (event === "url-expired") self.download.useFile(location);
      },
    });
    assertEnds(ended, "DOWNLOAD_EXHAUSTED", { requests, timeMs: requests * config.backoffMinMs });
  });
});

describe("a download that takes too long", () => {
  const large = new Uint8Array(5_900_000);
  /** Just enough to be no trickle: it would take three days. */
  const pace = { delayMs: 0, firstBytes: 400, pieceBytes: 600, everyMs: 29_000 };
  const slowly = (request: HttpRequest): HttpReply => ({
    ...fileReply(request, { file: large, etag: '"one"' }),
    pace,
  });

  it("ends after config.downloadMaxMs", () => {
    const { done, endMs } = run(slowly, { size: large.length, rangeBytes: config.rangeBytes });
    assert.equal(done.events.at(-1), "failed DOWNLOAD_EXHAUSTED");
    assert.equal(endMs, config.downloadMaxMs);
    assert.match(done.failure?.detail ?? "", /not done within 24 h/);
  });

  it("is not charged for the time in which it waits for a fresh URL", () => {
    const handler = (request: HttpRequest): HttpReply =>
      request.number === 1 ? httpReply({ status: "403 x" }) : slowly(request);
    const waitMs = 9 * hourMs;
    let endMs = 0;
    const done = new DownloadRun({
      handler,
      size: large.length,
      rangeBytes: 30_000,
      onEvent: (self, event) => {
        if (event === "url-expired")
          self.clock.alarm(waitMs, () => self.download.useFile(location));
        if (event.startsWith("failed")) endMs = self.clock.nowMs();
      },
    });
    done.download.start();
    done.server.run(2 * config.downloadMaxMs);
    assert.equal(done.events.at(-1), "failed DOWNLOAD_EXHAUSTED");
    assert.equal(endMs, config.downloadMaxMs + waitMs);
    done.assertIdle();
  });
});

describe("an honest link", () => {
  /** NB-IoT: 20 kbit/s, and 10 s for the first byte; 25 s with the TLS handshake. */
  function overNbIot(request: HttpRequest, isFirst: boolean, whole: Uint8Array): HttpReply {
    const reply = fileReply(request, { file: whole, etag: '"one"' });
    const delayMs = isFirst ? 25_000 : 10_000;
    return { ...reply, pace: { delayMs, firstBytes: 500, pieceBytes: 500, everyMs: 200 } };
  }

  const whole = Uint8Array.from({ length: 600_000 }, (_, index) => (index * 31) & 0xff);

  for (const rangeBytes of [config.rangeBytes, 4096, 512]) {
    it(`of 20 kbit/s and 10 s round trips passes with ranges of ${rangeBytes}`, () => {
      let sockets = 0;
      const ended = run(
        (request) => {
          const isFirst = request.socketIndex >= sockets;
          sockets = request.socketIndex + 1;
          return overNbIot(request, isFirst, whole);
        },
        { size: whole.length, rangeBytes },
      );
      assertWhole(ended, whole);
      assert.equal(ended.done.server.network.sockets.length, 1);
    });
  }

  it("that drops every few KB, and stalls now and then, loses no byte", () => {
    const ended = run(
      (request) => {
        const reply = overNbIot(request, true, whole);
        const cut = cutReply(reply, 400 + ((request.number * 3571) % 6000));
        const ending = request.number % 7 === 0 ? "stall" : cut.ending;
        return { ...cut, ending, pace: reply.pace };
      },
      { size: whole.length, rangeBytes: config.rangeBytes },
    );
    assertWhole(ended, whole);
    assert.ok(ended.done.server.network.sockets.length > 150);
    assert.ok(ended.endMs < config.downloadMaxMs / 2, `${ended.endMs / hourMs} h`);
  });
});
