import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { Failure } from "../../firmware/failure.ts";
import type { TrustOptions } from "../../firmware/update/trust.ts";
import { parseEcdsaSignature } from "../../firmware/verify/ecdsa-der.ts";
import { derOf, ORDER } from "../../tools/image/sign.ts";
import { Desk, type DeskOptions, refusal } from "../desk/desk.ts";
import { Restart } from "../desk/device.ts";
import { type DeskKey, deskKey, deskTrust, deskVerifier, newDeskKey } from "../desk/signing.ts";
import { type Changes, ended, release } from "./testing/releases.ts";

function outcomeOf(changes: Changes, options?: DeskOptions) {
  const desk = new Desk(options);
  const end = ended(desk, desk.cloud.order(desk.firmwares.offered, changes));
  return { desk, end };
}

const trusting = (...keys: readonly DeskKey[]): TrustOptions => ({
  anchors: keys.flatMap(({ anchors }) => anchors),
  verifier: deskVerifier,
});
const unsigned: TrustOptions = { anchors: [], verifier: undefined };

/** The other signature that passes for the same release: s and the order less s mean the same. */
function twinOf({ signature }: Changes): string {
  const raw = parseEcdsaSignature(Buffer.from(String(signature), "base64"));
  assert(raw !== undefined);
  const s = BigInt(`0x${Buffer.from(raw.subarray(32)).toString("hex")}`);
  raw.set(Buffer.from((ORDER - s).toString(16).padStart(64, "0"), "hex"), 32);
  return derOf(raw).toString("base64");
}

describe("a release", () => {
  const stranger = newDeskKey("stranger");
  const { offered, next } = new Desk().firmwares;
  const otherHardware = release(offered, { hardware: "board-b" });
  const cases: readonly (readonly [string, Changes, string])[] = [
    ["that nobody has signed", { signature: undefined }, "SIGNATURE"],
    ["that a stranger has signed", release(offered, {}, stranger), "SIGNATURE"],
    ["with another's signature", { signature: release(next)["signature"] }, "SIGNATURE"],
    ["with the twin of its signature", { signature: twinOf(release(offered)) }, "SIGNATURE"],
    ["that is no DER", { signature: Buffer.alloc(70, 0x30).toString("base64") }, "SIGNATURE"],
    ["whose key the tracker does not know", { keyId: "nobody" }, "SIGNATURE"],
    ["whose counter was raised by the way", { securityCounter: 1 }, "SIGNATURE"],
    ["whose expiry was put off by the way", { expires: 4_000_000_000 }, "SIGNATURE"],
    ["whose image was exchanged by the way", { sha256: "00".repeat(32) }, "SIGNATURE"],
    ["whose size was changed by the way", { imageSize: 1 }, "SIGNATURE"],
    ["without a digest", { sha256: undefined }, "DOCUMENT_INVALID"],
    ["that has expired", release(offered, { expires: 1_700_000_000 }), "RELEASE_EXPIRED"],
    ["for other hardware", otherHardware, "HARDWARE_MISMATCH"],
    [
      "for other hardware, which the job does not say",
      { ...otherHardware, hardware: undefined },
      "SIGNATURE",
    ],
  ];
  for (const [what, changes, reason] of cases) {
    it(`${what} is refused before a byte is downloaded`, () => {
      const { desk, end } = outcomeOf(changes);
      assert.equal(end[1], reason);
      assert.equal(desk.deliveredBytes, 0);
      assert.equal(
        desk.tracker.secondary.counts.erases.firmware.reduce((a, b) => a + b, 0),
        0,
      );
    });
  }

  it("that names no hardware is refused by a tracker that has a hardware id", () => {
    const settings = { hardware: "board-a" };
    assert.deepEqual(outcomeOf({}, { settings }).end, ["REJECTED", "HARDWARE_MISMATCH"]);
    const ours = release(offered, { hardware: "board-a" });
    assert.deepEqual(outcomeOf(ours, { settings }).end, ["SUCCEEDED", undefined]);
    const hidden = { ...otherHardware, hardware: "board-a" };
    assert.deepEqual(outcomeOf(hidden, { settings }).end, ["FAILED", "SIGNATURE"]);
  });

  it("by any of the trusted keys is taken, named or not, until it expires", () => {
    const second = newDeskKey("second");
    const trust = trusting(deskKey, second);
    for (const changes of [{}, { keyId: "second" }]) {
      const signed = release(offered, { expires: 4_000_000_000 }, second);
      const { end } = outcomeOf({ ...signed, ...changes }, { trust });
      assert.deepEqual(end, ["SUCCEEDED", undefined]);
    }
  });

  it("is installed unsigned where that was asked for, and the log says what that is worth", () => {
    const { desk, end } = outcomeOf({ signature: undefined }, { trust: unsigned });
    assert.deepEqual(end, ["SUCCEEDED", undefined]);
    assert.ok(desk.log.includes("integrity only: this firmware checks no signatures"));
  });
});

describe("the security counter", () => {
  it("only rises: an older signed release is refused, after a rollback too", () => {
    const desk = new Desk({ settings: { allowDowngrade: true } });
    const { old, offered, next } = desk.firmwares;
    const newer = desk.cloud.order(offered, release(offered, { securityCounter: 5 }));
    assert.deepEqual(ended(desk, newer), ["SUCCEEDED", undefined]);
    desk.runUntil(() => desk.phase === "idle");
    assert.equal(desk.update?.rollback(), false);
    const again = desk.cloud.order(old, release(old, { securityCounter: 4 }));
    assert.deepEqual(ended(desk, again), ["REJECTED", "SECURITY_COUNTER"]);
    const same = desk.cloud.order(next, release(next, { securityCounter: 5 }));
    assert.deepEqual(ended(desk, same), ["SUCCEEDED", undefined]);
  });

  it("stays where it is after a rollback, which goes to an image that had it", () => {
    const desk = new Desk({ settings: { allowDowngrade: true } });
    const { old, offered, next } = desk.firmwares;
    for (const firmware of [offered, next]) {
      const jobId = desk.cloud.order(firmware, release(firmware, { securityCounter: 5 }));
      assert.deepEqual(ended(desk, jobId), ["SUCCEEDED", undefined]);
    }
    desk.runUntil(() => desk.phase === "idle");
    assert.equal(desk.update?.rollback(), true);
    desk.runUntil(() => desk.running === offered.version && desk.phase === "idle");
    const again = desk.cloud.order(old, release(old, { securityCounter: 4 }));
    assert.deepEqual(ended(desk, again), ["REJECTED", "SECURITY_COUNTER"]);
  });

  it("is not raised by an image that was never confirmed", () => {
    const desk = new Desk({ image: "sick" });
    const { offered, next } = desk.firmwares;
    const bad = desk.cloud.order(offered, release(offered, { securityCounter: 9 }));
    assert.deepEqual(ended(desk, bad), ["FAILED", "REVERTED"]);
    const good = desk.cloud.order(next, release(next, { securityCounter: 1 }));
    assert.deepEqual(ended(desk, good), ["SUCCEEDED", undefined]);
  });
});

describe("an image that trusts others than its predecessor", () => {
  const { offered } = new Desk().firmwares;
  const stranger = newDeskKey("stranger");
  const successors: readonly (readonly [string, TrustOptions, string])[] = [
    ["checks nothing any more", unsigned, "it cannot check signatures"],
    ["trusts none of the keys before", trusting(stranger), "it trusts none of the keys before it"],
  ];
  for (const [what, after, reason] of successors) {
    it(`that ${what} is reverted`, () => {
      const trust = (version: string): TrustOptions => (version === "1.0.0" ? deskTrust : after);
      const desk = new Desk({ trust });
      assert.deepEqual(ended(desk, desk.cloud.order(offered)), ["FAILED", "REVERTED"]);
      assert.equal(desk.running, "1.0.0");
      assert.ok(desk.log.includes(`self-test failed: ${reason}`));
    });
  }

  it("that keeps one of the keys stays: a key is replaced in two updates", () => {
    const second = newDeskKey("second");
    const trust = (version: string): TrustOptions =>
      version === "1.0.0"
        ? trusting(deskKey)
        : version === "1.0.1"
          ? trusting(deskKey, second)
          : trusting(second);
    const desk = new Desk({ trust });
    const { next } = desk.firmwares;
    assert.deepEqual(ended(desk, desk.cloud.order(offered)), ["SUCCEEDED", undefined]);
    const last = desk.cloud.order(next, release(next, {}, second));
    assert.deepEqual(ended(desk, last), ["SUCCEEDED", undefined]);
    const old = desk.cloud.order(offered, { ...release(offered), fwversion: "1.0.3" });
    assert.deepEqual(ended(desk, old), ["FAILED", "SIGNATURE"]);
  });
});

describe("a slot that waits for the reset", () => {
  it("is checked again when the gate opens", () => {
    for (const isSpoilt of [false, true]) {
      let isShut = false;
      const desk = new Desk({ gates: [{ shut: () => (isShut ? "night" : undefined) }] });
      desk.onLine = (line) => {
        if (line === "update: downloading -> verifying") isShut = true;
      };
      const jobId = desk.cloud.order(desk.firmwares.offered);
      desk.runUntil(() => desk.phase === "armed");
      const { bytes } = desk.tracker.secondary.nor;
      if (isSpoilt) bytes[700] = (bytes[700] ?? 0) ^ 1;
      isShut = false;
      const reason = isSpoilt ? "READ_BACK" : undefined;
      assert.deepEqual(ended(desk, jobId), [isSpoilt ? "FAILED" : "SUCCEEDED", reason]);
    }
  });
});

describe("a job under which the tracker resets again and again", () => {
  it("ends with RESET_LOOP, and the next one is taken", () => {
    const desk = new Desk();
    const jobId = desk.cloud.order(desk.firmwares.offered);
    desk.onLine = (line) => {
      if (!line.startsWith(`job ${jobId}: `) || !line.includes(" bytes to ")) return;
      assert.ok(desk.boots < 4, `${desk.boots} boots`);
      throw new Restart("crash");
    };
    assert.deepEqual(ended(desk, jobId), ["FAILED", "RESET_LOOP"]);
    const next = desk.cloud.order(desk.firmwares.next);
    assert.deepEqual(ended(desk, next), ["SUCCEEDED", undefined]);
  });

  it("goes on when it is only the supply that fails", () => {
    const desk = new Desk();
    desk.wasPowerLoss = true;
    let cuts = 0;
    desk.onLine = (line) => {
      if (line === "update: held -> downloading" && cuts++ < 9) throw new Restart("crash");
    };
    const jobId = desk.cloud.order(desk.firmwares.offered);
    assert.deepEqual(ended(desk, jobId), ["SUCCEEDED", undefined]);
    assert.equal(cuts, 10);
  });
});

describe("jobs that fail, one after the other", () => {
  it("wait longer and longer, over resets: 300 of them wear no page out", () => {
    const desk = new Desk();
    const startMs = desk.clock.nowMs();
    const body = Buffer.from(desk.firmwares.offered.hex);
    // A checksum that is wrong, behind the first page.
    body[2000] = body[2000] === 0x30 ? 0x31 : 0x30;
    desk.files.put({ ...desk.firmwares.offered, hex: body });
    for (let job = 0; job < 300; job++) desk.cloud.order(desk.firmwares.offered);
    const DAY_MS = 86_400_000;
    while (desk.clock.nowMs() - startMs < DAY_MS) {
      desk.runFor(DAY_MS / 24);
      desk.reset();
    }
    const erases = Math.max(...desk.tracker.secondary.counts.erases.firmware);
    assert.ok(erases <= 80, `${erases} erases of one page in a day`);
    const failed = desk.cloud.execution("job-1")?.status;
    assert.equal(failed, "FAILED");
  });
});

describe("a refusal by the Jobs service", () => {
  it("is one clean line of the log, whatever it says", () => {
    const desk = new Desk();
    const forged = "job job-1: done";
    const message = `no\r\n${forged}\n\u001b[2J\u001b]0;title\u0007\u009b1m\u2028${forged}\u202e`;
    let isFirst = true;
    desk.onJobsRequest = (request) => {
      const wasFirst = isFirst;
      isFirst = false;
      return wasFirst ? refusal(request, "InvalidRequest", message) : undefined;
    };
    const jobId = desk.cloud.order(desk.firmwares.offered);
    assert.deepEqual(ended(desk, jobId), ["SUCCEEDED", undefined]);
    const told = desk.log.filter((line) => line.startsWith("jobs: startNext rejected: "));
    const clean = `no??${forged}??[2J?]0;title??1m?${forged}?`;
    assert.deepEqual(told, [`jobs: startNext rejected: InvalidRequest ${clean}`]);
    for (const line of desk.log) assert.match(line, /^[\x20-\x7e]*$/);
  });
});

describe("a worn or crafted store", () => {
  it("never stops a start: whatever its keys hold, the next job succeeds", () => {
    const keys = fc.constantFrom("update", "progress", "outbox", "trust", "former", "failed");
    const json = fc.json().map((text) => Uint8Array.of(1, ...Buffer.from(text)).subarray(0, 900));
    const record = fc
      .record({
        jobId: fc.constantFrom("job-1", "x", 7),
        stage: fc.constantFrom("downloading", "verified", "requested", "testing", "?"),
        reason: fc.anything(),
        resets: fc.anything(),
        fingerprint: fc.anything(),
        from: fc.anything(),
        begun: fc.anything(),
      })
      .map((value) =>
        Uint8Array.of(1, ...Buffer.from(JSON.stringify(value) ?? "")).subarray(0, 900),
      );
    const bytes = fc.uint8Array({ maxLength: 140 });
    const marked = bytes.map((rest) => Uint8Array.of(1, ...rest));
    const entries = fc.array(fc.tuple(keys, fc.oneof(json, record, bytes, marked)), {
      maxLength: 4,
    });
    fc.assert(
      fc.property(entries, (values) => {
        const desk = new Desk();
        for (const [key, value] of values) {
          // A floor that is all ones, and a success that was never told, would be believed.
          if (key === "trust" || key === "outbox") continue;
          desk.tracker.store.values.set(key, value);
        }
        const jobId = desk.cloud.order(desk.firmwares.offered);
        const [status, reason] = ended(desk, jobId);
        assert.ok(
          status === "SUCCEEDED" ||
            reason === "RESET_LOOP" ||
            reason === "REVERTED" ||
            reason === "SWAP_REFUSED",
          `${status} ${reason}`,
        );
      }),
      { numRuns: 300 },
    );
  });

  it("starts with any value of the keys that are believed", () => {
    const bytes = fc.uint8Array({ maxLength: 80 });
    fc.assert(
      fc.property(bytes, bytes, (trust, outbox) => {
        const desk = new Desk();
        desk.tracker.store.values.set("trust", Uint8Array.of(1, ...trust));
        desk.tracker.store.values.set("outbox", outbox);
        desk.powerOn();
        desk.runFor(60_000);
        assert.equal(desk.boots, 1);
      }),
      { numRuns: 200 },
    );
  });
});

describe("trust anchors", () => {
  it("that are no keys stop the start: an image with them could never be replaced", () => {
    for (const point of ["", "04", `04${"11".repeat(64)}`, `02${"00".repeat(32)}`]) {
      const trust = { anchors: [{ id: "broken", point }], verifier: deskVerifier };
      const desk = new Desk({ trust });
      assert.throws(
        () => desk.powerOn(),
        (error) => !(error instanceof Failure),
      );
      const said = "trust: this image was built with an anchor that is no key: broken";
      assert.equal(desk.log.at(-1), said);
    }
  });
});
