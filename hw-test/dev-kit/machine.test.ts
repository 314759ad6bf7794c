import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { before, describe, it } from "node:test";
import { compileModule, plainBoard } from "../board/testing/build.ts";
import { cutAt } from "../board/testing/cuts.ts";
import { layout, TestFlash, testImage, trailer } from "../board/testing/image.ts";
import {
  type Cycle,
  type CycleOptions,
  type FlashOperation,
  powerCycle,
} from "../board/testing/peer.ts";
import { buildDevKit, faultsImages, kitIsMissing } from "./program.ts";

const skip = (await kitIsMissing()) ?? false;

let compiler: string;
let kit: string;
before(async () => {
  if (skip !== false) return;
  compiler = await plainBoard();
  kit = await buildDevKit();
});

function image(source: string, patch = 0): Buffer {
  return testImage(compileModule(compiler, source), [1, 0, patch]);
}

/** One power cycle of this module on the Cortex-M, ended when it traces `end`. */
function run(source: string, options: CycleOptions = {}): Promise<Cycle> {
  const flash = new TestFlash();
  flash.put(layout.primary, image(source));
  return powerCycle(kit, flash.path, { stopAt: "end", ...options });
}

async function exitOf(source: string, options?: CycleOptions): Promise<number | null> {
  return (await run(source, options)).exitCode;
}

/** A pool for scripts that need more than a firmware does. */
const ROOMY = ["--pool", "400000"];

describe("the board on a Cortex-M4", { skip }, () => {
  it("runs an image that was compiled on the host, with 32-bit words and exact doubles", async () => {
    const source =
      'trace([1 / 3, Math.sin(1), 2 ** 53 + 2, "äß".length, System.resetCause].join()); trace("end");';
    const { exitCode, lines, events } = await run(source, { arguments: ["--reset-cause", "pin"] });
    assert.equal(exitCode, 0);
    assert.ok(lines.includes(`${1 / 3},${Math.sin(1)},9007199254740994,2,pin`), lines.join());
    const start = events.find(({ event }) => event === "start");
    assert.equal(start?.["bits"], 32);
    assert.equal(start?.["slotBytes"], 16);
    assert.ok(events.some(({ event }) => event === "heap"));
  });

  it("needs the memory that the Linux board needs, where that has 32 bits", async () => {
    const source = `
      const all = [];
      for (let i = 0; i < 300; i++) all.push({ i, text: "t" + i, bytes: new Uint8Array(i) });
      JSON.parse(JSON.stringify(all.slice(0, 20)));
      trace("end");`;
    const flash = new TestFlash();
    flash.put(layout.primary, image(source));
    const options = { stopAt: "end", arguments: ROOMY };
    const onLinux = await powerCycle(compiler, flash.path, options);
    const onKit = await powerCycle(kit, flash.path, options);
    const { cBytes, cPeakBytes, ...kitHeap } = onKit.events.at(-1) ?? {};
    assert.equal(kitHeap["event"], "heap", JSON.stringify(onKit.events));
    if (onLinux.events.find(({ event }) => event === "start")?.["bits"] !== 32) return;
    // The engine's record of itself is in the C heap, and smaller on the kit: it meters nothing.
    const { cBytes: ofLinux, cPeakBytes: peakOfLinux, ...linuxHeap } = onLinux.events.at(-1) ?? {};
    assert.deepEqual(kitHeap, linuxHeap);
    assert.ok(Math.abs(Number(ofLinux) - Number(cBytes)) <= 16);
    assert.ok(Math.abs(Number(peakOfLinux) - Number(cPeakBytes)) <= 16);
  });

  it("resets when memory or stack is full, and no script catches it", async () => {
    const slots = "const all = []; try { for (;;) all.push({ all }); } catch { trace('caught'); }";
    const full = await run(slots);
    assert.equal(full.exitCode, 65);
    assert.ok(!full.lines.includes("caught"));
    const deep = "function deeper() { return 1 + deeper(); } try { deeper(); } catch {}";
    assert.equal(await exitOf(deep), 68);
    // Does not use the stack of JavaScript but that of C.
    const nested = `JSON.parse("[".repeat(100000)); trace("end");`;
    assert.equal(await exitOf(nested, { arguments: ROOMY }), 68);
    assert.equal(await exitOf(";", { arguments: ["--pool", "4000000"] }), 65);
  });

  it("faults where a script writes to what is in ROM, behind the MPU", async () => {
    const source = `const table = new Uint8Array(8);
      export default function start() { trace(table[0]); table[0] = 1; trace("end"); }`;
    const { exitCode, lines } = await run(source);
    assert.equal(exitCode, 72);
    assert.match(lines.at(-1) ?? "", /^fault: access to protected memory at 212[0-9a-f]{5}, pc /);
  });

  it("resets by its watchdog, at start and in a callback", async () => {
    const options = { arguments: ["--watchdog-ms", "60"] };
    assert.equal(await exitOf("for (;;);", options), 67);
    const late = 'import Timer from "timer"; Timer.set(() => { for (;;); });';
    assert.equal(await exitOf(late, options), 67);
  });

  it("feeds its watchdog while it waits", async () => {
    const source = 'import Timer from "timer"; Timer.set(() => trace("end"), 1500);';
    assert.equal(await exitOf(source, { arguments: ["--watchdog-ms", "1000"] }), 0);
  });

  it("resets on what nobody catches, and has no parser", async () => {
    assert.equal(await exitOf("throw new Error('x');"), 66);
    const { events } = await run("eval('1');");
    assert.equal(events.at(-1)?.["message"], "SyntaxError: no parser");
  });

  it("refuses options it does not know, a flash that is not there, and to be without a rig", async () => {
    assert.equal(await exitOf(";", { arguments: ["--colour", "1"] }), 2);
    assert.equal((await powerCycle(kit, "/nowhere/flash.bin")).exitCode, 2);
    const alone = spawnSync(kit, ["run", new TestFlash().path]);
    assert.equal(alone.status, 2);
    assert.match(alone.stderr.toString(), /^no link on descriptor 3/);
  });
});

describe("what the processor refuses", { skip }, () => {
  const place = "pc [0-9a-f]{8}, lr [0-9a-f]{8}";
  const faults: readonly [name: string, line: string][] = [
    ["write-code", `access to protected memory at 000[01][0-9a-f]{4}, ${place}`],
    ["write-nor", `access to protected memory at 21000000, ${place}`],
    ["read-null", `access to protected memory at 00000000, ${place}`],
    ["read-nothing", `access where nothing is at a0000000, ${place}`],
    ["run-data", "execution of what is no code, pc 200[0-9a-f]{5}, lr [0-9a-f]{8}"],
    ["undefined-instruction", `undefined instruction, ${place}`],
    ["divide-by-zero", `division by zero, ${place}`],
    ["overflow-stack", "stack overflow at 2007b[0-9a-f]{3}"],
  ];
  for (const [name, line] of faults) {
    it(`${name}: says why and where, and resets, in either image`, async () => {
      for (const cycle of [await faultInBoot(name), await faultInRuntime(name)]) {
        assert.equal(cycle.exitCode, 72);
        assert.match(cycle.lines.at(-1) ?? "", new RegExp(`^fault: ${line}$`));
      }
    });
  }

  it("read-bootloader: its code is out of the runtime's reach", async () => {
    const { exitCode, lines } = await faultInRuntime("read-bootloader");
    assert.equal(exitCode, 72);
    const line = new RegExp(`^fault: access to protected memory at 00000100, ${place}$`);
    assert.match(lines.at(-1) ?? "", line);
  });

  it("ends a loop with its interrupts off by the watchdog, and sound code with nothing", async () => {
    for (const run of [faultInBoot, faultInRuntime]) {
      assert.equal((await run("hang")).exitCode, 67);
      assert.equal((await run("nothing")).exitCode, 0);
    }
  });
});

function faultInBoot(name: string): Promise<Cycle> {
  const flash = new TestFlash();
  return powerCycle(kit, flash.path, {
    arguments: ["--boot", faultsImages.boot, "--no-rig", name],
  });
}

/** Started by the real bootloader, which knows no such option: it is the program's own. */
function faultInRuntime(name: string): Promise<Cycle> {
  const flash = new TestFlash();
  flash.put(layout.primary, testImage(Buffer.alloc(4), [1, 0, 0]));
  const words = ["--runtime", faultsImages.runtime, "--no-rig", "--reset-cause", name];
  return powerCycle(kit, flash.path, { arguments: words });
}

describe("the NOR", { skip }, () => {
  it("outlives resets: what one power cycle writes the next one reads", async () => {
    const flash = new TestFlash();
    flash.put(
      layout.primary,
      image(`
        import KeyValue from "embedded:storage/key-value";
        const store = KeyValue.open({ path: "test", format: "string" });
        const count = Number(store.read("count") ?? 0);
        trace("count " + count);
        store.write("count", String(count + 1));
        if (count < 2) System.restart();
        trace("end");`),
    );
    for (const [count, exitCode] of [64, 64, 0].entries()) {
      const cycle = await powerCycle(kit, flash.path, { stopAt: "end" });
      assert.equal(cycle.exitCode, exitCode);
      assert.ok(cycle.lines.includes(`count ${count}`), cycle.lines.join());
    }
    assert.equal(flash.bytes().byteLength, layout.flashBytes);
  });

  it("a swap that loses its power inside any operation is finished by the next start", async () => {
    const oldImage = image('trace("old"); trace("end");');
    const newImage = image('trace("new"); trace("end");', 1);
    const request = new TestFlash();
    request.put(layout.primary, oldImage);
    request.put(layout.secondary, newImage);
    // Not a test swap: a cut after its last write would have it reverted, and rightly.
    request.requestSwap("permanent");
    const content = request.bytes();
    const operations: FlashOperation[] = [];
    await powerCycle(kit, request.path, {
      stopAt: "end",
      onFlash: (operation) => {
        operations.push(operation);
        return "proceed";
      },
    });
    assert.ok(operations.length > 6, "the swap is several operations");
    for (const { index, byteLength } of operations) {
      const flash = new TestFlash(content);
      const onFlash = cutAt(index, { insideBytes: byteLength >> 1 });
      const cut = await powerCycle(kit, flash.path, { stopAt: "end", onFlash });
      assert.equal(cut.exitCode, 69);
      const next = await powerCycle(kit, flash.path, { stopAt: "end" });
      assert.equal(next.exitCode, 0);
      assert.ok(next.lines.includes("new"), `${index}: ${next.lines.join()}`);
      assert.ok(flash.slot(layout.primary, newImage.length).equals(newImage));
      assert.ok(flash.slot(layout.secondary, oldImage.length).equals(oldImage));
      assert.equal(flash.trailerByte(layout.primary, trailer.copyDone), 1);
    }
  });
});
