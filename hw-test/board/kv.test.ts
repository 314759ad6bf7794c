import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import crc32 from "crc-32";
import { plainBoard } from "./testing/build.ts";
import { cutAt, cutsOf, runAll } from "./testing/cuts.ts";
import { layout, TestFlash } from "./testing/image.ts";
import { before, test } from "./testing/needs-engine.ts";
import { type Cycle, type CycleOptions, type FlashOperation, powerCycle } from "./testing/peer.ts";
import { flashFor, runModule, traced } from "./testing/run.ts";

let program: string;
before(async () => {
  program = await plainBoard();
});

function run(flash: TestFlash, options: CycleOptions = {}): Promise<Cycle> {
  return powerCycle(program, flash.path, { stopAt: "end", ...options });
}

/** Runs statements with `store` and `text` open on one path, and returns what they trace. */
async function linesOf(statements: string): Promise<readonly string[]> {
  const source = `
    import KeyValue from "embedded:storage/key-value";
    const store = KeyValue.open({ path: "test", format: "buffer" });
    const text = KeyValue.open({ path: "test", format: "string" });
    function outcome(action) { try { return String(action()); } catch (error) { return String(error); } }
    ${statements}
    trace("end");`;
  const cycle = await runModule(program, source);
  assert.equal(cycle.exitCode, 0, cycle.lines.join("\n"));
  return traced(cycle);
}

test("values are written, replaced, deleted, and keep their format", async () => {
  const lines = await linesOf(`
    trace(outcome(() => store.read("a")));
    store.write("a", new Uint8Array([1, 2, 3]).subarray(1));
    trace(new Uint8Array(store.read("a")).join());
    const into = new Uint8Array(4);
    trace(store.read("a", into) + ":" + into.join());
    store.write("a", new ArrayBuffer(0));
    trace(store.read("a").byteLength);
    text.write("t", "gr\\u00fc\\u00df");
    trace(text.read("t"));
    trace(outcome(() => store.read("t")));
    text.delete("t");
    trace(outcome(() => text.read("t")));
    text.delete("t");
    const other = KeyValue.open({ path: "other", format: "buffer" });
    trace(outcome(() => other.read("a")));`);
  assert.deepEqual(lines, [
    "undefined",
    "2,3",
    "2:2,3,0,0",
    "0",
    "grüß",
    "TypeError: mismatch",
    "undefined",
    "undefined",
  ]);
});

test("what does not fit is refused and changes nothing", async () => {
  const lines = await linesOf(`
    store.write("a", new Uint8Array([7]));
    trace(outcome(() => store.write("a", new Uint8Array(1025))));
    trace(outcome(() => store.write("key-of-28-characters-is-too-long", new Uint8Array(1))));
    let count = 0;
    trace(outcome(() => { for (;;) { store.write("k" + count, new Uint8Array(1024)); count++; } }));
    trace(count);
    trace(new Uint8Array(store.read("a")).join() + "," + store.read("k0").byteLength);
    trace(outcome(() => KeyValue.open({ path: "test", mode: "r" }).write("a", new Uint8Array(1))));`);
  assert.deepEqual(lines, [
    "RangeError: value too long",
    "RangeError: Cannot buffer string",
    "RangeError: store is full",
    "15",
    "7,1024",
    "Error: read-only",
  ]);
});

test("64 keys of 200 bytes fit and outlive a reset", async () => {
  const flash = flashFor(
    program,
    `
    import KeyValue from "embedded:storage/key-value";
    const store = KeyValue.open({ path: "tracker-fota", format: "buffer" });
    if (System.resetCause === "write")
      for (let i = 0; i < 64; i++) store.write("key-" + i, new Uint8Array(200).fill(i));
    let sum = 0;
    for (let i = 0; i < 64; i++) sum += new Uint8Array(store.read("key-" + i))[199];
    trace("sum " + sum);
    trace("end");`,
  );
  for (const cause of ["write", "read"]) {
    const cycle = await run(flash, { arguments: ["--reset-cause", cause] });
    assert.ok(cycle.lines.includes("sum 2016"), cycle.lines.join("\n"));
  }
});

test("wear: the same value costs nothing, and all pages wear alike", async () => {
  const flash = flashFor(
    program,
    `
    import KeyValue from "embedded:storage/key-value";
    const store = KeyValue.open({ path: "test", format: "buffer" });
    for (let i = 0; i < 200; i++) store.write("journal", new Uint8Array(1000).fill(i));
    trace("same");
    for (let i = 0; i < 9; i++) store.write("journal", new Uint8Array(1000).fill(199));
    trace("end");`,
  );
  const erases = new Map<number, number>();
  const cycle = await run(flash, {
    onFlash: ({ kind, address }) => {
      if (kind === "erase") erases.set(address, (erases.get(address) ?? 0) + 1);
      return "proceed";
    },
  });
  assert.equal(cycle.exitCode, 0);
  const counts = [...erases.values()];
  assert.equal(erases.size, layout.storageBytes / layout.pageBytes);
  assert.ok(Math.max(...counts) - Math.min(...counts) <= 1, counts.join());
  const writes = cycle.operations - counts.reduce((sum, count) => sum + count, 0);
  // 200 records; each change of the bank writes a head and, but for the first, one live record.
  const changes = counts.reduce((sum, count) => sum + count, 0) / 4;
  assert.equal(writes, 200 + 2 * changes - 1);
});

test("the newest bank stays the newest when the sequence number wraps", async () => {
  const flash = flashFor(
    program,
    `
    import KeyValue from "embedded:storage/key-value";
    const store = KeyValue.open({ path: "test", format: "buffer" });
    const value = store.read("count");
    let count = value === undefined ? 0 : new Uint8Array(value)[0];
    trace("found " + count);
    const goal = { first: 1, more: 20 }[System.resetCause];
    for (; count < goal; count++) store.write("count", new Uint8Array(1000).fill(count + 1));
    trace("end");`,
  );
  const found = async (cause: string): Promise<string | undefined> =>
    (await run(flash, { arguments: ["--reset-cause", cause] })).lines.find((line) =>
      line.startsWith("found "),
    );
  assert.equal(await found("first"), "found 0");
  const head = flash.slot(layout.storage, 8);
  head.writeUInt32LE(0xffffffff, 4);
  const checksum = Buffer.alloc(4);
  checksum.writeInt32LE(crc32.buf(head));
  flash.put(layout.storage, Buffer.concat([head, checksum]));
  assert.equal(await found("more"), "found 1");
  const second = layout.storage + layout.storageBytes / 2;
  assert.equal(flash.slot(second, 8).readUInt32LE(4), 0, "the other bank is in use");
  assert.equal(await found("look"), "found 20");
});

test("provision writes what the firmware reads", async () => {
  const flash = flashFor(
    program,
    `
    import KeyValue from "embedded:storage/key-value";
    const store = KeyValue.open({ path: "tracker-fota", format: "buffer" });
    trace(String.fromCharCode(...new Uint8Array(store.read("settings"))));
    trace("end");`,
  );
  execFileSync(program, ["provision", flash.path, "settings", '{"thingName":"x"}']);
  assert.ok((await run(flash)).lines.includes('{"thingName":"x"}'));
});

/**
 * Counts a counter up in each of two keys, over several changes of the bank, then, after a cut,
 * shows what is there. 40 bytes of each value must agree with its first.
 */
const counting = `
  import KeyValue from "embedded:storage/key-value";
  const store = KeyValue.open({ path: "test", format: "buffer" });
  function show(key) {
    const value = store.read(key);
    if (value === undefined) return "none";
    const bytes = new Uint8Array(value);
    return bytes.every((byte) => byte === bytes[0]) ? bytes[0] : "mixed";
  }
  if (System.resetCause === "power-on") store.write("fixed", new Uint8Array(40).fill(99));
  if (System.resetCause !== "look") for (let i = 1; i <= 12; i++) {
    store.write("a", new Uint8Array(1000).fill(i));
    store.write("b", new Uint8Array(700).fill(i));
    trace("wrote " + i);
  }
  trace("found " + ["fixed", "a", "b"].map(show).join(" "));
  trace("end");`;

/** After a cut: `fixed` is there, and each counter is at most one step ahead of what was traced. */
function assertConsistent(cut: Cycle, look: Cycle, what: string): void {
  const wrote = cut.lines.filter((line) => line.startsWith("wrote ")).length;
  const found =
    look.lines
      .find((line) => line.startsWith("found "))
      ?.split(" ")
      .slice(1) ?? [];
  const allowed = [String(wrote), String(wrote + 1)];
  if (wrote === 0) allowed.push("none");
  assert.ok(found[0] === "99" || (wrote === 0 && found[0] === "none"), `${what}: ${found}`);
  assert.ok(allowed.includes(found[1] ?? ""), `${what}: a is ${found[1]}, wrote ${wrote}`);
  assert.ok(allowed.includes(found[2] ?? ""), `${what}: b is ${found[2]}, wrote ${wrote}`);
}

test("each value survives a cut at every flash operation, and writing goes on after it", async () => {
  const content = flashFor(program, counting).bytes();
  const operations: FlashOperation[] = [];
  const uncut = await run(new TestFlash(content), {
    onFlash: (operation) => {
      operations.push(operation);
      return "proceed";
    },
  });
  assert.ok(uncut.lines.includes("found 99 12 12"));
  assert.ok(operations.filter(({ kind }) => kind === "erase").length >= 8, "two changes of bank");
  const works = operations.flatMap((operation) =>
    cutsOf(operation).map((verdict) => async () => {
      const what = `cut ${JSON.stringify(verdict)} ${JSON.stringify(operation)}`;
      const flash = new TestFlash(content);
      const cut = await run(flash, { onFlash: cutAt(operation.index, verdict) });
      assert.equal(cut.exitCode, 69, what);
      assertConsistent(cut, await run(flash, { arguments: ["--reset-cause", "look"] }), what);
      const again = await run(flash);
      assert.ok(again.lines.includes("found 99 12 12"), `${what}: ${again.lines}`);
    }),
  );
  await runAll(works);
});
