import assert from "node:assert/strict";
import { compileModule, plainBoard } from "./testing/build.ts";
import { layout, TestFlash, testImage, trailer } from "./testing/image.ts";
import { before, test } from "./testing/needs-engine.ts";
import { type Cycle, powerCycle } from "./testing/peer.ts";

let program: string;
let oldImage: Buffer;
let newImage: Buffer;

before(async () => {
  program = await plainBoard();
  oldImage = testImage(compileModule(program, 'trace("old")'), [1, 0, 0]);
  newImage = testImage(compileModule(program, 'trace("new")'), [1, 0, 1]);
});

function flashWith(primary: Uint8Array | undefined, secondary?: Uint8Array): TestFlash {
  const flash = new TestFlash();
  if (primary) flash.put(layout.primary, primary);
  if (secondary) flash.put(layout.secondary, secondary);
  return flash;
}

function boot(flash: TestFlash): Promise<Cycle> {
  return powerCycle(program, flash.path, { arguments: ["--no-rig"] });
}

/** With a link, for the event. */
async function bootEvent(flash: TestFlash): Promise<Record<string, unknown> | undefined> {
  const cycle = await powerCycle(program, flash.path, {
    onLine: (line, peer) => {
      if (line === "old" || line === "new") peer.stop();
    },
  });
  return cycle.events.find(({ event }) => event === "boot");
}

/** What runs and what both trailers say, for comparison with a whole row. */
function state(flash: TestFlash) {
  const flags = (start: number) => ({
    magic: flash.hasGoodMagic(start),
    imageOk: flash.trailerByte(start, trailer.imageOk),
    copyDone: flash.trailerByte(start, trailer.copyDone),
    swapInfo: flash.trailerByte(start, trailer.swapInfo),
  });
  return { primary: flags(layout.primary), secondary: flags(layout.secondary) };
}

const erased = { magic: false, imageOk: 0xff, copyDone: 0xff, swapInfo: 0xff };

test("a factory image without a trailer boots, and no flash operation is needed", async () => {
  const flash = flashWith(oldImage);
  const untouched = flash.bytes();
  const cycle = await boot(flash);
  assert.equal(cycle.exitCode, 0);
  assert.ok(cycle.lines.includes("old"));
  assert.ok(flash.bytes().equals(untouched));
});

test("exit 70 without a sound image in the primary", async () => {
  const damaged = Buffer.from(oldImage);
  damaged[40] = (damaged[40] ?? 0) ^ 1;
  const noDigest = Buffer.from(oldImage);
  noDigest.writeUInt16LE(0x11, oldImage.length - 36);
  const nonBootable = testImage(oldImage.subarray(32, oldImage.length - 40), [1, 0, 0], 0x10);
  for (const primary of [undefined, damaged, noDigest, nonBootable, oldImage.subarray(0, 60)]) {
    const cycle = await boot(flashWith(primary));
    assert.equal(cycle.exitCode, 70);
  }
});

test("a test swap leaves the trailers as MCUboot does, and unconfirmed it is reverted", async () => {
  const flash = flashWith(oldImage, newImage);
  flash.requestSwap("test");
  assert.deepEqual(await bootEvent(flash), {
    event: "boot",
    swap: "test",
    running: "1.0.1",
    refused: false,
  });
  assert.ok(flash.slot(layout.primary, newImage.length).equals(newImage));
  assert.ok(flash.slot(layout.secondary, oldImage.length).equals(oldImage));
  assert.deepEqual(state(flash), {
    primary: { magic: true, imageOk: 0xff, copyDone: 1, swapInfo: 2 },
    secondary: erased,
  });

  assert.deepEqual(await bootEvent(flash), {
    event: "boot",
    swap: "revert",
    running: "1.0.0",
    refused: false,
  });
  assert.ok(flash.slot(layout.primary, oldImage.length).equals(oldImage));
  assert.deepEqual(state(flash), {
    primary: { magic: true, imageOk: 1, copyDone: 1, swapInfo: 4 },
    secondary: erased,
  });
  assert.equal((await bootEvent(flash))?.["swap"], "none");
});

test("a confirmed test swap stays", async () => {
  const flash = flashWith(oldImage, newImage);
  flash.requestSwap("test");
  await boot(flash);
  flash.put(layout.primary + layout.slotBytes - trailer.imageOk, Uint8Array.of(1));
  const cycle = await boot(flash);
  assert.ok(cycle.lines.includes("new"));
});

test("image_ok 00 in the primary stops the revert; in the secondary it cancels the request", async () => {
  const unconfirmed = flashWith(oldImage, newImage);
  unconfirmed.requestSwap("test");
  await boot(unconfirmed);
  unconfirmed.put(layout.primary + layout.slotBytes - trailer.imageOk, Uint8Array.of(0));
  assert.ok((await boot(unconfirmed)).lines.includes("new"));

  const cancelled = flashWith(oldImage, newImage);
  cancelled.requestSwap("test");
  cancelled.put(layout.secondary + layout.slotBytes - trailer.imageOk, Uint8Array.of(0));
  assert.ok((await boot(cancelled)).lines.includes("old"));
});

test("a permanent swap is confirmed by the bootloader", async () => {
  const flash = flashWith(oldImage, newImage);
  flash.requestSwap("permanent");
  assert.equal((await bootEvent(flash))?.["swap"], "permanent");
  assert.deepEqual(state(flash).primary, { magic: true, imageOk: 1, copyDone: 1, swapInfo: 3 });
  assert.equal((await bootEvent(flash))?.["swap"], "none");
});

test("magic alone asks for a test swap; a torn magic for nothing", async () => {
  const flash = flashWith(oldImage, newImage);
  flash.requestSwap("test");
  flash.put(layout.secondary + layout.slotBytes - trailer.swapInfo, Uint8Array.of(0xff));
  assert.equal((await bootEvent(flash))?.["swap"], "test");

  const torn = flashWith(oldImage, newImage);
  torn.requestSwap("test");
  torn.put(layout.secondary + layout.slotBytes - 1, Uint8Array.of(0xff));
  assert.equal((await bootEvent(torn))?.["swap"], "none");
});

test("an unfit secondary is refused and erased whole, and the primary's trailer left alone", async () => {
  const damaged = Buffer.from(newImage);
  damaged[50] = (damaged[50] ?? 0) ^ 0x10;
  const wrongMagic = Buffer.from(newImage);
  wrongMagic[0] = 0;
  // One byte more than fits under the trailer and the sector that the move needs.
  const tooLarge = testImage(Buffer.alloc(450_560 - 72 + 1), [1, 0, 1]);
  const endless = Buffer.from(newImage);
  endless.writeUInt32LE(0xffffffff, 12);
  for (const unfit of [damaged, wrongMagic, tooLarge, endless]) {
    const flash = flashWith(oldImage, unfit);
    flash.requestSwap("test");
    const event = await bootEvent(flash);
    assert.deepEqual(event, { event: "boot", swap: "none", running: "1.0.0", refused: true });
    const secondary = flash.slot(layout.secondary, layout.slotBytes);
    assert.ok(secondary.every((byte) => byte === 0xff));
    assert.deepEqual(state(flash).primary, erased);
    assert.equal((await bootEvent(flash))?.["refused"], false);
  }
});

test("a revert to a broken image leaves the primary unconfirmed for one more boot", async () => {
  const flash = flashWith(oldImage, newImage);
  flash.requestSwap("test");
  await boot(flash);
  flash.put(layout.secondary + 100, Uint8Array.of(0));
  assert.equal((await bootEvent(flash))?.["refused"], true);
  const onTrial = { magic: true, imageOk: 0xff, copyDone: 1, swapInfo: 2 };
  assert.deepEqual(state(flash).primary, onTrial);
  assert.equal((await bootEvent(flash))?.["refused"], true);
  assert.deepEqual(state(flash).primary, erased);
  const event = await bootEvent(flash);
  assert.deepEqual([event?.["refused"], event?.["running"]], [false, "1.0.1"]);
});

test("a request over a primary without an image boots nothing, and is left alone", async () => {
  const flash = flashWith(undefined, newImage);
  flash.requestSwap("test");
  assert.equal((await boot(flash)).exitCode, 70);
  assert.equal((await boot(flash)).exitCode, 70);
  assert.equal(state(flash).secondary.magic, true);
  // Its size cannot be told: bootutil's assertion.
  const unsized = flashWith(oldImage, newImage);
  unsized.put(layout.primary + oldImage.length - 40, Uint8Array.of(0));
  unsized.requestSwap("test");
  const cycle = await boot(unsized);
  assert.ok(cycle.exitCode === 70 && cycle.lines.includes("boot: swap halted"));
});

test("the largest image that fits is swapped, and back", async () => {
  const body = Buffer.alloc(450_560 - 72, 0x5a);
  body.set(newImage.subarray(32, newImage.length - 40));
  const largest = testImage(body, [2, 0, 0]);
  const flash = flashWith(oldImage, largest);
  flash.requestSwap("test");
  assert.equal((await bootEvent(flash))?.["running"], "2.0.0");
  assert.ok(flash.slot(layout.primary, largest.length).equals(largest));
  assert.equal((await bootEvent(flash))?.["running"], "1.0.0");
  assert.ok(flash.slot(layout.primary, oldImage.length).equals(oldImage));
});
