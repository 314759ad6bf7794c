import assert from "node:assert/strict";
import { it, type TestContext } from "node:test";
import { buildImage } from "../../tools/build/image.ts";
import { partitions } from "../../tools/image/memory-map.ts";
import { describe } from "../board/testing/needs-engine.ts";
import { isConfirmed } from "../trackers/slot-contents.ts";
import type { FlashOperation, PowerCut } from "../trackers/virtual/power.ts";
import { FaultBench } from "./testing/fault-bench.ts";

/** MCUboot, docs/design.md, "Image trailer", BOOT_MAX_ALIGN 8: bytes before the slot's end. */
const MAGIC_FROM_END = 16;
const IMAGE_OK_FROM_END = 24;

function endOf(name: "image-0" | "image-1"): number {
  return partitions[name].offset + partitions[name].byteLength;
}

const isRequest = ({ kind, address }: FlashOperation): boolean =>
  kind === "write" && address === endOf("image-1") - MAGIC_FROM_END;

const isConfirm = ({ kind, address }: FlashOperation): boolean =>
  kind === "write" && address === endOf("image-0") - IMAGE_OK_FROM_END;

/** The store's writes once the image is confirmed: the first of them is the outbox's. */
function isReport(): (operation: FlashOperation) => boolean {
  let hasConfirmed = false;
  return (operation) => {
    hasConfirmed ||= isConfirm(operation);
    return hasConfirmed && operation.address >= partitions.storage.offset;
  };
}

/** One update to a real 1.0.1, with one power cut. */
async function updateThrough(context: TestContext, cut: PowerCut) {
  const { hex } = await buildImage({ version: "1.0.1" });
  const bench = await FaultBench.start(context);
  bench.tracker.cutPowerAt(cut);
  const job = await bench.order({ hex });
  await bench.tracker.powerOn();
  const { status, statusDetails } = await bench.ended(job);
  assert.equal(bench.tracker.powerCuts, 1);
  const primary = bench.tracker.flashFile.slot("image-0");
  assert.equal(isConfirmed(primary), true);
  return { status, reason: statusDetails["reason"], running: primary.image?.version };
}

const done = { status: "SUCCEEDED", reason: undefined, running: "1.0.1" };
const reverted = { status: "FAILED", reason: "REVERTED", running: "1.0.0" };

describe("power cut at the last steps", { concurrency: 2 }, () => {
  it("in the trailer's magic: it is asked for again", async (context) => {
    const cut = { operation: 1, among: isRequest, when: "inside", doneBytes: 7 } as const;
    assert.deepEqual(await updateThrough(context, cut), done);
  });

  it("right after the trailer's magic, before the journal knows", async (context) => {
    const cut = { operation: 1, among: isRequest, when: "after" } as const;
    assert.deepEqual(await updateThrough(context, cut), done);
  });

  it("before the confirmation: the image is reverted, and that is reported", async (context) => {
    const cut = { operation: 1, among: isConfirm, when: "before" } as const;
    assert.deepEqual(await updateThrough(context, cut), reverted);
  });

  it("right after the confirmation: the image stays, and that is reported", async (context) => {
    const cut = { operation: 1, among: isConfirm, when: "after" } as const;
    assert.deepEqual(await updateThrough(context, cut), done);
  });

  it("in the outbox: the report is made again", async (context) => {
    const cut = { operation: 1, among: isReport(), when: "inside" } as const;
    assert.deepEqual(await updateThrough(context, cut), done);
  });
});
