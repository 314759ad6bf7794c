import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import fc from "fast-check";
import { Desk, type DeskOptions } from "../../../hw-test/desk/desk.ts";
import { deskTrust } from "../../../hw-test/desk/signing.ts";
import { EspruinoEngine, placeOf } from "../../../hw-test/model/espruino-engine.ts";
import { EspruinoStorage } from "../../../hw-test/model/espruino-storage.ts";
import { NorFlash } from "../../../hw-test/model/nor-flash.ts";
import { ScriptedNetwork } from "../../../hw-test/model/scripted-network.ts";
import { VirtualClock } from "../../../hw-test/model/virtual-clock.ts";
import type { Platform } from "../../ports/platform.ts";
import { McubootBoot } from "../../swap/mcuboot.ts";
import { OffsetSlot } from "../../swap/offset-slot.ts";
import { mcubootFormat } from "../../verify/mcuboot-format.ts";
import { isPeersMistake } from "./guard.ts";
import { espruinoPlatform } from "./platform.ts";
import { readProvision } from "./provision.ts";
import { newSha256 } from "./sha256.ts";
import { EspruinoStore } from "./store.ts";

const credentials = { ca: "ca", cert: "cert", key: "key" };

/** The desk's platform behind Espruino's modules and this adapter; the files outlive its boots. */
function adapter(engines: EspruinoEngine[] = []): (base: Platform) => Platform {
  const storage = new EspruinoStorage();
  return (base) => {
    const engine = new EspruinoEngine(base, storage);
    engines.push(engine);
    const provision = {
      settings: undefined as never,
      primary: placeOf("primary", base),
      secondary: placeOf("secondary", base),
      credentials,
    };
    return espruinoPlatform({
      engine,
      provision,
      anchors: deskTrust.anchors,
      format: mcubootFormat,
      newBoot: (slots) => new McubootBoot(slots),
      offsetSlot: (slot) => new OffsetSlot(slot),
    });
  };
}

function run(spoil: (desk: Desk) => void, options: DeskOptions = {}) {
  const engines: EspruinoEngine[] = [];
  const desk = new Desk({ ...options, adapt: adapter(engines) });
  spoil(desk);
  const jobId = desk.cloud.order(desk.firmwares.offered);
  desk.runUntilOver(jobId);
  return { desk, engines, ...desk.end(jobId) };
}

describe("the whole client through the Espruino adapter", { timeout: 120_000 }, () => {
  it("updates, and shows its certificate to the broker alone", () => {
    const { desk, engines, status } = run(() => undefined);
    assert.equal(status, "SUCCEEDED");
    assert.equal(desk.running, "1.0.1");
    const opened = engines.flatMap((engine) => engine.opened);
    assert.ok(opened.some(({ hasCertificate }) => !hasCertificate));
    for (const { host, hasCertificate } of opened) {
      assert.equal(hasCertificate, host === "broker.example");
    }
  });

  it("resumes a download whose connection drops, and one whose server goes silent", () => {
    const { status } = run((desk) => {
      desk.onFileReply = (index) => {
        if (index === 1) return { byte: 5000, fate: "drop" };
        return index === 2 ? { byte: 9000, fate: "stall" } : undefined;
      };
    });
    assert.equal(status, "SUCCEEDED");
  });

  it("goes on after resets in the middle, from what the store has kept", () => {
    const { desk, status } = run((one) => {
      let resets = 0;
      one.onDelivered = (total) => {
        if (resets < 3 && total > 20_000 * (resets + 1)) {
          resets += 1;
          one.clock.alarm(0, () => one.reset());
        }
      };
    });
    assert.equal(status, "SUCCEEDED");
    assert.ok(desk.boots >= 2);
  });

  it("reverts an image that does not come up", () => {
    for (const image of ["crash", "offline", "sick"] as const) {
      const { desk, status, reason } = run(() => undefined, { image });
      assert.deepEqual([status, reason, desk.running], ["FAILED", "REVERTED", "1.0.0"], image);
    }
  });

  it("lives on when the application sets the clock in the middle of a download", () => {
    const engines: EspruinoEngine[] = [];
    const desk = new Desk({ adapt: adapter(engines) });
    let times = 0;
    desk.onDelivered = () => {
      times += 1;
      engines.at(-1)?.setTime(times % 2 === 0 ? 0 : 1_800_000_000);
    };
    const jobId = desk.cloud.order(desk.firmwares.offered);
    desk.runUntilOver(jobId);
    assert.equal(desk.end(jobId).status, "SUCCEEDED");
    assert.ok(times >= 3, `${times} times`);
  });
});

/** Engine and adapter by themselves. */
function bench() {
  const clock = new VirtualClock();
  const network = new ScriptedNetwork();
  const slot = () =>
    new NorFlash({ byteLength: 0x8000, blockLength: 4096, writeAlign: 4, eraseValue: 0xff });
  const base = { clock, network, primary: slot(), secondary: slot() } as unknown as Platform;
  const storage = new EspruinoStorage();
  const engine = new EspruinoEngine(base, storage);
  return { clock, network, base, storage, engine };
}

function platformOn({ engine, base }: ReturnType<typeof bench>, anchors = deskTrust.anchors) {
  return espruinoPlatform({
    engine,
    provision: {
      settings: undefined as never,
      primary: placeOf("primary", base),
      secondary: placeOf("secondary", base),
      credentials,
    },
    anchors,
    format: mcubootFormat,
    newBoot: (slots) => new McubootBoot(slots),
    offsetSlot: (one) => new OffsetSlot(one),
  });
}

describe("the Espruino adapter", () => {
  it("refuses to start without a trust anchor", () => {
    assert.throws(() => platformOn(bench(), []), /no trust anchor/);
  });

  it("has a clock that does not jump when the time of day is set", () => {
    const one = bench();
    const { clock } = platformOn(one);
    one.clock.advance(1000);
    one.engine.setTime(1_800_000_000);
    assert.equal(clock.nowMs(), 1000);
    one.clock.advance(500);
    one.engine.setTime(5);
    assert.equal(clock.nowMs(), 1500);
  });

  it("calls nothing back inside open, read, write and close, nor after close", () => {
    const one = bench();
    const { network } = platformOn(one);
    const seen: string[] = [];
    const socket = network.open(
      { host: "h", port: 1, security: "broker" },
      {
        onWritable: (count) => seen.push(`writable ${count}`),
        onReadable: () => seen.push("readable"),
        onError: (reason) => seen.push(`error ${reason}`),
      },
    );
    assert.deepEqual(seen, []);
    one.clock.advance(1);
    one.network.socket.grant(2048);
    one.clock.advance(10);
    assert.deepEqual(seen, ["writable 512"], "before the handshake");
    socket.write(new Uint8Array(400));
    assert.deepEqual(one.network.socket.takeWritten().length, 0);
    one.clock.advance(100);
    assert.equal(one.network.socket.takeWritten().length, 400);
    assert.deepEqual(seen, ["writable 512", "writable 512"], "after drain");
    one.network.socket.deliver(new Uint8Array(1500).fill(0x80));
    assert.equal(seen.length, 2);
    one.clock.advance(0);
    const into = new Uint8Array(1000);
    assert.equal(socket.read(into), 1000);
    assert.ok(into.every((byte) => byte === 0x80));
    assert.equal(socket.read(into), 500);
    assert.equal(socket.read(into), 0);
    one.network.socket.deliver(new Uint8Array(10));
    const before = seen.length;
    socket.close();
    one.clock.advance(1000);
    assert.equal(seen.length, before);
    assert.equal(one.network.socket.isClosed, true);
  });

  it("tells of an end once, after what came before it", () => {
    const one = bench();
    const { network } = platformOn(one);
    const seen: string[] = [];
    network.open(
      { host: "h", port: 1, security: "files" },
      {
        onWritable: () => undefined,
        onReadable: () => seen.push("readable"),
        onError: (reason) => seen.push(reason),
      },
    );
    one.clock.advance(1);
    one.network.socket.grant(100);
    one.clock.advance(100);
    one.network.socket.deliver(Uint8Array.of(1));
    one.network.socket.fail("reset by peer");
    one.clock.advance(10);
    assert.deepEqual(seen, ["readable", "reset by peer"]);
  });

  it("keeps a key's old or new value through a power cut at any step", () => {
    const change = fc.record({ remove: fc.boolean(), value: fc.uint8Array({ maxLength: 40 }) });
    fc.assert(
      fc.property(
        fc.array(change, { minLength: 1, maxLength: 6 }),
        fc.nat(30),
        (changes, cutAt) => {
          const { engine, storage } = bench();
          storage.stepsLeft = cutAt;
          let before: Uint8Array | undefined;
          let after: Uint8Array | undefined;
          try {
            for (const { remove, value } of changes) {
              before = new EspruinoStore(engine).read("record");
              after = remove ? undefined : value;
              if (remove) new EspruinoStore(engine).remove("record");
              else new EspruinoStore(engine).write("record", value);
              before = after;
            }
          } catch (error) {
            assert.equal(storage.stepsLeft, 0, String(error));
          }
          storage.stepsLeft = Number.POSITIVE_INFINITY;
          const now = new EspruinoStore(engine).read("record");
          const isOneOf = [before, after].some(
            (one) => JSON.stringify(one) === JSON.stringify(now),
          );
          assert.ok(isOneOf, `${now} is neither ${before} nor ${after}`);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("says that the store is full, and has the old value then", () => {
    const { engine, storage } = bench();
    const store = new EspruinoStore(engine);
    store.write("record", Uint8Array.of(1));
    storage.roomBytes = 12;
    assert.throws(() => store.write("record", Uint8Array.of(2)), { code: "STORE" });
    assert.deepEqual(store.read("record"), Uint8Array.of(1));
  });

  it("has SHA-256", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), (bytes, at) => {
        const digest = newSha256();
        digest.update(bytes.subarray(0, at));
        digest.update(bytes.subarray(at));
        const expected = createHash("sha256").update(bytes).digest("hex");
        assert.equal(Buffer.from(digest.finish()).toString("hex"), expected);
      }),
    );
  });

  it("takes what TLS throws of a peer for no bug of ours, and anything else for one", () => {
    assert.equal(isPeersMistake(new Error("mbedtls_ssl_handshake returned -0x7780")), true);
    for (const other of [new Error("assertion: x"), undefined, "mbedtls", {}, new TypeError("y")]) {
      assert.equal(isPeersMistake(other), false, String(other));
    }
  });

  it("refuses to start unprovisioned", () => {
    assert.throws(() => readProvision(undefined, String), /not provisioned/);
  });
});
