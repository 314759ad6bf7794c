import type { Figure } from "../figure.ts";
import type { BenchRig } from "../tracker/rig.ts";
import { type HeapUse, heapOfPart } from "./parts.ts";
import { type Images, idles, smallestPool, updates } from "./pool.ts";

/** DESIGN.md, "Goals for the device". */
const UPDATE_GOAL_BYTES = 24 * 1024;

/** Heap of the tracker: what its ROM holds, idle, and what an update needs beyond that. */
export async function memory(rig: BenchRig, images: Images): Promise<Figure[]> {
  const tracker = await rig.newTracker(images.from.image);
  await rig.idle(tracker);
  await tracker.stop();
  const { lastHeap: idle, lastStart: start } = tracker;
  if (idle === undefined || start === undefined) throw new Error("the board told no heap");
  const idlePool = await smallestPool((bytes) => idles(rig, images, bytes), start.poolBytes);
  const updatePool = await smallestPool((bytes) => updates(rig, images, bytes), start.poolBytes);
  return [
    bytes("bytes of a slot", start.slotBytes),
    ...(await parts()),
    bytes("idle: slots in use", idle.slotBytes),
    bytes("idle: chunks in use", idle.chunkBytes),
    bytes("smallest pool that idles connected", idlePool),
    bytes("smallest pool that updates", updatePool),
    { ...bytes("an update's need", updatePool - idlePool), goal: { atMost: UPDATE_GOAL_BYTES } },
  ];
}

/** Of what lies in ROM. */
async function parts(): Promise<Figure[]> {
  const base = totalOf(await heapOfPart("built-ins and board"));
  const library = totalOf(await heapOfPart("with mqtt-packet"));
  const mqtt = totalOf(await heapOfPart("with mqtt/"));
  const all = totalOf(await heapOfPart("with the whole firmware"));
  return [
    bytes("in ROM: built-ins and the board's modules", base),
    bytes("in ROM: mqtt-packet and its shims", library - base),
    bytes("in ROM: the rest of mqtt/", mqtt - library),
    bytes("in ROM: the other functions and classes", all - mqtt),
  ];
}

function totalOf({ slotBytes, chunkBytes }: HeapUse): number {
  return slotBytes + chunkBytes;
}

function bytes(name: string, value: number): Figure {
  return { name, value, unit: "bytes" };
}
