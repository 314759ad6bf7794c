import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import { imageFromScript } from "../../../tools/build/image.ts";
import { type BoardName, boards, engineIsMissing } from "../boards.ts";
import { resolveFrom } from "../connect.ts";
import { linkProfiles } from "../link-profile.ts";
import { parseFault } from "./faults.ts";
import { VirtualTracker } from "./tracker.ts";
import type { VirtualTrackerOptions } from "./tracker-options.ts";

const folder = mkdtempSync(join(tmpdir(), "virtual-tracker-"));
const trackers: VirtualTracker[] = [];
const echo = net.createServer((socket) => {
  socket.on("error", () => {});
  socket.on("data", (bytes) => socket.write(bytes));
});
let echoPort = 0;
let flashes = 0;

before(async () => {
  echo.listen(0, "127.0.0.1");
  await once(echo, "listening");
  echoPort = (echo.address() as net.AddressInfo).port;
});

afterEach(async () => {
  for (const tracker of trackers.splice(0)) await tracker.stop();
});

after(() => {
  echo.close();
  rmSync(folder, { recursive: true });
});

/** A tracker with this script as its firmware, version 1.0.0, still off. */
async function trackerOn(
  board: BoardName,
  source: string,
  options: Partial<VirtualTrackerOptions>,
): Promise<VirtualTracker> {
  const tracker = new VirtualTracker({
    board,
    flashPath: join(folder, `flash-${flashes++}.bin`),
    credentials: { broker: { ca: "", cert: "", key: "" }, files: { ca: "" } },
    resolve: resolveFrom({ "echo.test": echoPort }),
    ...options,
  });
  trackers.push(tracker);
  const { code } = boards[board];
  await tracker.flash({ slot0: await imageFromScript({ source, version: "1.0.0", code }) });
  return tracker;
}

function line(tracker: VirtualTracker, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    const stopListening = tracker.onConsole(({ text }) => {
      if (!pattern.test(text)) return;
      stopListening();
      resolve(text);
    });
    tracker.once("halted", reject);
  });
}

const hello = `trace("hello from " + System.resetCause + "\\n");`;
const staysUp = `import Timer from "timer"; Timer.repeat(() => {}, 1000);`;

/** Says hello to the echo server and traces what comes back. */
const echoClient = `
  import TCP from "embedded:io/socket/tcp";
  const size = 20000;
  let sent = 0, got = 0, sum = 0;
  const socket = new TCP({
    host: "echo.test",
    port: 7,
    onWritable(count) {
      while (count > 0 && sent < size) {
        const bytes = new Uint8Array(Math.min(count, size - sent));
        for (let i = 0; i < bytes.length; i++) bytes[i] = (sent + i) % 251;
        socket.write(bytes);
        sent += bytes.length;
        count -= bytes.length;
      }
    },
    onReadable(count) {
      const bytes = new Uint8Array(socket.read(count));
      for (let i = 0; i < bytes.length; i++) if (bytes[i] !== (got + i) % 251) sum++;
      got += bytes.length;
      if (got === size) { trace("echoed " + got + ", wrong " + sum + "\\n"); socket.close(); }
    },
    onError() { trace("socket error\\n"); },
  });`;

/** Erases and writes a page of the secondary slot, then restarts; after that, it stays. */
const flashWriter = `
  import Flash from "embedded:storage/flash";
  import Timer from "timer";
  trace("cause " + System.resetCause + "\\n");
  const slot = Flash.open({ path: "image-1" });
  const page = new Uint8Array(4096);
  slot.read(page, 4096);
  trace("reads " + page[0] + " " + page[4095] + "\\n");
  if (System.resetCause === "power-on" && page[4095] === 255) {
    slot.eraseBlock(1);
    slot.write(page.fill(90), 4096);
    System.restart();
  }
  Timer.repeat(() => {}, 1000);`;

const engines: readonly [board: BoardName, engine: RegExp, skip: string | undefined][] = [
  ["linux", /^XS 13/, engineIsMissing()],
  ["node", /^Node \d+/, undefined],
];

for (const [board, engine, problem] of engines) {
  describe(`VirtualTracker on ${board}`, { timeout: 300_000, skip: problem ?? false }, () => {
    const trackerWith = (source: string, options: Partial<VirtualTrackerOptions> = {}) =>
      trackerOn(board, source, options);

    it("boots the image in slot 0 and tells about itself", async () => {
      const tracker = await trackerWith(hello + staysUp);
      const heard = line(tracker, /^hello/);
      // The console and the link are two streams: which is first is open.
      const started = once(tracker, "start");
      await tracker.powerOn();
      assert.equal(await heard, "hello from power-on");
      await started;
      assert.equal(tracker.lastBoot?.running, "1.0.0");
      assert.equal(tracker.lastBoot?.swap, "none");
      assert.match(tracker.lastStart?.engine ?? "", engine);
      assert.equal(tracker.flashFile.slot("image-0").image?.version, "1.0.0");
      await tracker.stop();
      // Only XS has a pool, and tells what of it was used.
      const { poolBytes } = tracker.lastStart ?? {};
      assert.equal((tracker.lastHeap?.slotPeakBytes ?? 0) > 0, poolBytes !== 0);
      assert.ok(tracker.consoleLines.every(({ atMs }) => atMs >= 0));
    });

    it("opens a socket through the rig, both ways, beyond every window", async () => {
      const tracker = await trackerWith(echoClient);
      const heard = line(tracker, /^echoed|error/);
      await tracker.powerOn();
      assert.equal(await heard, "echoed 20000, wrong 0");
      assert.deepEqual(tracker.traffic.tcp, {
        connections: 1,
        toTrackerBytes: 20_000,
        fromTrackerBytes: 20_000,
      });
    });

    it("tells the firmware that a name is not in the map", async () => {
      const tracker = await trackerWith(echoClient, { resolve: resolveFrom({}) });
      const heard = line(tracker, /^echoed|error/);
      const told = once(tracker, "socketError");
      await tracker.powerOn();
      assert.equal(await heard, "socket error");
      const target = { security: "tcp", host: "echo.test", port: 7 };
      assert.deepEqual((await told)[0], { target, reason: "cannot resolve echo.test" });
    });

    it("restarts after a software reset, keeps the flash, and counts", async () => {
      const tracker = await trackerWith(flashWriter);
      const heard = line(tracker, /^reads 90 90/);
      await tracker.powerOn();
      await heard;
      const text = tracker.consoleLines.map((entry) => entry.text);
      assert.ok(text.includes("cause power-on") && text.includes("cause software"));
      const slot = await tracker.readFlash("image-1");
      assert.ok(slot.subarray(4096, 8192).every((byte) => byte === 90));
      assert.ok(slot.subarray(8192).every((byte) => byte === 0xff));
      const { firmware } = tracker.flashMeters;
      assert.deepEqual(firmware.erasesPerPage("image-1").slice(0, 3), [0, 1, 0]);
      assert.equal(firmware.total("image-1").bytesWritten, 4096);
      assert.deepEqual([tracker.resets, tracker.powerCuts], [1, 0]);
    });

    it("cuts the power before and inside a flash operation, and goes on", async () => {
      const faults = ["power@flash:1", "power@flash:3:torn"].map(parseFault);
      const tracker = await trackerWith(flashWriter, { faults });
      const torn = line(tracker, /^reads 90 255/);
      const whole = line(tracker, /^reads 90 90/);
      await tracker.powerOn();
      await torn;
      await whole;
      assert.deepEqual([tracker.resets, tracker.powerCuts], [1, 2]);
      // cut, erase, torn write, erase, write
      assert.equal(tracker.flashOperations, 5);
    });

    it("stays off after a power cut when told so, and comes back when told so", async () => {
      const tracker = await trackerWith(flashWriter, {
        faults: [parseFault("power@flash:1")],
        restartsAfter: (end) => end !== "power-cut",
      });
      const ended = once(tracker, "cycleEnd");
      await tracker.powerOn();
      assert.deepEqual((await ended)[0].end, "power-cut");
      assert.deepEqual((await ended)[0].restarts, false);
      const heard = line(tracker, /^reads 90 90/);
      await tracker.powerOn();
      await heard;
    });

    it("switches off and pulls the reset line", async () => {
      const tracker = await trackerWith(hello + staysUp);
      const first = line(tracker, /power-on/);
      await tracker.powerOn();
      await first;
      const second = line(tracker, /pin/);
      await tracker.reset();
      await second;
      await tracker.cutPower();
      await assert.rejects(tracker.reset(), /the tracker is off/);
      await tracker.flash({ whole: await tracker.readFlash() });
      const third = line(tracker, /power-on/);
      await tracker.powerOn();
      await third;
      await assert.rejects(tracker.flash({ slot0: new Uint8Array(1) }), /the tracker is on/);
      assert.deepEqual([tracker.resets, tracker.powerCuts], [1, 1]);
    });

    it("reports an exception, resets, and gives up on a boot loop", async () => {
      const tracker = await trackerWith(`throw new Error("on purpose");`, {
        resetsPerMinuteMax: 3,
      });
      const messages: string[] = [];
      tracker.on("exception", ({ message }) => messages.push(message));
      const halted = once(tracker, "halted");
      await tracker.powerOn();
      assert.match(String((await halted)[0]), /boot loop: more than 3 restarts in a minute/);
      assert.equal(messages.length, 4);
      assert.match(messages[0] ?? "", /on purpose/);
    });

    it("gives up when there is nothing to boot", async () => {
      const tracker = await trackerWith(hello);
      await tracker.flash({ slot0: new Uint8Array(64) });
      const halted = once(tracker, "halted");
      await tracker.powerOn();
      assert.match(String((await halted)[0]), /no-image/);
    });

    it("hands inputs to the firmware, through resets", async () => {
      const tracker = await trackerWith(`
      import Analog from "embedded:io/analog";
      import Timer from "timer";
      const battery = new Analog({ pin: 0, resolution: 10 });
      const tell = () => trace("battery " + battery.read() + " " + System.resetCause + "\\n");
      Timer.repeat(tell, 5);`);
      tracker.setInput("battery", 500);
      const first = line(tracker, /^battery 51[12] power-on/);
      await tracker.powerOn();
      await first;
      const full = line(tracker, /^battery 1023 power-on/);
      tracker.setInput("battery", 1000);
      await full;
      const again = line(tracker, /^battery 1023 pin/);
      await tracker.reset();
      await again;
      assert.throws(() => tracker.setInput("signal", 1001), RangeError);
    });

    it("lets the link take its time", async () => {
      const tracker = await trackerWith(echoClient, { link: linkProfiles["lte-m"] });
      const startMs = performance.now();
      const heard = line(tracker, /^echoed/);
      await tracker.powerOn();
      await heard;
      // 20,000 bytes at 300 kbit/s are 533 ms; set-up and one round trip 200 ms.
      assert.ok(performance.now() - startMs >= 733);
    });
  });
}
