import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { compileModule, sanitizedBoard } from "./testing/build.ts";
import { cutAt } from "./testing/cuts.ts";
import { layout, TestFlash, testImage } from "./testing/image.ts";
import { before, test } from "./testing/needs-engine.ts";
import { type Cycle, type CycleOptions, frameType, powerCycle } from "./testing/peer.ts";
import { flashFor, runModule, traced } from "./testing/run.ts";

/** The main scenarios once more on the sanitized build: a report would be on stderr. */
let program: string;
before(async () => {
  program = await sanitizedBoard();
});

function assertClean(cycle: Cycle, exitCode: number): void {
  assert.equal(cycle.errors, "");
  assert.equal(cycle.exitCode, exitCode, cycle.lines.join("\n"));
}

test("every module, sockets and an analog input, without a report", async () => {
  const cycle = await runModule(
    program,
    `import TLSSocket from "embedded:io/socket/tcp/tls";
     import FlashStorage from "embedded:storage/flash";
     import KeyValue from "embedded:storage/key-value";
     import Analog from "embedded:io/analog";
     import Timer from "timer";
     import Time from "time";
     import { Digest } from "crypt";
     const flash = FlashStorage.open({ path: "image-1" });
     flash.eraseBlock(0, 2);
     for (let i = 0; i < 8; i++) flash.write(new Uint8Array(1024).fill(i), i * 1024);
     const digest = new Digest("SHA256");
     for (let i = 0; i < 8; i++) digest.write(flash.read(1021, i * 1000 + 3));
     trace(new Uint8Array(digest.close()).length);
     const store = KeyValue.open({ path: "test", format: "buffer" });
     for (let i = 0; i < 40; i++) store.write("k" + i % 5, new Uint8Array(900 + i).fill(i));
     store.delete("k1");
     trace(store.read("k2").byteLength + new Analog({ pin: 0 }).read() + (Time.ticks >= 0));
     const into = new Uint8Array(77);
     let received = 0;
     const socket = new TLSSocket({ host: "h", port: 443, secure: { securityTag: "broker" },
       onWritable() { this.write(new Uint8Array(3000)); },
       onReadable() { for (let n; (n = this.read(into)); received += n); },
       onError() { trace(received); this.close(); Timer.set(() => trace("end"), 1); } });`,
    {
      onFrame: ({ type, channel }, peer) => {
        if (type === frameType.open) peer.sendU16(frameType.opened, channel, 3000);
        if (type !== frameType.send) return;
        peer.send(frameType.data, channel, Buffer.alloc(1000, 7));
        peer.send(frameType.error, channel, Buffer.from("over"));
      },
    },
  );
  assertClean(cycle, 0);
  assert.deepEqual(traced(cycle), ["32", `${937 + 1023 + 1}`, "1000"]);
});

test("swap, cut and resumed, reverted, refused, without a report", async () => {
  const oldImage = testImage(compileModule(program, 'trace("end")'), [1, 0, 0]);
  const newImage = testImage(compileModule(program, 'trace("end"); 1'), [1, 0, 1]);
  const flash = new TestFlash();
  flash.put(layout.primary, oldImage);
  flash.put(layout.secondary, newImage);
  flash.requestSwap("test");
  const cycle = (options: CycleOptions = {}) =>
    powerCycle(program, flash.path, { stopAt: "end", ...options });
  assertClean(await cycle({ onFlash: cutAt(9, { insideBytes: 1000 }) }), 69);
  assertClean(await cycle(), 0);
  assertClean(await cycle(), 0);
  assert.ok(flash.slot(layout.primary, oldImage.length).equals(oldImage));
  flash.put(layout.secondary, Buffer.alloc(64));
  flash.requestSwap("test");
  assertClean(await cycle(), 0);
});

test("each way down, without a report", async () => {
  const ends: readonly [string, number][] = [
    ["const all = []; for (;;) all.push({});", 65],
    ["throw new Error('told');", 66],
    ["null.property;", 66],
    ["(function deeper() { deeper(); })();", 68],
    ["System.restart();", 64],
  ];
  for (const [source, exitCode] of ends) assertClean(await runModule(program, source), exitCode);
  const watchdog = { arguments: ["--watchdog-ms", "200"] };
  assertClean(await runModule(program, "for (;;);", watchdog), 67);
});

test("damaged images and bytecode are told apart without a report", async () => {
  const body = compileModule(program, 'const text = "hello"; trace(text);');
  for (let at = 0; at < body.length; at += 3) {
    const head = Buffer.from(testImage(body, [1, 0, 0]));
    head[at] = (head[at] ?? 0) ^ 0xff; // the digest no longer fits: whatever the header says
    const flash = new TestFlash();
    flash.put(layout.primary, head);
    assertClean(await powerCycle(program, flash.path, { arguments: ["--no-rig"] }), 70);
    if (at >= 60) break; // header and body head are what is parsed
  }
  for (let at = 8; at < 28; at += 4) {
    const damaged = Buffer.from(body);
    damaged.writeUInt32LE(0x7fffffff, at);
    const flash = new TestFlash();
    flash.put(layout.primary, testImage(damaged, [1, 0, 0]));
    assertClean(await powerCycle(program, flash.path, { arguments: ["--no-rig"] }), 66);
  }
});

test("host subcommands, without a report", () => {
  const flash = flashFor(program, "trace(1)");
  execFileSync(program, ["provision", flash.path, "settings", "x".repeat(1024)], { stdio: "pipe" });
  assert.throws(() => compileModule(program, "let = ;"), /module\.js:1/);
});
