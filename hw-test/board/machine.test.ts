import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { compileModule, plainBoard, temporaryFolder } from "./testing/build.ts";
import { layout, TestFlash, testImage } from "./testing/image.ts";
import { before, test } from "./testing/needs-engine.ts";
import { type CycleOptions, powerCycle } from "./testing/peer.ts";
import { flashFor, runModule, traced } from "./testing/run.ts";

let program: string;
before(async () => {
  program = await plainBoard();
});

async function exitOf(source: string, options?: CycleOptions) {
  const { exitCode, events } = await runModule(program, source, options);
  const exception = events.find(({ event }) => event === "exception");
  return { exitCode, message: exception?.["message"] };
}

test("start tells the engine, its word and its memory; heap tells the use", async () => {
  const options = { arguments: ["--pool", "300000"] };
  const { exitCode, events } = await runModule(program, 'trace("end");', options);
  assert.equal(exitCode, 0);
  const start = events.find(({ event }) => event === "start");
  assert.match(String(start?.["engine"]), /^XS 13\./);
  const bits = Number(start?.["bits"]);
  assert.ok(bits === 32 || bits === 64);
  assert.equal(start?.["slotBytes"], bits / 2);
  assert.equal(start?.["poolBytes"], 300_000);
  const heap = events.find(({ event }) => event === "heap");
  for (const part of ["chunk", "slot", "c"]) {
    const now = Number(heap?.[`${part}Bytes`]);
    assert.ok(now > 0 && now <= Number(heap?.[`${part}PeakBytes`]), part);
  }
});

test("out of memory is a reset that no script can catch", async () => {
  const slots = "const all = []; try { for (;;) all.push({ all }); } catch { trace('caught'); }";
  const chunks = "const all = []; try { for (;;) all.push(new ArrayBuffer(4096)); } catch {}";
  const single = "try { new ArrayBuffer(1 << 20); } catch {}";
  for (const source of [slots, chunks, single])
    assert.deepEqual(await exitOf(source), { exitCode: 65, message: undefined });
});

test("garbage does not fill the pool", async () => {
  const source = `
    let last;
    for (let i = 0; i < 2000; i++) last = [new Uint8Array(1000), { i }, "text " + i];
    trace("end");`;
  assert.equal((await exitOf(source)).exitCode, 0);
});

test("the pool is as large as the option says, and slots and chunks share it", async () => {
  const chunkSource =
    "const all = []; for (let i = 0; i < 30; i++) all.push(new ArrayBuffer(1000)); trace('end');";
  const slotSource = "const all = []; for (let i = 0; i < 700; i++) all.push({ i }); trace('end');";
  const base = await runModule(program, "trace('end');");
  const bits = Number(base.events.find(({ event }) => event === "start")?.["bits"]);
  const pool = String(bits * 5000);
  for (const source of [chunkSource, slotSource]) {
    assert.equal((await exitOf(source, { arguments: ["--pool", pool] })).exitCode, 0);
    assert.equal((await exitOf(source, { arguments: ["--pool", "40000"] })).exitCode, 65);
  }
});

test("stack overflow is a reset", async () => {
  const source = "function deeper() { return 1 + deeper(); } try { deeper(); } catch {}";
  assert.equal((await exitOf(source)).exitCode, 68);
});

test("what nobody catches is told, and resets: at start, in callbacks, in promises", async () => {
  const failing = 'throw new TypeError("quote \\" and \\n");';
  const expected = { exitCode: 66, message: 'TypeError: quote " and \n' };
  const sources = [
    failing,
    `import Timer from "timer"; Timer.set(() => { ${failing} });`,
    `Promise.resolve().then(() => { ${failing} });`,
    `(async () => { await null; ${failing} })();`,
    `import TCP from "embedded:io/socket/tcp";
     new TCP({ host: "a", port: 1, onError() { ${failing} } });`,
  ];
  for (const [index, source] of sources.entries()) {
    const options = index === 4 ? { arguments: ["--no-rig"] } : {};
    const cycle = await runModule(program, source, options);
    assert.equal(cycle.exitCode, 66, source);
    if (index < 4) assert.deepEqual(await exitOf(source), expected);
  }
  assert.deepEqual(await exitOf("throw Symbol();"), {
    exitCode: 66,
    message: "an exception that has no text",
  });
  assert.equal((await exitOf(`throw "${"x".repeat(5000)}";`)).message, "x".repeat(199));
});

test("a rejection that is handled in the same turn is none", async () => {
  const source = `
    const rejected = Promise.reject(new Error("late"));
    Promise.resolve().then(() => rejected.catch(() => trace("handled"))).then(() => trace("end"));`;
  const cycle = await runModule(program, source);
  assert.equal(cycle.exitCode, 0);
  assert.deepEqual(traced(cycle), ["handled"]);
});

test("the watchdog resets a loop without end, at start and in a callback", async () => {
  const options = { arguments: ["--watchdog-ms", "60"] };
  assert.equal((await exitOf("for (;;);", options)).exitCode, 67);
  const late = 'import Timer from "timer"; Timer.set(() => { for (;;); });';
  assert.equal((await exitOf(late, options)).exitCode, 67);
});

test("what a preloaded module defines is in ROM, and it is started by its default export", async () => {
  const source = `class Counter { count = 0; add() { return this.count += 1; } }
    const names = ["a", "b" + String(1), 12345678901234567890n, { deep: ["c" + 2] }];
    let calls = 0;
    export default function start() {
      calls += 1;
      const counter = new Counter();
      for (let round = 0; round < 2000; round += 1) counter.add({ text: names[1] + round });
      names[3].deep.push(names[1]);
      trace([counter.count, calls, names[1], names[2], names[3].deep].join());
      trace("end");
    }`;
  const cycle = await runModule(program, source);
  assert.deepEqual(traced(cycle), ["2000,1,b1,12345678901234567890,c2,b1"]);
  assert.equal(cycle.exitCode, 0);
});

test("a preloaded module starts, whatever it fills of the root's heap", async () => {
  // A round of the loop takes 16 slots, the heap grows by 1,024, and sharing it takes one a module.
  const source = (objects: number) => `import "timer"; import "time"; import "crypt";
    import "embedded:storage/flash"; import "embedded:storage/key-value"; import "embedded:io/analog";
    const all = [];
    for (let count = 0; count < ${objects}; count += 1) all.push({});
    export default function start() { trace(all.length); trace("end"); }`;
  const failed = [];
  for (let objects = 0; objects < 70; objects += 1) {
    const cycle = await runModule(program, source(objects));
    if (cycle.exitCode !== 0 || traced(cycle)[0] !== String(objects)) failed.push(objects);
  }
  assert.deepEqual(failed, []);
});

test("a write to what is in ROM, and a loop or an exception while it is made, end the cycle", async () => {
  const table = `const table = new Uint8Array(8);
    export default function start() { trace(table[0]); table[0] = 1; trace("not reached"); }`;
  const cycle = await runModule(program, table);
  const said = ["0", "fault: write to the read-only heap"];
  assert.deepEqual([cycle.exitCode, traced(cycle)], [72, said]);
  const named = "export default function start() { start.name2 = 1; trace('end'); }";
  assert.equal((await exitOf(named)).exitCode, 66);
  const loop = "for (;;); export default function start() {}";
  assert.equal((await exitOf(loop, { arguments: ["--watchdog-ms", "60"] })).exitCode, 67);
  assert.equal((await exitOf("throw new Error('x'); export default () => 1;")).exitCode, 66);
});

test("restart ends the cycle at once, after telling the heap", async () => {
  const cycle = await runModule(program, 'System.restart(); trace("not reached");');
  assert.equal(cycle.exitCode, 64);
  assert.deepEqual(traced(cycle), []);
  assert.equal(cycle.events.at(-1)?.["event"], "heap");
});

test("the reset cause is what the rig says", async () => {
  const source = "trace(System.resetCause); trace('end');";
  assert.deepEqual(traced(await runModule(program, source)), ["power-on"]);
  const options = { arguments: ["--reset-cause", "watchdog"] };
  assert.deepEqual(traced(await runModule(program, source, options)), ["watchdog"]);
});

test("the board's CRC-32 is zlib's, in one go and in parts, and stays within the bytes", async () => {
  const source = `const { crc32 } = System;
    const bytes = Uint8Array.from("x123456789x", (character) => character.charCodeAt(0));
    trace(crc32(0, bytes, 1, 10).toString(16));
    trace(crc32(crc32(0, bytes, 1, 4), bytes.subarray(2), 2, 8).toString(16));
    trace(crc32(0xffffffff, bytes, 3, 3));
    for (const [start, end] of [[-1, 3], [4, 3], [3, 12]])
      try { trace(crc32(0, bytes, start, end)); } catch (error) { trace(error.name); }
    trace("end");`;
  assert.deepEqual(traced(await runModule(program, source)), [
    ...["cbf43926", "cbf43926", "4294967295"],
    ...["RangeError", "RangeError", "RangeError"],
  ]);
});

test("nothing of Node or of a browser exists", async () => {
  const names = ["console", "process", "Buffer", "setTimeout", "require", "fetch", "TextDecoder"];
  const source = `trace([${names.map((name) => `typeof ${name}`).join()}].join()); trace("end");`;
  assert.deepEqual(traced(await runModule(program, source)), [names.map(() => "undefined").join()]);
  assert.equal((await exitOf('import "node:fs";')).exitCode, 66);
});

test("a body that is no bytecode, or for another board, crashes as a bad jump would", async () => {
  const sound = compileModule(program, "trace(1)");
  const otherBoard = Buffer.from(sound);
  otherBoard[8] = (otherBoard[8] ?? 0) ^ 1;
  const otherEngine = Buffer.from(sound);
  otherEngine[4] = 12;
  const manyNames = Buffer.from(sound);
  manyNames.writeUInt32LE(0xffffffff, 16);
  const bodies = [Buffer.alloc(3), Buffer.alloc(5000, 0x11), otherBoard, otherEngine, manyNames];
  bodies.push(Buffer.from(sound.subarray(0, sound.length - 1)));
  for (const body of bodies) {
    const flash = new TestFlash();
    flash.put(layout.primary, testImage(body, [1, 0, 0]));
    const cycle = await powerCycle(program, flash.path);
    assert.equal(cycle.exitCode, 66);
    assert.match(String(cycle.events.at(-1)?.["message"]), /image/);
  }
});

test("timers: order, repeat, clear, reschedule, park", async () => {
  const source = `
    import Timer from "timer";
    const order = [];
    function note(name) {
      order.push(name);
      if (order.length === 6) Timer.set(finish, 0);
    }
    Timer.set(() => note("b"), 50);
    Timer.set(() => note("a"), 1);
    Timer.clear(Timer.set(() => note("never"), 0));
    const parked = Timer.set(() => note("parked"), 1);
    Timer.schedule(parked);
    let repeats = 0;
    const repeating = Timer.repeat((self) => {
      if (self !== repeating) note("not itself");
      if (++repeats < 3) return;
      note("r3");
      Timer.clear(self);
      Timer.schedule(parked, 1);
    }, 3);
    const twice = Timer.set((self) => {
      note("t");
      if (order.filter((item) => item === "t").length < 2) Timer.schedule(self, 1);
    }, 4);
    function finish() {
      trace(order.join());
      try { Timer.schedule(twice, 1); } catch (error) { trace(error.message); }
      Timer.clear(undefined); Timer.clear(twice);
      const all = [];
      try { for (;;) all.push(Timer.set(() => {}, 1000)); } catch (error) { trace(error + " " + (all.length > 20)); }
      trace("end");
    }`;
  const lines = traced(await runModule(program, source));
  const order = lines[0]?.split(",") ?? [];
  assert.ok(order.indexOf("a") < order.indexOf("b"), "set later, due earlier");
  assert.deepEqual([...order].sort(), ["a", "b", "parked", "r3", "t", "t"]);
  assert.ok(order.indexOf("parked") > order.indexOf("r3"), "parked until it is scheduled again");
  assert.deepEqual(lines.slice(1), ["the timer is over", "RangeError: out of timers true"]);
});

test("callbacks live as long as their timers, whatever is collected", async () => {
  const source = `
    import Timer from "timer";
    function start(text) { Timer.set(() => trace(text + "!"), 5); }
    start("kept");
    for (let i = 0; i < 500; i++) new Uint8Array(1000);
    Timer.set(() => trace("end"), 10);`;
  assert.deepEqual(traced(await runModule(program, source)), ["kept!"]);
});

test("time counts milliseconds and its difference wraps", async () => {
  const source = `
    import Time from "time";
    import Timer from "timer";
    const start = Time.ticks;
    Timer.delay(15);
    trace(Time.delta(start) >= 15, Time.delta(0x7fffffff, -0x80000000), Time.delta(5, 3));
    trace("end");`;
  assert.deepEqual(traced(await runModule(program, source)), ["true1-2"]);
});

test("digest is SHA-256, in pieces of any size", async () => {
  for (const length of [0, 1, 55, 56, 63, 64, 65, 119, 120, 1000]) {
    const source = `
      import { Digest } from "crypt";
      const bytes = new Uint8Array(${length}).map((_, index) => index * 7);
      const digest = new Digest("SHA256");
      for (let at = 0; at < bytes.length; at += 37) digest.write(bytes.slice(at, at + 37).buffer);
      const hex = Array.from(new Uint8Array(digest.close()), (b) => b.toString(16).padStart(2, "0"));
      trace(hex.join(""));
      trace("end");`;
    const bytes = Uint8Array.from({ length }, (_, index) => index * 7);
    const expected = createHash("sha256").update(bytes).digest("hex");
    assert.deepEqual(traced(await runModule(program, source)), [expected]);
  }
});

test("compile: the same source gives the same bytes, and a mistake is told with its line", () => {
  const source = "export const answer = 42;\nfunction unused() { return 'text'; }\n";
  assert.ok(compileModule(program, source).length > 0);
  assert.deepEqual(compileModule(program, source), compileModule(program, source));
  const folder = temporaryFolder();
  writeFileSync(join(folder, "bad.js"), "let a = 1;\nlet b = ;\n");
  const result = spawnSync(program, ["compile", "bad.js", "bad.xsb"], { cwd: folder });
  assert.equal(result.status, 1);
  assert.match(result.stderr.toString(), /^bad\.js:2: /);
});

test("bench: counts byte codes reproducibly and measures the heap", () => {
  const folder = temporaryFolder();
  const body = compileModule(
    program,
    `const sum = () => { let s = 0; for (let i = 0; i < 100; i++) s += i; return s; };
     trace(meter(sum) === meter(sum), " ", meter(sum));
     const before = heap();
     const kept = new ArrayBuffer(10000);
     trace(heap().chunkBytes - before.chunkBytes >= 10000, kept.byteLength);`,
  );
  writeFileSync(join(folder, "bench.xsb"), body);
  const run = () => execFileSync(program, ["bench", join(folder, "bench.xsb")]).toString();
  assert.match(run(), /^true \d+\ntrue10000\n$/);
  assert.equal(run(), run());
});

test("usage errors are told and exit 2", () => {
  const flash = flashFor(program, "");
  const wrong = [
    [],
    ["fly"],
    ["run"],
    ["run", "/nowhere/flash.bin"],
    ["run", flash.path, "--pool"],
    ["run", flash.path, "--pool", "-1"],
    ["run", flash.path, "--colour", "1"],
    ["run", flash.path], // no descriptor 3
    ["compile", "one.js"],
    ["provision", flash.path, "key"],
  ];
  for (const words of wrong) {
    const result = spawnSync(program, words);
    assert.equal(result.status, 2, words.join(" "));
    assert.ok(result.stderr.length > 0);
  }
});
