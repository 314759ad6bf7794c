import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, describe, it } from "node:test";
import { imageFromScript } from "../../../tools/build/image.ts";
import { makeImage } from "../../../tools/image/mcuboot.ts";
import { VirtualTracker } from "../virtual/tracker.ts";

// What a tracker of any board does is tracker.test.ts's; here is what is this board's alone.

const folder = mkdtempSync(join(tmpdir(), "node-board-"));
const trackers: VirtualTracker[] = [];
let flashes = 0;

afterEach(async () => {
  for (const tracker of trackers.splice(0)) await tracker.stop();
});
after(() => rmSync(folder, { recursive: true }));

async function trackerWith(image: Uint8Array, ...words: string[]): Promise<VirtualTracker> {
  const tracker = new VirtualTracker({
    board: "node",
    flashPath: join(folder, `flash-${flashes++}.bin`),
    credentials: { broker: { ca: "", cert: "", key: "" }, files: { ca: "" } },
    resolve: () => undefined,
    restartsAfter: () => false,
    boardArguments: words,
  });
  trackers.push(tracker);
  await tracker.flash({ slot0: image });
  return tracker;
}

function script(source: string): Promise<Uint8Array> {
  return imageFromScript({ source, version: "1.0.0", code: "javascript" });
}

/** How the first power cycle ends, and the last line before that. */
async function endOf(image: Uint8Array, ...words: string[]) {
  const tracker = await trackerWith(image, ...words);
  const messages: string[] = [];
  tracker.on("exception", ({ message }) => messages.push(message));
  const ended = once(tracker, "cycleEnd");
  await tracker.powerOn();
  const [{ end }] = await ended;
  return { end, messages, last: tracker.consoleLines.at(-1)?.text };
}

describe("the board that runs in Node", { timeout: 300_000 }, () => {
  it("is bitten by its watchdog when the script hangs", async () => {
    const image = await script(`trace("hangs\\n"); for (;;) {}`);
    const { end, last } = await endOf(image, "--watchdog-ms", "4000");
    assert.deepEqual([end, last], ["watchdog", "hangs"]);
  });

  it("runs for longer than its watchdog's time while the script turns", async () => {
    const image = await script(`
      import Timer from "timer";
      Timer.set(() => { trace("still here\\n"); System.restart(); }, 6000);`);
    const { end, last } = await endOf(image, "--watchdog-ms", "3000");
    assert.deepEqual([end, last], ["software", "still here"]);
  });

  it("resets at an exception in a callback, at the end of the stack and of the heap", async () => {
    const ends = [
      `import Timer from "timer"; Timer.set(() => { throw new TypeError("late"); }, 1);`,
      `const deeper = () => deeper() + 1; deeper();`,
      `const kept = []; for (;;) kept.push(new Array(1000).fill(kept.length));`,
    ].map(async (source) => endOf(await script(source)));
    const [late, deep, full] = await Promise.all(ends);
    assert.deepEqual([late?.end, late?.messages], ["exception", ["TypeError: late"]]);
    assert.equal(deep?.end, "stack-overflow");
    assert.equal(full?.end, "out-of-memory");
  });

  it("crashes on an image of another board, and says which", async () => {
    const bytecode = makeImage({ body: Buffer.from("XSB1....."), version: "1.0.0" });
    const other = makeImage({ body: Buffer.from("trace(1)"), version: "1.0.0" });
    const [xs, text] = await Promise.all([endOf(bytecode), endOf(other)]);
    const problem = "Error: the image is XS bytecode, this board runs none";
    assert.deepEqual([xs.end, xs.messages], ["exception", [problem]]);
    assert.deepEqual(
      [text.end, text.messages],
      ["exception", ["Error: the image is no JavaScript"]],
    );
  });

  it("gives a script the language, its modules, trace and System, and nothing of Node", async () => {
    const names = [
      "process",
      "require",
      "setTimeout",
      "Buffer",
      "console",
      "fetch",
      "WebAssembly",
      "globalThis",
    ];
    const image = await script(`
      const of = (name) => { try { return typeof globalThis[name]; } catch (error) { return error; } };
      trace(${JSON.stringify(names)}.map(of).join() + "\\n");
      try { new Function("return 1")(); } catch (error) { trace(error.name + "\\n"); }
      System.restart();`);
    const tracker = await trackerWith(image);
    const ended = once(tracker, "cycleEnd");
    await tracker.powerOn();
    await ended;
    const lines = tracker.consoleLines.map(({ text }) => text).slice(-2);
    const nothing = names.slice(0, -1).map(() => "undefined");
    assert.deepEqual(lines, [[...nothing, "object"].join(), "EvalError"]);
  });

  it("does not know a module that no board has", async () => {
    const { end, messages } = await endOf(await script(`import fs from "node:fs"; trace(fs);`));
    assert.deepEqual([end, messages], ["exception", ["Error: no module node:fs"]]);
  });

  it("says how it is used where it is started by hand", async () => {
    const tracker = await trackerWith(await script(""), "--pool", "1");
    const ended = once(tracker, "cycleEnd");
    await tracker.powerOn();
    const [{ end, detail }] = await ended;
    assert.equal(end, "failed");
    assert.match(detail, /^exit code 2 usage: run FLASH /);
  });
});
