import assert from "node:assert/strict";
import { it } from "node:test";
import { asBuilt } from "../../tools/build/image.ts";
import { hexRecord, toHex } from "../../tools/image/hex.ts";
import { partitions } from "../../tools/image/memory-map.ts";
import { describe } from "../board/testing/needs-engine.ts";
import type { CloudHooks } from "../cloud/cloud.ts";
import type { UpdateJob } from "../run/job.ts";
import { FaultBench, smallImage } from "./testing/fault-bench.ts";

const slot0 = partitions["image-0"];
const image = smallImage("1.0.1");
const { hex } = asBuilt(image);
const eof = ":00000001FF\n";

/** Data at an offset of the slot, after the good image. */
function withData(offset: number): string {
  const address = slot0.offset + offset;
  return hex.replace(eof, toHex(Uint8Array.of(1, 2, 3, 4), { address }));
}

/** In the data of the first data record, behind length, address and type. */
function otherDigit(): string {
  const at = hex.indexOf("\n:10") + "\n:10000000".length;
  return hex.slice(0, at) + (hex[at] === "0" ? "1" : "0") + hex.slice(at + 1);
}

function damaged(): Uint8Array {
  const bytes = image.slice();
  bytes[1000] = (bytes[1000] ?? 0) ^ 0x01;
  return bytes;
}

interface BadFile {
  readonly name: string;
  readonly reason: string;
  readonly hex?: string;
  readonly changes?: Readonly<Record<string, unknown>>;
}

/** What a server says of a file is tried again for half a minute: most of it is in network.test.ts. */
const badFiles: readonly BadFile[] = [
  { name: "a wrong digit", reason: "HEX_CHECKSUM", hex: otherDigit() },
  { name: "no hexadecimal", reason: "HEX_DIGIT", hex: hex.replace("\n:10", "\n:1g") },
  { name: "no colon", reason: "HEX_START_CODE", hex: hex.replace("\n:10", "\n10") },
  { name: "no such type", reason: "HEX_TYPE", hex: hex.replace(eof, ":00000006FA\n") },
  { name: "no end", reason: "HEX_NO_EOF", hex: hex.replace(eof, "") },
  { name: "a second end", reason: "HEX_AFTER_EOF", hex: hex + eof },
  {
    name: "a base record with an address",
    reason: "HEX_OFFSET",
    hex: `${hexRecord({ type: 4, offset: 1, data: [0, 1] })}\n${hex}`,
  },
  { name: "an end with data", reason: "HEX_LENGTH", hex: hex.replace(eof, ":0100000100FE\n") },
  { name: "nothing but an end", reason: "IMAGE_EMPTY", hex: eof },
  { name: "data outside", reason: "SLOT_ADDRESS", hex: withData(slot0.byteLength) },
  { name: "data in the trailer", reason: "SLOT_TRAILER", hex: withData(slot0.byteLength - 64) },
  { name: "other bytes for one address", reason: "SLOT_OVERLAP", hex: withData(8192) },
  { name: "shorter than promised", reason: "FILE_LENGTH", changes: { size: hex.length + 1 } },
  { name: "nowhere", reason: "FILE_NOT_FOUND", changes: place("missing") },
  { name: "forbidden", reason: "ACCESS_DENIED", changes: place("status-403") },
  { name: "another version", reason: "IMAGE_VERSION", changes: { fwversion: "1.0.9" } },
  { name: "another image CRC", reason: "IMAGE_CRC", changes: { crc32: "00000000" } },
  { name: "another image digest", reason: "IMAGE_SHA256", changes: { sha256: "0".repeat(64) } },
  { name: "another image size", reason: "IMAGE_SIZE", changes: { imageSize: 4 } },
  { name: "damaged before upload", reason: "IMAGE_SHA256", hex: asBuilt(damaged()).hex },
  { name: "no MCUboot image", reason: "IMAGE_HEADER", hex: asBuilt(image.slice(32)).hex },
];

function place(path: string): Readonly<Record<string, unknown>> {
  return { location: { url: `https://fota-bucket.s3.amazonaws.com/${path}` } };
}

const hooks: CloudHooks = {
  onFileRequest(_, { path }) {
    const status = /status-(\d+)/.exec(path)?.[1];
    return status === undefined ? undefined : { status: Number(status) };
  },
};

describe("files that are not what was promised", () => {
  it("fail with their code, nothing is left bootable, and the queue goes on", async (context) => {
    const bench = await FaultBench.start(context, { hooks, stopsAtReset: true });
    const jobs: UpdateJob[] = [];
    for (const { hex: file = hex, changes = {} } of badFiles) {
      jobs.push(await bench.order({ hex: file, changes }));
    }
    await bench.tracker.powerOn();
    for (const [index, { name, reason }] of badFiles.entries()) {
      const job = jobs[index];
      assert.ok(job !== undefined);
      const { status, statusDetails } = await bench.ended(job);
      assert.deepEqual([status, statusDetails["reason"]], ["FAILED", reason], name);
      bench.assertOldImageStays();
    }
    await bench.order();
    await bench.swapRequested("1.0.1");
  });
});
