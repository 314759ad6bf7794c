import assert from "node:assert/strict";
import { plainBoard } from "./testing/build.ts";
import { layout } from "./testing/image.ts";
import { before, test } from "./testing/needs-engine.ts";
import type { FlashOperation } from "./testing/peer.ts";
import { powerCycle } from "./testing/peer.ts";
import { flashFor, runModule, traced } from "./testing/run.ts";

let program: string;
before(async () => {
  program = await plainBoard();
});

const opened = `
  import FlashStorage from "embedded:storage/flash";
  const flash = FlashStorage.open({ path: "image-1" });
  function outcome(action) { try { return String(action()); } catch (error) { return String(error); } }
  function bytes(...values) { return new Uint8Array(values); }
  const at = (offset) => new Uint8Array(flash.read(4, offset)).join();
`;

async function linesOf(statements: string): Promise<readonly string[]> {
  const cycle = await runModule(program, `${opened}${statements}\ntrace("end");`);
  assert.equal(cycle.exitCode, 0, cycle.lines.join("\n"));
  return traced(cycle);
}

test("partitions, geometry and modes are the board's", async () => {
  const lines = await linesOf(`
    trace([...FlashStorage].join());
    trace(JSON.stringify(flash.status()));
    trace(flash.format);
    trace(outcome(() => FlashStorage.open({ path: "nowhere" })));
    trace(outcome(() => FlashStorage.open({ path: "image-0", mode: "w" })));
    const readOnly = FlashStorage.open({ path: "storage", mode: "r" });
    trace(outcome(() => readOnly.eraseBlock(0)));
    trace(outcome(() => readOnly.write(bytes(0, 0, 0, 0), 0)));`);
  assert.deepEqual(lines, [
    "image-0,image-1,storage",
    '{"size":458752,"blockLength":4096,"blocks":112,"writeAlign":4,"eraseValue":255}',
    "buffer",
    "Error: no such partition",
    "RangeError: invalid mode",
    "Error: read-only",
    "Error: read-only",
  ]);
});

test("bits only clear; an erase sets them", async () => {
  const lines = await linesOf(`
    flash.write(bytes(1, 2, 3, 4), 8);
    trace(at(8));
    trace(outcome(() => flash.write(bytes(1, 2, 3, 5), 8)));
    trace(at(8));
    flash.write(bytes(0, 2, 3, 4), 8);
    trace(at(8));
    flash.eraseBlock(0);
    trace(at(8));`);
  assert.deepEqual(lines, [
    "1,2,3,4",
    "RangeError: not erased",
    "1,2,3,4",
    "0,2,3,4",
    "255,255,255,255",
  ]);
});

test("misaligned and out-of-range access throws and does nothing", async () => {
  const lines = await linesOf(`
    const calls = [
      () => flash.write(bytes(0, 0, 0, 0), 2),
      () => flash.write(bytes(0, 0, 0), 0),
      () => flash.write(bytes(0, 0, 0, 0), 458752),
      () => flash.write(bytes(0, 0, 0, 0), -4),
      () => flash.write(bytes(0, 0, 0, 0), 0.5),
      () => flash.write("text", 0),
      () => flash.eraseBlock(112),
      () => flash.eraseBlock(3, 3),
      () => flash.eraseBlock(-1),
      () => flash.read(4, 458749),
      () => flash.read(bytes(0), 458752),
    ];
    for (const call of calls) trace(outcome(call));
    trace(at(0));`);
  assert.deepEqual(lines, [
    "RangeError: misaligned",
    "RangeError: misaligned",
    "RangeError: outside the partition",
    "RangeError: invalid offset",
    "RangeError: invalid offset",
    "TypeError: this is no buffer",
    "RangeError: invalid block",
    "RangeError: invalid block",
    "RangeError: invalid offset",
    "RangeError: outside the partition",
    "RangeError: outside the partition",
    "255,255,255,255",
  ]);
});

test("read fills a view; erase takes a range; a closed flash throws", async () => {
  const lines = await linesOf(`
    const all = new Uint8Array(8);
    flash.write(bytes(1, 2, 3, 4), 4096);
    flash.write(bytes(5, 6, 7, 8), 8192);
    trace(flash.read(all.subarray(2, 6), 4096) + ":" + all.join());
    flash.eraseBlock(1, 3);
    trace(at(4096) + " " + at(8192));
    flash.close();
    trace(outcome(() => flash.read(4, 0)).startsWith("SyntaxError"));
    flash.close();`);
  assert.deepEqual(lines, ["4:0,0,1,2,3,4,0,0", "255,255,255,255 255,255,255,255", "true"]);
});

test("each page erased and each write is one operation, and a cut leaves its first bytes", async () => {
  const flash = flashFor(
    program,
    `${opened} flash.write(bytes(1, 2, 3, 4, 5, 6, 7, 8), 4096); flash.eraseBlock(1, 3); trace("end");`,
  );
  const operations: FlashOperation[] = [];
  await powerCycle(program, flash.path, {
    stopAt: "end",
    onFlash: (operation) => {
      operations.push(operation);
      return "proceed";
    },
  });
  const page = layout.secondary + 4096;
  assert.deepEqual(operations, [
    { kind: "write", address: page, byteLength: 8, index: 0 },
    { kind: "erase", address: page, byteLength: 4096, index: 1 },
    { kind: "erase", address: page + 4096, byteLength: 4096, index: 2 },
  ]);

  const inside = async (index: number, insideBytes: number) => {
    const cycle = await powerCycle(program, flash.path, {
      onFlash: (operation) => (operation.index === index ? { insideBytes } : "proceed"),
    });
    assert.equal(cycle.exitCode, 69);
    return [...flash.slot(page, 8)];
  };
  assert.deepEqual(await inside(0, 3), [1, 2, 3, 255, 255, 255, 255, 255]);
  assert.deepEqual(await inside(1, 5), [255, 255, 255, 255, 255, 6, 7, 8]);
});
