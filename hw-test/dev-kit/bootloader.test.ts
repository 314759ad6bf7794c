import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { compileModule, plainBoard, temporaryFolder } from "../board/testing/build.ts";
import { layout, TestFlash, testImage, trailer } from "../board/testing/image.ts";
import { type Cycle, frameType, type Peer, powerCycle } from "../board/testing/peer.ts";
import { buildDevKit, kitIsMissing, kitObjects } from "./program.ts";

const skip = (await kitIsMissing()) ?? false;

/** The code flash of memory.ld. */
const codeFlash = { runtime: 0x10000, end: 0x100000 };
const BOOTLOADER_MAX_BYTES = 16 * 1024;
const NO_RUNTIME = "boot: no runtime behind the bootloader";

let boards: readonly string[];
let kit: string;
let oldImage: Buffer;
let newImage: Buffer;
before(async () => {
  if (skip !== false) return;
  const linux = await plainBoard();
  kit = await buildDevKit();
  boards = [linux, kit];
  const source = (name: string) => `
    import Analog from "embedded:io/analog";
    trace("${name} " + new Analog({ pin: 0 }).read() + " " + new Analog({ pin: 1 }).read());
    trace("end");`;
  oldImage = testImage(compileModule(linux, source("old")), [1, 0, 0]);
  newImage = testImage(compileModule(linux, source("new")), [1, 0, 1]);
});

/** With a test swap to do. */
function requested(): TestFlash {
  const flash = new TestFlash();
  flash.put(layout.primary, oldImage);
  flash.put(layout.secondary, newImage);
  flash.requestSwap("test");
  return flash;
}

function isSwapped(flash: TestFlash): boolean {
  return (
    flash.slot(layout.primary, newImage.length).equals(newImage) &&
    flash.slot(layout.secondary, oldImage.length).equals(oldImage) &&
    flash.trailerByte(layout.primary, trailer.copyDone) === 1
  );
}

/** A board whose code flash holds this behind the bootloader. */
function cycleWith(runtime: Uint8Array, flash: TestFlash): Promise<Cycle> {
  const path = join(temporaryFolder(), "runtime.bin");
  writeFileSync(path, runtime);
  return powerCycle(kit, flash.path, { arguments: ["--runtime", path] });
}

describe("the bootloader's image", { skip }, () => {
  it("holds nothing of the engine, no heap and no printf, and is small", () => {
    const [boot = "", runtime = ""] = kitObjects.images;
    const symbols = (path: string) =>
      execFileSync("arm-none-eabi-nm", [path], { encoding: "utf8" });
    const foreign = /\b(fx[A-Z]\w*|_?malloc\w*|\w*printf\w*|_sbrk|c_heap\w*|machine_\w+)$/m;
    assert.doesNotMatch(symbols(boot), foreign);
    assert.match(symbols(runtime), foreign);
    assert.match(symbols(boot), /\bswap_start$/m);
    assert.doesNotMatch(symbols(runtime), /\b(swap_start|boot_run|trailer_decide)$/m);
    const [, text = ""] =
      /^ *(\d+)/m.exec(execFileSync("arm-none-eabi-size", [boot]).toString()) ?? [];
    assert.ok(Number(text) < BOOTLOADER_MAX_BYTES, text);
  });
});

describe("the bootloader without a runtime", { skip }, () => {
  it("does the swap by itself, says what is missing, and starts nothing", async () => {
    const flash = requested();
    const { exitCode, lines, events } = await cycleWith(Buffer.alloc(4096, 0xff), flash);
    assert.equal(exitCode, 70);
    assert.deepEqual(lines, ["boot: swap test", "boot: 1.0.1", NO_RUNTIME]);
    assert.deepEqual(
      events.map(({ event }) => event),
      ["boot"],
    );
    assert.ok(isSwapped(flash));
  });

  it("starts none whose vectors are not a stack in RAM and code behind them", async () => {
    const runtime = readFileSync((kitObjects.images[1] ?? "").replace(/elf$/, "bin"));
    const stack = runtime.readUInt32LE(0);
    const reset = runtime.readUInt32LE(4);
    assert.ok(reset > codeFlash.runtime && reset < codeFlash.end);
    const vectors: readonly (readonly [number, number])[] = [
      [0, 0],
      [stack, 0xffffffff],
      [0xffffffff, reset],
      [stack, reset - 1], // no Thumb
      [stack + 8, reset], // above RAM
      [stack - 4, reset], // misaligned
      [0x20000000, reset], // no byte of it is below
      [stack, 0x201], // the bootloader's own
      [stack, codeFlash.runtime + 1], // the vectors
      [stack, codeFlash.end + 1],
    ];
    for (const words of vectors) {
      const garbage = Buffer.from(runtime);
      for (const [index, word] of words.entries()) garbage.writeUInt32LE(word, 4 * index);
      const flash = new TestFlash();
      flash.put(layout.primary, oldImage);
      const { exitCode, lines } = await cycleWith(garbage, flash);
      assert.equal(exitCode, 70, words.join());
      assert.equal(lines.at(-1), NO_RUNTIME);
    }
  });
});

describe("from the bootloader to what runs, on both boards", { skip }, () => {
  const setInput = (peer: Peer, pin: number, value: number) =>
    peer.send(frameType.input, 0, inputPayload(pin, value));

  it("inputs that the rig sets during the swap are there", async () => {
    for (const board of boards) {
      const { exitCode, lines } = await powerCycle(board, requested().path, {
        stopAt: "end",
        onFlash: ({ index }, peer) => {
          if (index === 0) setInput(peer, 0, 250);
          if (index === 5) setInput(peer, 1, 500);
          return "proceed";
        },
      });
      assert.equal(exitCode, 0);
      assert.ok(lines.includes("new 255 511"), lines.join());
    }
  });

  it("a frame that is on its way when the kit's runtime starts is not cut in two", async () => {
    const { operations } = await powerCycle(kit, requested().path, { stopAt: "end" });
    const frame = Buffer.concat([Buffer.from([frameType.input, 0, 3, 0]), inputPayload(0, 250)]);
    const { exitCode, lines } = await powerCycle(kit, requested().path, {
      stopAt: "end",
      onFlash: ({ index }, peer) => {
        // Behind the verdict on the last one.
        if (index === operations - 1) queueMicrotask(() => peer.sendRaw(frame.subarray(0, 5)));
        return "proceed";
      },
      onLine: (line, peer) => {
        if (line === "boot: 1.0.1") setTimeout(() => peer.sendRaw(frame.subarray(5)), 200);
      },
    });
    assert.equal(exitCode, 0, lines.join());
    assert.ok(lines.includes("new 255 1023"), lines.join());
  });

  it("STOP during the swap ends the cycle when that is complete", async () => {
    for (const board of boards) {
      const flash = requested();
      const { exitCode } = await powerCycle(board, flash.path, {
        onFlash: ({ index }, peer) => {
          if (index === 0) peer.stop();
          return "proceed";
        },
      });
      assert.equal(exitCode, 0);
      assert.ok(isSwapped(flash));
    }
  });

  it("the watchdog watches the swap, which feeds it at each sector", async () => {
    for (const board of boards) {
      const silent = await powerCycle(board, requested().path, {
        arguments: ["--watchdog-ms", "300"],
        onFlash: ({ index }) => (index === 8 ? "silence" : "proceed"),
      });
      assert.equal(silent.exitCode, 67);
      // About 17 operations: longer than its time, and no pause between two of them is.
      const flash = requested();
      const slow = await powerCycle(board, flash.path, {
        arguments: ["--watchdog-ms", "1000"],
        stopAt: "end",
        onFlash: () => {
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 90);
          return "proceed";
        },
      });
      assert.ok(slow.operations * 90 > 1000);
      assert.equal(slow.exitCode, 0);
      assert.ok(isSwapped(flash));
    }
  });
});

function inputPayload(pin: number, value: number): Buffer {
  const payload = Buffer.from([pin, 0, 0]);
  payload.writeUInt16LE(value, 1);
  return payload;
}
