import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Desk } from "../desk/desk.ts";
import { brokenSignature, signedFirmware } from "./testing/own-signature.ts";
import { type Changes, ended, release } from "./testing/releases.ts";

describe("rollback", () => {
  /** A former image waits, and then another job has failed its checks in the slot. */
  function afterFailed(spoil: (desk: Desk) => Changes): Desk {
    const desk = new Desk();
    const { offered, next } = desk.firmwares;
    assert.deepEqual(ended(desk, desk.cloud.order(offered)), ["SUCCEEDED", undefined]);
    const jobId = desk.cloud.order(next, spoil(desk));
    desk.runUntilOver(jobId);
    desk.runUntil(() => desk.phase === "idle");
    return desk;
  }

  const failures: readonly (readonly [string, (desk: Desk) => Changes])[] = [
    [
      "SIGNATURE",
      ({ files, firmwares }) => {
        const broken = signedFirmware(firmwares.next, brokenSignature);
        files.put(broken);
        return { ...release(broken), size: broken.hex.byteLength };
      },
    ],
    [
      "IMAGE_SHA256",
      ({ files, firmwares }) => {
        files.put({ ...firmwares.next, hex: firmwares.old.hex });
        return { size: firmwares.old.hex.byteLength };
      },
    ],
    [
      "IMAGE_VERSION",
      ({ firmwares }) => ({ ...release(firmwares.next, { version: "1.0.9" }), fwversion: "1.0.9" }),
    ],
  ];
  for (const [reason, spoil] of failures) {
    it(`is refused after a job that ended with ${reason}, and page 0 is blank`, () => {
      const desk = afterFailed(spoil);
      assert.equal(desk.cloud.execution("job-2")?.statusDetails["reason"], reason);
      assert.equal(desk.update?.rollback(), false);
      assert.equal(desk.isSwapRequested, false);
      const { bytes, geometry } = desk.tracker.secondary.nor;
      assert.ok(bytes.subarray(0, geometry.blockLength).every((byte) => byte === 0xff));
    });
  }

  it("is refused when one bit of the former image has changed", () => {
    const desk = new Desk();
    assert.deepEqual(ended(desk, desk.cloud.order(desk.firmwares.offered)), [
      "SUCCEEDED",
      undefined,
    ]);
    desk.runUntil(() => desk.phase === "idle");
    const { bytes } = desk.tracker.secondary.nor;
    bytes[700] = (bytes[700] ?? 0) ^ 1;
    assert.equal(desk.update?.rollback(), false);
    bytes[700] = (bytes[700] ?? 0) ^ 1;
    assert.equal(desk.update?.rollback(), true);
  });

  it("goes to the former image where a job was refused before its download", () => {
    const desk = afterFailed(() => ({ signature: undefined }));
    assert.equal(desk.end("job-2").reason, "SIGNATURE");
    assert.equal(desk.update?.rollback(), true);
    desk.runUntil(() => desk.running === "1.0.0" && desk.phase === "idle");
  });

  it("is refused when a job was taken away whose image had been verified", () => {
    let isShut = false;
    const desk = new Desk({ gates: [{ shut: () => (isShut ? "night" : undefined) }] });
    const { offered, next } = desk.firmwares;
    assert.deepEqual(ended(desk, desk.cloud.order(offered)), ["SUCCEEDED", undefined]);
    desk.onLine = (line) => {
      if (line === "update: downloading -> verifying") isShut = true;
    };
    const jobId = desk.cloud.order(next);
    desk.runUntil(() => desk.phase === "armed");
    desk.cloud.act(jobId, "cancel");
    desk.runUntil(() => desk.phase === "idle");
    const { bytes } = desk.tracker.secondary.nor;
    assert.deepEqual(bytes.slice(0, next.image.byteLength), next.image);
    assert.equal(desk.update?.rollback(), false);
  });
});
