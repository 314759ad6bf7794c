import assert from "node:assert/strict";
import { it } from "node:test";
import { asBuilt } from "../../tools/build/image.ts";
import { toHex } from "../../tools/image/hex.ts";
import { partitions } from "../../tools/image/memory-map.ts";
import { describe } from "../board/testing/needs-engine.ts";
import type { HttpRequest } from "../cloud/http/message.ts";
import { FaultBench, type FaultBenchOptions, smallImage } from "./testing/fault-bench.ts";

const image = smallImage("1.0.1");
const { hex } = asBuilt(image);
/** In the middle of the file, behind the heads of the answers to HEAD and GET. */
const half = hex.length >> 1;

interface Fetched {
  readonly bench: FaultBench;
  /** The GETs, in order. */
  readonly gets: readonly HttpRequest[];
}

type Answer = { readonly status: number; readonly headers?: Readonly<Record<string, string>> };

/** Lets a tracker fetch the file in spite of what goes wrong, up to the request for the swap. */
async function fetch(
  context: Parameters<typeof FaultBench.start>[0],
  options: FaultBenchOptions & {
    /** What the n-th GET is answered, from 1. */
    readonly answer?: (
      get: number,
    ) => Answer | { ignoreRange: true } | { etag: string } | undefined;
    readonly order?: Parameters<FaultBench["order"]>[0];
    readonly hex?: string;
    /** Messages of the tracker that the broker drops the connection at. */
    readonly dropped?: readonly number[];
  },
): Promise<Fetched> {
  const gets: HttpRequest[] = [];
  const bench = await FaultBench.start(context, {
    ...options,
    stopsAtReset: true,
    hooks: {
      onFileRequest(_, request) {
        if (request.method !== "GET") return undefined;
        gets.push(request);
        return options.answer?.(gets.length);
      },
      onTrackerMessage: ({ index }) => (options.dropped?.includes(index) ? "drop" : undefined),
    },
  });
  await bench.order({ id: "shared", hex: options.hex ?? hex, ...options.order });
  await bench.tracker.powerOn();
  await bench.swapRequested("1.0.1");
  return { bench, gets };
}

const s3 = "https://s3.eu-west-1.amazonaws.com/fota-bucket/shared";

function rangeStart(request: HttpRequest | undefined): number {
  return Number(/^bytes=(\d+)-/.exec(String(request?.headers["range"]))?.[1]);
}

describe("download on real sockets", { concurrency: 3 }, () => {
  it("resumes after a drop, with If-Range, where it was", async (context) => {
    const { gets } = await fetch(context, { faults: [`drop@byte:${half}`] });
    assert.equal(gets.length, 2);
    assert.equal(rangeStart(gets[0]), 0);
    assert.ok(rangeStart(gets[1]) > half - 4000, `resumed at ${rangeStart(gets[1])}`);
    assert.match(String(gets[1]?.headers["if-range"]), /^"[0-9a-f]+"$/);
  });

  it("asks for a fresh URL when the presigned one has expired, and resumes", async (context) => {
    const { gets } = await fetch(context, {
      faults: [`drop@byte:${half}`],
      answer: (get) => (get === 2 ? { status: 403 } : undefined),
      order: {
        changes: { location: { url: `\${aws:iot:s3-presigned-url:${s3}}` } },
        more: {
          presignedUrlConfig: { roleArn: "arn:aws:iam::123456789012:role/x", expiresInSec: 3600 },
        },
      },
    });
    assert.equal(gets.length, 3);
    assert.match(gets[0]?.query ?? "", /X-Amz-Signature=/);
    assert.equal(gets[1]?.query, gets[0]?.query, "the old URL");
    assert.ok(rangeStart(gets[2]) > half - 4000, `resumed at ${rangeStart(gets[2])}`);
  });

  it("starts over when the file has another ETag after a drop", async (context) => {
    const { gets, bench } = await fetch(context, {
      faults: [`drop@byte:${half}`],
      answer: (get) => (get >= 2 ? { etag: '"changed"' } : undefined),
    });
    assert.equal(gets.length, 2);
    assert.ok(bench.has(/from byte 0 again/));
    const { maxErasesPerPage } = bench.tracker.flashMeters.firmware.total("image-1");
    assert.equal(maxErasesPerPage, 2);
  });

  it("takes a 200 for the whole file, and never appends it", async (context) => {
    const { gets } = await fetch(context, {
      faults: [`drop@byte:${half}`],
      answer: () => ({ ignoreRange: true }),
    });
    assert.equal(gets.length, 2);
  });

  it("waits as long as Retry-After says", async (context) => {
    const atMs: number[] = [];
    await fetch(context, {
      answer: (get) => {
        atMs.push(performance.now());
        return get === 1 ? { status: 503, headers: { "Retry-After": "2" } } : undefined;
      },
    });
    assert.equal(atMs.length, 2);
    // At the server, so that a slow machine only makes it longer.
    const waitedMs = (atMs[1] ?? 0) - (atMs[0] ?? 0);
    assert.ok(waitedMs >= 2000, `waited ${waitedMs} ms`);
  });

  it("follows a redirect to another host, without the broker's certificate", async (context) => {
    const { gets, bench } = await fetch(context, {
      answer: (get) => (get === 1 ? { status: 302, headers: { Location: s3 } } : undefined),
    });
    assert.equal(gets.length, 2);
    assert.ok(bench.has(/download: s3\.eu-west-1\.amazonaws\.com/));
  });

  it("takes an image that is linked for the secondary slot", async (context) => {
    const address = partitions["image-1"].offset;
    await fetch(context, { hex: toHex(image, { address }) });
  });

  it("is not disturbed when the broker drops the connection", async (context) => {
    const { bench } = await fetch(context, { dropped: [1, 2] });
    assert.equal(bench.tracker.traffic.broker.connections, 3);
  });

  it("asks nothing of a server whose certificate is for another name", async (context) => {
    const reasons: string[] = [];
    const bench = await FaultBench.start(context);
    bench.tracker.on("socketError", ({ target, reason }) => {
      if (target.security === "files") reasons.push(reason);
    });
    // A name that leads to the file server, and that its certificate does not cover.
    const url = "https://files.amazonaws.com/shared";
    const job = await bench.order({ changes: { location: { url } } });
    await bench.tracker.powerOn();
    await bench.until("a second attempt", () => reasons.length >= 2);
    assert.match(reasons[0] ?? "", /TLS/);
    assert.equal(bench.cloud.counters().files.requests, 0);
    await job.cancel();
    await bench.line(/downloading -> idle/);
    bench.assertOldImageStays();
  });
});
