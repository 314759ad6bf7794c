import { kitIsMissing } from "../../hw-test/dev-kit/program.ts";
import type { BoardName } from "../../hw-test/trackers/boards.ts";
import { imageHash } from "../../tools/image/mcuboot.ts";
import { makePatch } from "../../tools/patch/make-patch.ts";
import type { Figure } from "../figure.ts";
import type { BenchRig } from "../tracker/rig.ts";
import { type HeapUse, heapOfPart } from "./parts.ts";
import { type Images, idles, smallestPool, updates } from "./pool.ts";

/** DESIGN.md, "Goals for the device". */
const UPDATE_NEED_GOAL_BYTES = 24 * 1024;
/** Of pools, on 32 bits. */
export const IDLE_POOL_GOAL_BYTES = 40 * 1024;
/** 64 KiB is what was aimed at, and held until progress was told less often (docs/memory.md). */
export const UPDATE_POOL_GOAL_BYTES = 68 * 1024;
/** What a HEX update needed before there were patches: 77 KiB. */
export const PATCH_POOL_GOAL_BYTES = 77 * 1024;

/** Heap of the tracker: what its ROM holds, idle, and what an update needs beyond that. */
export async function memory(rig: BenchRig, images: Images): Promise<Figure[]> {
  const board = await smallBoard(rig, images);
  const tracker = await rig.newTracker(images.from.image, { board });
  await rig.idle(tracker);
  await tracker.stop();
  const { lastHeap: idle, lastStart: start } = tracker;
  if (idle === undefined || start === undefined) throw new Error("the board told no heap");
  const bytes = makePatch(images.from.image, images.to.image);
  const patches = [{ from: imageHash(images.from.image), bytes }];
  const most = start.poolBytes;
  const idlePool = await smallestPool((pool) => idles(rig, images, pool, board), most);
  const updatePool = await smallestPool((pool) => updates(rig, images, pool, { board }), most);
  const patchPool = await smallestPool(
    (pool) => updates(rig, images, pool, { board, patches }),
    most,
  );
  const is32Bit = start.slotBytes === 16;
  const atMost = (value: number) => (is32Bit ? { goal: { atMost: value } } : {});
  return [
    inBytes("bytes of a slot", start.slotBytes),
    ...(await parts()),
    inBytes("idle: slots in use", idle.slotBytes),
    inBytes("idle: chunks in use", idle.chunkBytes),
    { ...inBytes("smallest pool that idles connected", idlePool), ...atMost(IDLE_POOL_GOAL_BYTES) },
    { ...inBytes("smallest pool that updates", updatePool), ...atMost(UPDATE_POOL_GOAL_BYTES) },
    {
      ...inBytes("smallest pool that updates by a patch", patchPool),
      ...atMost(PATCH_POOL_GOAL_BYTES),
    },
    {
      ...inBytes("an update's need", updatePool - idlePool),
      ...atMost(UPDATE_NEED_GOAL_BYTES),
    },
  ];
}

/** Linux where it runs 32-bit programs; else the Cortex-M4, if it is installed. */
async function smallBoard(rig: BenchRig, images: Images): Promise<BoardName> {
  const tracker = await rig.newTracker(images.from.image);
  await rig.idle(tracker);
  await tracker.stop();
  const isSmall = tracker.lastStart?.slotBytes === 16;
  return isSmall || (await kitIsMissing()) !== undefined ? "linux" : "cortex-m";
}

/** Of what lies in ROM. */
async function parts(): Promise<Figure[]> {
  const base = totalOf(await heapOfPart("built-ins and board"));
  const library = totalOf(await heapOfPart("with mqtt-packet"));
  const mqtt = totalOf(await heapOfPart("with mqtt/"));
  const all = totalOf(await heapOfPart("with the whole firmware"));
  return [
    inBytes("in ROM: built-ins and the board's modules", base),
    inBytes("in ROM: mqtt-packet and its shims", library - base),
    inBytes("in ROM: the rest of mqtt/", mqtt - library),
    inBytes("in ROM: the other functions and classes", all - mqtt),
  ];
}

function totalOf({ slotBytes, chunkBytes }: HeapUse): number {
  return slotBytes + chunkBytes;
}

function inBytes(name: string, value: number): Figure {
  return { name, value, unit: "bytes" };
}
