import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ImageSignature } from "../../tools/image/mcuboot.ts";
import { Desk } from "../desk/desk.ts";
import { deskKey, newDeskKey } from "../desk/signing.ts";
import { brokenSignature, signedFirmware } from "./testing/own-signature.ts";
import { ended, release } from "./testing/releases.ts";

/** A good release whose image carries this signature for the bootloader. */
function outcomeOf(sign: (hashed: Uint8Array) => ImageSignature) {
  const desk = new Desk();
  const firmware = signedFirmware(desk.firmwares.offered, sign);
  desk.files.put(firmware);
  const end = ended(desk, desk.cloud.order(firmware, release(firmware)));
  return { desk, end };
}

describe("an image's own signature", () => {
  it("by a trusted key is checked before the swap: a broken one is refused", () => {
    const { desk, end } = outcomeOf(brokenSignature);
    assert.deepEqual(end, ["FAILED", "SIGNATURE"]);
    const detail = desk.cloud.execution("job-1")?.statusDetails["detail"];
    assert.equal(detail, "the image's own, by the key desk, is wrong");
    assert.equal(desk.boots, 1);
    assert.equal(desk.isSwapRequested, false);
  });

  it("in a trusted key's name that is no DER is refused too", () => {
    const { desk, end } = outcomeOf((hashed) => {
      const { keyHash, ecdsa } = deskKey.key.signImage(hashed);
      return { keyHash, ecdsa: ecdsa.subarray(1) };
    });
    assert.deepEqual(end, ["FAILED", "SIGNATURE"]);
    assert.equal(desk.boots, 1);
  });

  it("by a trusted key is taken when it is good", () => {
    const { end } = outcomeOf((hashed) => deskKey.key.signImage(hashed));
    assert.deepEqual(end, ["SUCCEEDED", undefined]);
  });

  it("by a key that the tracker does not know is left to the bootloader, good or broken", () => {
    const { key } = newDeskKey("stranger");
    const { keyHash } = key.signImage(new Uint8Array());
    for (const sign of [
      (hashed: Uint8Array) => key.signImage(hashed),
      () => ({ keyHash, ecdsa: new Uint8Array(70) }),
    ]) {
      assert.deepEqual(outcomeOf(sign).end, ["SUCCEEDED", undefined]);
    }
  });
});
