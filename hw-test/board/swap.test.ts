import assert from "node:assert/strict";
import { compileModule, plainBoard } from "./testing/build.ts";
import { cutAt, cutsOf, randomNumbers, runAll } from "./testing/cuts.ts";
import { layout, TestFlash, testImage, trailer } from "./testing/image.ts";
import { before, test } from "./testing/needs-engine.ts";
import { type Cycle, type FlashOperation, powerCycle, type Verdict } from "./testing/peer.ts";

let program: string;
let oldImage: Buffer;
let newImage: Buffer;

/** Two sectors against one, so that the images differ in what they take. */
function padded(body: Uint8Array, byteLength: number): Buffer {
  const result = Buffer.alloc(byteLength, 0xa5);
  result.set(body);
  return result;
}

before(async () => {
  program = await plainBoard();
  oldImage = testImage(compileModule(program, 'trace("old")'), [1, 0, 0]);
  newImage = testImage(padded(compileModule(program, 'trace("new")'), 5000), [1, 0, 1]);
});

async function boot(
  flash: TestFlash,
  onFlash?: (operation: FlashOperation) => Verdict,
): Promise<Cycle> {
  return powerCycle(program, flash.path, {
    ...(onFlash && { onFlash }),
    onLine: (line, peer) => {
      if (line === "old" || line === "new") peer.stop();
    },
  });
}

interface Scenario {
  /** A flash on which the bootloader is about to swap. */
  readonly content: Buffer;
  readonly primary: Buffer;
  readonly secondary: Buffer;
  readonly imageOk: number;
}

function request(type: "test" | "permanent"): Scenario {
  const flash = new TestFlash();
  flash.put(layout.primary, oldImage);
  flash.put(layout.secondary, newImage);
  flash.requestSwap(type);
  const imageOk = type === "test" ? 0xff : 1;
  return { content: flash.bytes(), primary: newImage, secondary: oldImage, imageOk };
}

async function revert(): Promise<Scenario> {
  const flash = new TestFlash(request("test").content);
  await boot(flash);
  return { content: flash.bytes(), primary: oldImage, secondary: newImage, imageOk: 1 };
}

/** The swap is whole: both images, MCUboot's flags, no request left, the right image runs. */
function assertSwapped(flash: TestFlash, scenario: Scenario, cycle: Cycle, what: string): void {
  const { primary, secondary, imageOk } = scenario;
  assert.equal(cycle.exitCode, 0, what);
  assert.ok(cycle.lines.includes(primary === newImage ? "new" : "old"), what);
  assert.ok(flash.slot(layout.primary, primary.length).equals(primary), what);
  assert.ok(flash.slot(layout.secondary, secondary.length).equals(secondary), what);
  assert.ok(flash.hasGoodMagic(layout.primary), what);
  assert.equal(flash.trailerByte(layout.primary, trailer.copyDone), 1, what);
  assert.equal(flash.trailerByte(layout.primary, trailer.imageOk), imageOk, what);
  assert.ok(!flash.hasGoodMagic(layout.secondary), what);
}

async function operationsOf(scenario: Scenario): Promise<FlashOperation[]> {
  const operations: FlashOperation[] = [];
  const flash = new TestFlash(scenario.content);
  const cycle = await boot(flash, (operation) => {
    operations.push(operation);
    return "proceed";
  });
  assertSwapped(flash, scenario, cycle, "uncut");
  return operations;
}

/**
 * What the next power-on must come to: the same, or, when the cut came after copy_done, the revert of
 * a test swap that nobody could confirm. A torn erase of a revert's request may leave its magic without
 * its image_ok: MCUboot takes that for a test swap, so what was reverted to runs on trial.
 */
async function afterCut(flash: TestFlash, scenario: Scenario): Promise<Scenario> {
  const complete = flash.trailerByte(layout.primary, trailer.copyDone) === 1;
  const isTest = flash.trailerByte(layout.primary, trailer.swapInfo) === 2;
  if (complete && isTest && !flash.hasGoodMagic(layout.secondary)) return revert();
  const isTorn = flash.trailerByte(layout.secondary, trailer.imageOk) === 0xff;
  const asksForTest = flash.hasGoodMagic(layout.secondary) && isTorn;
  return asksForTest ? { ...scenario, imageOk: 0xff } : scenario;
}

/** Cuts at each operation in each way; the next power-on must complete the swap. */
async function cutEverywhere(scenario: Scenario): Promise<void> {
  const operations = await operationsOf(scenario);
  assert.ok(operations.length > 20, "the swap passes through FLASH_OP");
  const works = operations.flatMap((operation) =>
    cutsOf(operation).map((verdict) => async () => {
      const what = `cut ${JSON.stringify(verdict)} ${JSON.stringify(operation)}`;
      const flash = new TestFlash(scenario.content);
      const cut = await boot(flash, cutAt(operation.index, verdict));
      assert.equal(cut.exitCode, 69, what);
      assertSwapped(flash, await afterCut(flash, scenario), await boot(flash), what);
    }),
  );
  await runAll(works);
}

test("a test swap survives a cut at every flash operation", () => cutEverywhere(request("test")));

test("a revert survives a cut at every flash operation", async () => {
  await cutEverywhere(await revert());
});

test("a swap that is cut again and again completes", async () => {
  const seed = 20260501;
  const random = randomNumbers(seed);
  const scenarios = [request("test"), request("permanent"), await revert()];
  const works = scenarios.flatMap((scenario) =>
    Array.from({ length: 8 }, (_, round) => async () => {
      const flash = new TestFlash(scenario.content);
      const what = `seed ${seed}, round ${round}`;
      for (let cuts = 0; cuts < 6; cuts++) {
        const index = Math.floor(random() * 12);
        const insideBytes = Math.floor(random() * 4096);
        const cycle = await boot(flash, cutAt(index, { insideBytes }));
        if (cycle.exitCode === 0) break; // fewer operations were left
        assert.equal(cycle.exitCode, 69, what);
      }
      const last = await boot(flash);
      const swapped = scenario.primary === newImage ? "new" : "old";
      // An unconfirmed test swap that a cut let boot is reverted by then: both are sound ends.
      if (last.lines.includes(swapped)) assertSwapped(flash, scenario, last, what);
      else assert.equal(last.exitCode, 0, what);
    }),
  );
  await runAll(works);
});

test("an interrupted swap is reported as resumed", async () => {
  const flash = new TestFlash(request("test").content);
  await boot(flash, cutAt(10, "after"));
  const cycle = await boot(flash);
  const event = cycle.events.find((candidate) => candidate["event"] === "boot");
  assert.deepEqual(event, { event: "boot", swap: "resumed", running: "1.0.1", refused: false });
});

test("a refusal survives a cut at every flash operation", async () => {
  const damaged = Buffer.from(newImage);
  damaged[100] = (damaged[100] ?? 0) ^ 1;
  for (const index of [0, 1, 2])
    for (const verdict of ["before", "after", { insideBytes: 4 }] as const) {
      const flash = new TestFlash();
      flash.put(layout.primary, oldImage);
      flash.put(layout.secondary, damaged);
      flash.requestSwap("test");
      const cut = await boot(flash, cutAt(index, verdict));
      assert.equal(cut.exitCode, 69);
      const cycle = await boot(flash);
      assert.ok(cycle.lines.includes("old"));
      assert.ok(!flash.hasGoodMagic(layout.secondary));
    }
});
