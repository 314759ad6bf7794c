import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { config } from "../../firmware/config.ts";
import { Desk, type DeskOptions } from "../desk/desk.ts";
import { Restart } from "../desk/device.ts";
import { cutReply, fileReply, headLength, httpReply } from "../model/http-reply.ts";
import type { HttpReply, HttpRequest } from "../model/http-server.ts";

const hourS = 3600;

interface Ended {
  readonly desk: Desk;
  readonly status: string;
  readonly reason: string | undefined;
  readonly detail: string;
}

/** One update on virtual time, to its end. */
function run(spoil: (desk: Desk) => void, options: DeskOptions = {}): Ended {
  const desk = new Desk(options);
  spoil(desk);
  const jobId = desk.cloud.order(desk.firmwares.offered);
  desk.runUntilOver(jobId);
  const detail = desk.cloud.execution(jobId)?.statusDetails["detail"] ?? "";
  return { desk, detail, ...desk.end(jobId) };
}

function assertUpdated({ desk, status, detail }: Ended): void {
  assert.equal(status, "SUCCEEDED", `${detail}\n${desk.log.slice(-20).join("\n")}`);
  assert.equal(desk.running, "1.0.1");
}

function assertFailed({ desk, status, reason }: Ended, code: string): void {
  assert.deepEqual([status, reason], ["FAILED", code], desk.log.slice(-20).join("\n"));
  assert.equal(desk.running, "1.0.0");
  assert.equal(desk.isSwapRequested, false);
}

/** Request `index` (from 1) and the `count - 1` after it are answered so. */
function answer(
  desk: Desk,
  reply: (request: HttpRequest) => HttpReply,
  { index = 1, count = 1 } = {},
): void {
  desk.onFileRequest = (now, request) =>
    now >= index && now < index + count ? reply(request) : undefined;
}

/** The first answer breaks off behind its first KB, so that the next request resumes. */
function dropFirst(desk: Desk): void {
  desk.onFileReply = (index) => (index === 1 ? { byte: 1500, fate: "drop" } : undefined);
}

describe("no coverage", () => {
  /** Before the job, before the file server is connected to, at its head, in its last bytes. */
  const fromMs = [0, 350, 450, 555];

  for (const how of ["refuse", "ignore", "lose"] as const) {
    it(`for ten hours is no failure, whenever it begins: ${how}`, () => {
      for (const beginsMs of fromMs) {
        const ended = run((desk) => {
          for (const server of ["broker", "files"] as const) {
            const outage = { server, how, fromS: beginsMs / 1000, forS: 10 * hourS };
            desk.outages.push(outage);
          }
          if (how !== "lose") dropFirst(desk);
        });
        assertUpdated(ended);
        assert.ok(ended.desk.clock.nowMs() > 10 * hourS * 1000, `${beginsMs} ms`);
      }
    });
  }

  it("keeps the job IN_PROGRESS, and the file server is tried every few minutes", () => {
    const desk = new Desk();
    desk.outages.push({ server: "files", how: "ignore", fromS: 0, forS: 20 * hourS });
    const jobId = desk.cloud.order(desk.firmwares.offered);
    desk.runFor(19 * hourS * 1000);
    assert.equal(desk.end(jobId).status, "IN_PROGRESS");
    const tries = desk.log.filter((line) => line.includes("connecting timed out")).length;
    const perHour = hourS / (config.connectTimeoutMs / 1000 + 150);
    assert.ok(tries > 10 * perHour && tries < 30 * perHour, `${tries} tries in 19 h`);
    desk.runUntilOver(jobId);
    assert.equal(desk.end(jobId).status, "SUCCEEDED");
  });

  it("ends when the cloud says that the time is out", () => {
    const desk = new Desk();
    desk.outages.push({ server: "files", how: "refuse", fromS: 0, forS: 20 * hourS });
    const jobId = desk.cloud.order(desk.firmwares.offered);
    desk.runFor(3 * hourS * 1000);
    desk.cloud.act(jobId, "timeOut");
    desk.runUntil(() => desk.phase === "idle");
    assert.equal(desk.end(jobId).status, "TIMED_OUT");
  });

  it("is not told from a server that accepts, and says nothing for ten hours", () => {
    for (const ending of ["close", "stall"] as const) {
      const ended = run((desk) => {
        desk.onFileRequest = () =>
          desk.clock.nowMs() < 10 * hourS * 1000 ? { bytes: new Uint8Array(0), ending } : undefined;
      });
      assertUpdated(ended);
    }
  });
});

describe("a busy server", () => {
  for (const status of ["429 Too Many Requests", "503 Slow Down"]) {
    it(`may be so for hours: ${status}`, () => {
      const ended = run((desk) => {
        desk.onFileRequest = () =>
          desk.clock.nowMs() < 10 * hourS * 1000 ? httpReply({ status }) : undefined;
      });
      assertUpdated(ended);
    });
  }

  for (const [name, headers] of [
    ["seconds", { "Retry-After": "10800" }],
    [
      "a date, by the server's own clock",
      { Date: "Sun, 06 Nov 1994 08:49:37 GMT", "Retry-After": "Sun, 06 Nov 1994 11:49:37 GMT" },
    ],
  ] as const) {
    it(`is waited for as told: ${name}`, () => {
      const askedMs: number[] = [];
      const ended = run((desk) => {
        desk.onFileRequest = (index) => {
          askedMs.push(desk.clock.nowMs());
          return index <= 2 ? httpReply({ status: "503 x", headers }) : undefined;
        };
      });
      assertUpdated(ended);
      for (const at of [1, 2]) {
        const waitedS = ((askedMs[at] ?? 0) - (askedMs[at - 1] ?? 0)) / 1000;
        assert.ok(waitedS >= 3 * hourS && waitedS < 3 * hourS + 5, `${waitedS} s`);
      }
    });
  }

  it("is given up when the hours that it asks for are more than may be", () => {
    const ended = run((desk) => {
      desk.onFileRequest = () =>
        httpReply({ status: "503 x", headers: { "Retry-After": "999999" } });
    });
    assertFailed(ended, "DOWNLOAD_EXHAUSTED");
    assert.match(ended.detail, /^status 503, after 12 h of waiting$/);
  });
});

describe("one odd answer", () => {
  const body = Buffer.from("sorry");
  const page = { "Content-Type": "text/html" };

  /** The whole of what the file server has, whatever was asked for. */
  function whole(headers: Readonly<Record<string, string>> = {}) {
    return (desk: Desk): HttpReply =>
      httpReply({ status: "200 OK", headers, body: desk.firmwares.offered.hex });
  }

  function part(
    headers: Readonly<Record<string, string>>,
    edit: (part: Uint8Array) => Uint8Array = (same) => same,
  ) {
    return (desk: Desk, request: HttpRequest): HttpReply => {
      const { hex } = desk.firmwares.offered;
      const { first = 0, last = 0 } = request.range ?? {};
      const range = `bytes ${first}-${Math.min(last, hex.length - 1)}/${hex.length}`;
      return httpReply({
        status: "206 Partial Content",
        headers: { "Content-Range": range, ...headers },
        body: edit(hex.slice(first, last + 1)),
      });
    };
  }

  function text(lines: string) {
    return (): HttpReply => ({ bytes: new Uint8Array(Buffer.from(lines)), ending: "close" });
  }

  function status(line: string, headers: Readonly<Record<string, string>> = {}) {
    return (): HttpReply => httpReply({ status: line, headers, body });
  }

  const odd: Readonly<Record<string, (desk: Desk, request: HttpRequest) => HttpReply>> = {
    "204": status("204 No Content"),
    "300": status("300 Multiple Choices"),
    "301 to nowhere": status("301 Moved Permanently"),
    "302 to http": status("302 Found", { Location: "http://a.example/" }),
    "304": status("304 Not Modified"),
    "400": status("400 Bad Request"),
    "401": status("401 Unauthorized"),
    "403": status("403 Forbidden"),
    "404": status("404 Not Found"),
    "405": status("405 Method Not Allowed"),
    "407": status("407 Proxy Authentication Required"),
    "408": status("408 Request Timeout"),
    "410": status("410 Gone"),
    "416": status("416 Range Not Satisfiable"),
    "416 of another file": status("416 x", { "Content-Range": "bytes */7" }),
    "421": status("421 Misdirected Request"),
    "425": status("425 Too Early"),
    "429": status("429 Too Many Requests"),
    "451": status("451 x"),
    "500": status("500 Internal Server Error"),
    "501": status("501 Not Implemented"),
    "502": status("502 Bad Gateway"),
    "503": status("503 Slow Down", { "Content-Length": "x", "Transfer-Encoding": "gzip" }),
    "504": status("504 Gateway Timeout"),
    "505": status("505 x"),
    "511": status("511 Network Authentication Required", page),
    "a portal's page": () => httpReply({ status: "200 OK", headers: page, body }),
    "a portal's page in chunks": () =>
      httpReply({ status: "200 OK", headers: page, body, chunks: [2] }),
    "a page without a type or a length": () =>
      httpReply({ status: "200 OK", headers: { "Content-Length": "" }, body, ending: "close" }),
    "a page of the file's length": (desk) =>
      httpReply({
        status: "200 OK",
        headers: page,
        body: Buffer.alloc(desk.firmwares.offered.hex.length, "<p>"),
      }),
    "a coded file": whole({ "Content-Encoding": "gzip" }),
    "no Content-Range": part({ "Content-Range": "" }),
    "another Content-Range": part({ "Content-Range": "bytes 1-2/3" }),
    "a Content-Range in lines": part({ "Content-Range": "lines 1-2/3" }),
    "several parts": part({ "Content-Range": "", "Content-Type": "multipart/byteranges" }),
    "another length of the file": part({ "Content-Range": "bytes 0-9/10" }),
    "a length that is none": part({ "Content-Length": "many" }),
    "a length that is short": part({ "Content-Length": "10" }),
    "two lengths": part({ "Transfer-Encoding": "chunked" }),
    "a coded message": part({ "Transfer-Encoding": "gzip" }),
    "more than it says": part({}, (bytes) => Buffer.concat([bytes, body])),
    "no HTTP": text("SSH-2.0-OpenSSH_9.6\r\n\r\n"),
    "HTTP/2": text("HTTP/2 200\r\n\r\n"),
    "a broken head": text("HTTP/1.1 206 x\r\nno colon\r\n\r\n"),
    "an endless head": text(`HTTP/1.1 206 x\r\nX: ${"x".repeat(9000)}`),
    "a broken chunk": text("HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
  };

  for (const [name, reply] of Object.entries(odd)) {
    it(`costs an attempt, not the job: ${name}`, () => {
      for (const index of [1, 2]) {
        const ended = run((desk) => {
          dropFirst(desk);
          answer(desk, (request) => reply(desk, request), { index });
        });
        assertUpdated(ended);
      }
    });
  }

  const fine: Readonly<Record<string, (desk: Desk, request: HttpRequest) => HttpReply>> = {
    "a 200 that ends with its connection": (desk) => ({
      ...whole({ "Content-Length": "" })(desk),
      ending: "close",
    }),
    "a 206 that ends with its connection": (desk, request) => ({
      ...part({ "Content-Length": "" })(desk, request),
      ending: "close",
    }),
    "a Content-Range without a total": (desk, request) => {
      const last = desk.firmwares.offered.hex.length - 1;
      const { first = 0 } = request.range ?? {};
      return part({ "Content-Range": `bytes ${first}-${last}/*` })(desk, request);
    },
    "a folded header": part({ "X-Folded": "a\r\n b", "Content-Type": "a/b;\r\n\tcharset=x" }),
    "Transfer-Encoding: identity": part({ "Transfer-Encoding": "identity" }),
  };

  for (const [name, reply] of Object.entries(fine)) {
    it(`is none: ${name}`, () => {
      const ended = run((desk) => {
        desk.onFileRequest = (_, request) => reply(desk, request);
      });
      assertUpdated(ended);
      const { desk } = ended;
      assert.equal(desk.log.filter((line) => / from byte /.test(line)).length, 1);
    });
  }

  for (const [name, code, told] of [
    ["405", "HTTP_STATUS", /status 405/],
    ["404", "FILE_NOT_FOUND", /status 404/],
    ["403", "ACCESS_DENIED", /status 403/],
    ["400", "ACCESS_DENIED", /status 400/],
    ["301 to nowhere", "HTTP_RESPONSE", /redirect to nowhere/],
    ["302 to http", "REDIRECT_REFUSED", /location/],
    ["500", "DOWNLOAD_EXHAUSTED", /status 500/],
    ["another length of the file", "FILE_LENGTH", /10 bytes/],
    ["another Content-Range", "FILE_LENGTH", /3 bytes/],
    ["a coded file", "HTTP_RESPONSE", /gzip/],
    ["no HTTP", "HTTP_RESPONSE", /status line/],
  ] as const) {
    it(`that stays ends the job with what it said: ${name}`, () => {
      const ended = run((desk) => {
        const reply = odd[name];
        assert.ok(reply !== undefined);
        answer(desk, (request) => reply(desk, request), { count: 1000 });
      });
      assertFailed(ended, code);
      assert.match(ended.detail, told);
    });
  }

  it("that stays ends the job with what it said: redirected in a circle", () => {
    const ended = run((desk) => {
      const reply = httpReply({ status: "307 x", headers: { Location: "/circle" } });
      desk.onFileRequest = () => reply;
    });
    assertFailed(ended, "REDIRECT_REFUSED");
    assert.match(ended.detail, /more than 3 redirects/);
  });

  for (const [name, more] of [
    ["shorter than promised", 1],
    ["longer than promised", -1],
  ] as const) {
    it(`that stays ends the job with what it said: ${name}`, () => {
      const desk = new Desk();
      const { offered } = desk.firmwares;
      const jobId = desk.cloud.order(offered, { size: offered.hex.length + more });
      desk.runUntilOver(jobId);
      assert.deepEqual(desk.end(jobId), { status: "FAILED", reason: "FILE_LENGTH" });
    });
  }

  it("of a signer whose session has ended is mended by a fresh URL, after a wait or two", () => {
    const paths = new Set<string>();
    const ended = run((desk) => {
      desk.onFileRequest = (index, request) => {
        paths.add(request.path);
        return index <= 4 ? httpReply({ status: "400 Bad Request" }) : undefined;
      };
    });
    assertUpdated(ended);
    assert.ok(paths.size >= 4, `${paths.size} URLs`);
  });

  for (const line of ["404 Not Found", "410 Gone", "403 Forbidden"]) {
    it(`of a link that is good for one use leads back to the job's URL: ${line}`, () => {
      const ended = run((desk) => {
        const { hex } = desk.firmwares.offered;
        const used = new Set<string>();
        desk.onFileRequest = (index, request) => {
          if (!request.path.startsWith("/once")) {
            const headers = { Location: `https://mirror.example/once-${index}` };
            return httpReply({ status: "302 Found", headers });
          }
          if (used.has(request.path)) return httpReply({ status: line });
          used.add(request.path);
          const reply = fileReply(request, { file: hex, etag: '"a"' });
          return cutReply(reply, headLength(reply) + 1000);
        };
      });
      assertUpdated(ended);
    });
  }
});

describe("a server without validators", () => {
  /** Each of the first four answers breaks off, a little farther each time. */
  function onBadLink(desk: Desk, reply: (request: HttpRequest) => HttpReply): void {
    const { length } = desk.firmwares.offered.hex;
    desk.onFileRequest = (index, request) => {
      const one = reply(request);
      const whole = one.bytes.length > length;
      const step = Math.floor(length / 6);
      const byteCount = whole ? step * index : step;
      return index <= 4 ? cutReply(one, headLength(one) + byteCount) : one;
    };
  }

  const servers: Readonly<Record<string, (desk: Desk, request: HttpRequest) => HttpReply>> = {
    "no ETag": (desk, request) => fileReply(request, { file: desk.firmwares.offered.hex }),
    "no ETag, no ranges": (desk, request) =>
      fileReply({ ...request, range: undefined }, { file: desk.firmwares.offered.hex }),
    "an ETag, no ranges": (desk, request) =>
      fileReply(
        { ...request, range: undefined },
        { file: desk.firmwares.offered.hex, etag: '"a"' },
      ),
    "no length, no ranges": (desk, request) => ({
      ...fileReply(
        { ...request, range: undefined },
        { file: desk.firmwares.offered.hex, headers: { "Content-Length": "" } },
      ),
      ending: "close",
    }),
    "a Last-Modified": (desk, request) =>
      fileReply(
        { ...request, headers: {} },
        {
          file: desk.firmwares.offered.hex,
          headers: {
            Date: "Mon, 23 Nov 2026 15:00:00 GMT",
            "Last-Modified": "Mon, 23 Nov 2026 14:00:00 GMT",
          },
        },
      ),
  };

  for (const [name, reply] of Object.entries(servers)) {
    it(`does for a link that drops four times: ${name}`, () => {
      const ended = run((desk) => onBadLink(desk, (request) => reply(desk, request)));
      assertUpdated(ended);
      const { desk } = ended;
      assert.ok(!desk.log.some((line) => line.includes("from byte 0 again")));
      assert.equal(Math.max(...desk.tracker.secondary.counts.erases.firmware), 1);
    });
  }

  it("goes on after a reset in the middle", () => {
    const ended = run((desk) => {
      const { hex } = desk.firmwares.offered;
      desk.onFileRequest = (_, request) => fileReply(request, { file: hex });
      let hasReset = false;
      desk.onDelivered = (totalBytes) => {
        if (hasReset || totalBytes < hex.length / 2) return;
        hasReset = true;
        desk.clock.alarm(0, () => {
          throw new Restart("crash");
        });
      };
    });
    assertUpdated(ended);
    assert.ok(!ended.desk.log.some((line) => line.includes("from byte 0 again")));
  });

  it("mixes two files: that is seen by the digest, and the file fetched once more", () => {
    const ended = run((desk) => {
      const { hex } = desk.firmwares.offered;
      const other = desk.firmwares.changed.hex;
      assert.equal(other.length, hex.length);
      // Between two records, or a checksum might tell.
      const end = Buffer.from(hex).indexOf("\n", hex.length / 2) + 1;
      assert.notDeepEqual(other.subarray(0, end), hex.subarray(0, end));
      desk.onFileRequest = (index, request) => {
        if (index > 1) return fileReply(request, { file: hex });
        const reply = fileReply(request, { file: other });
        return cutReply(reply, headLength(reply) + end);
      };
    });
    assertUpdated(ended);
    assert.ok(ended.desk.log.some((line) => line.includes("verifying -> downloading")));
  });
});

describe("a slow link", () => {
  for (const connectMs of [31_000, 60_000, 110_000]) {
    it(`is no broken one: ${connectMs / 1000} s to connect`, () => {
      const ended = run(() => undefined, { connectMs });
      assertUpdated(ended);
      assert.ok(!ended.desk.log.some((line) => /timed out|in time/.test(line)));
    });
  }

  it("has a time-out that is a setting", () => {
    const settings = { connectTimeoutMs: 20_000, answerTimeoutMs: 5000 };
    const desk = new Desk({ settings });
    desk.onFileReply = (index) => (index === 1 ? { byte: 2000, fate: "stall" } : undefined);
    const jobId = desk.cloud.order(desk.firmwares.offered);
    desk.runUntilOver(jobId);
    assert.equal(desk.end(jobId).status, "SUCCEEDED");
    assert.ok(desk.log.some((line) => line.includes("stalled")));
    assert.ok(desk.clock.nowMs() < 20_000, `${desk.clock.nowMs()} ms`);
  });

  it("has the same for the broker and the Jobs service", () => {
    const desk = new Desk({ settings: { connectTimeoutMs: 20_000, answerTimeoutMs: 5000 } });
    let asked = 0;
    desk.onJobsRequest = ({ topic }) => {
      asked += topic === "start-next" ? 1 : 0;
      return asked === 1 ? "silence" : undefined;
    };
    desk.cloud.order(desk.firmwares.offered);
    desk.powerOn();
    desk.runUntil(() => asked === 2);
    assert.ok(desk.clock.nowMs() < 10_000, `${desk.clock.nowMs()} ms`);
  });

  it("may answer after 59 s", () => {
    const ended = run((desk) => {
      const { hex } = desk.firmwares.offered;
      const pace = { delayMs: 59_000, firstBytes: 0, pieceBytes: 1460, everyMs: 500 };
      desk.onFileRequest = (_, request) => ({ ...fileReply(request, { file: hex }), pace });
    });
    assertUpdated(ended);
    assert.ok(!ended.desk.log.some((line) => line.includes("stalled")));
  });
});
