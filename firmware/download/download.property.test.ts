import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { DownloadRun } from "../../hw-test/model/download-run.ts";
import { cutReply, fileReply, httpReply } from "../../hw-test/model/http-reply.ts";
import type { HttpReply, HttpRequest } from "../../hw-test/model/http-server.ts";
import { config } from "../config.ts";
import { failures } from "../failure.ts";

const etag = '"one"';

function newFile(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8) * 17) & 0xff);
}

/** Takes from `values` again and again. */
function cycle<T>(values: readonly T[], otherwise: T): () => T {
  let index = 0;
  return () => {
    index += 1;
    return values[(index - 1) % Math.max(values.length, 1)] ?? otherwise;
  };
}

const sizes = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 5 });

describe("any file", () => {
  it("comes in order and once, whatever the ranges, chunks, pieces and buffers", () => {
    fc.assert(
      fc.property(
        fc.record({
          length: fc.integer({ min: 1, max: 3000 }),
          rangeBytes: fc.integer({ min: 1, max: 3000 }),
          bufferBytes: fc.integer({ min: 1, max: 300 }),
          grantBytes: fc.integer({ min: 1, max: 600 }),
          pieces: sizes,
          chunks: fc.option(sizes, { nil: undefined }),
          isWhole: fc.boolean(),
          closes: fc.boolean(),
          hasEtag: fc.boolean(),
          holds: fc.array(fc.integer({ min: -1, max: 1 }), { maxLength: 5 }),
        }),
        (c) => {
          const file = newFile(c.length);
          const parts = {
            file,
            etag: c.hasEtag ? etag : undefined,
            chunks: c.chunks,
            headers: c.closes ? { Connection: "close" } : {},
          };
          // At most 50 ranges, to keep the test fast.
          const rangeBytes = Math.max(c.rangeBytes, Math.ceil(c.length / 50));
          const done = new DownloadRun({
            handler: (request) =>
              fileReply(c.isWhole ? { ...request, range: undefined } : request, parts),
            size: c.length,
            rangeBytes,
            bufferBytes: c.bufferBytes,
            grantBytes: c.grantBytes,
            pieceBytes: cycle(c.pieces, 1),
            holdMs: cycle(c.holds, -1),
          }).run();
          assert.equal(done.events.at(-1), "done");
          assert.deepEqual(done.received, file);
          assert.equal(done.deliveredBytes, c.length);
          const requests = c.isWhole ? 1 : Math.ceil(c.length / rangeBytes);
          assert.equal(done.server.requests.length, requests);
          if (!c.holds.includes(1)) assert.equal(done.clock.nowMs(), 0);
          done.assertIdle();
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("a connection that drops", () => {
  const file = newFile(250);
  const common = { size: file.length, rangeBytes: 100, bufferBytes: 16 };

  for (const [chunks, holdMs] of [
    [undefined, -1],
    [[40], -1],
    [undefined, 0],
    [[40], 5],
  ] as const) {
    const kind = chunks === undefined ? "plain" : "chunked";
    const held = holdMs < 0 ? "" : `, each piece held for ${holdMs} ms`;
    it(`at any byte costs no byte twice (${kind}${held})`, () => {
      const parts = { file, etag, chunks };
      let total = 0;
      new DownloadRun({
        ...common,
        handler: (request) => {
          const reply = fileReply(request, parts);
          total += reply.bytes.length;
          return reply;
        },
      }).run();
      for (let dropAt = 0; dropAt < total; dropAt += 1) {
        let sent = 0;
        const done = new DownloadRun({
          ...common,
          holdMs: () => holdMs,
          handler: (request) => {
            const reply = fileReply(request, parts);
            const from = sent;
            sent += reply.bytes.length;
            return dropAt >= from && dropAt < sent ? cutReply(reply, dropAt - from) : reply;
          },
        }).run();
        assert.equal(done.events.at(-1), "done", `dropped at ${dropAt}`);
        assert.deepEqual(done.received, file);
        assert.equal(done.deliveredBytes, file.length);
        assert.ok(done.server.network.sockets.length <= 2);
        assert.ok(!done.events.includes("restart"));
        done.assertIdle();
      }
    });
  }
});

type Fault =
  | "none"
  | "cut"
  | "stall"
  | "503"
  | "403"
  | "redirect"
  | "whole"
  | "changed"
  | "garbage";

function faulty(fault: Fault, reply: HttpReply, request: HttpRequest, at: number): HttpReply {
  switch (fault) {
    case "cut":
      return cutReply(reply, at % reply.bytes.length);
    case "stall":
      return { ...cutReply(reply, at % reply.bytes.length), ending: "stall" };
    case "503":
      return httpReply({ status: "503 x", body: new Uint8Array(at) });
    case "403":
      return httpReply({ status: "403 x", body: new Uint8Array(at) });
    case "redirect":
      return httpReply({ status: "307 x", headers: { Location: `/${request.number}` } });
    case "garbage":
      return { ...reply, bytes: reply.bytes.map((byte, index) => (index === at ? ~byte : byte)) };
    default:
      return reply;
  }
}

describe("faults in any order", () => {
  const file = newFile(600);
  const fault = fc.constantFrom<Fault>(
    "none",
    "cut",
    "stall",
    "503",
    "403",
    "redirect",
    "whole",
    "changed",
  );
  const plan = fc.array(fc.record({ fault, at: fc.nat(400) }), { maxLength: 30 });

  function runPlan(faults: readonly { fault: Fault; at: number }[], pieces: number[]): DownloadRun {
    let version = 1;
    return new DownloadRun({
      size: file.length,
      rangeBytes: 150,
      bufferBytes: 64,
      pieceBytes: cycle(pieces, 1),
      handler: (request) => {
        const { fault = "none", at = 0 } = faults[request.number] ?? {};
        if (fault === "changed") version += 1;
        const asked = fault === "whole" ? { ...request, range: undefined } : request;
        const reply = fileReply(asked, { file, etag: `"${version}"` });
        return faulty(fault, reply, request, at);
      },
      onEvent: (self, event) => {
        if (event === "url-expired") self.download.useFile({ host: "b", port: 1, path: "/f" });
      },
    }).run();
  }

  it("end with the file or a code, within the bounds", () => {
    let done = 0;
    fc.assert(
      fc.property(plan, sizes, (faults, pieces) => {
        const ended = runPlan(faults, pieces);
        const last = ended.events.at(-1) ?? "";
        if (last === "done") {
          done += 1;
          assert.deepEqual(ended.received, file);
        } else {
          assert.match(last, /^failed (DOWNLOAD_EXHAUSTED|ACCESS_DENIED|REDIRECT_REFUSED)$/);
        }
        const restarts = ended.events.filter((event) => event === "restart").length;
        assert.ok(restarts <= config.restartMax);
        assert.ok(ended.deliveredBytes <= file.length * (restarts + 1));
        assert.equal(ended.events.filter((event) => /^(done|failed)/.test(event)).length, 1);
        ended.assertIdle();
      }),
      { numRuns: 500 },
    );
    assert.ok(done > 50, `${done} of 500 ended with the file`);
  });

  it("and damaged bytes never end in anything but the file's length or a code", () => {
    const damage = fc.array(
      fc.record({ fault: fc.constantFrom<Fault>("garbage", "cut", "none"), at: fc.nat(400) }),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(damage, sizes, (faults, pieces) => {
        const ended = runPlan(faults, pieces);
        const [, code] = (ended.events.at(-1) ?? "").split(" ");
        if (code === undefined) assert.equal(ended.received.length, file.length);
        else assert.ok(code in failures, code);
        ended.assertIdle();
      }),
      { numRuns: 500 },
    );
  });
});
