import assert from "node:assert/strict";
import { it } from "node:test";
import { describe } from "../../hw-test/board/testing/needs-engine.ts";
import { signatureCodeBytes, signatureCost, smallestPool } from "./cost.ts";

/*
 * Bounds, not goals: docs/decisions/006-signatures.md has what these mean in instructions of a
 * Cortex-M4. A byte code is about 60 of them here, garbage collection included.
 */
describe("a signature check on XS", { timeout: 600_000 }, () => {
  it("is done in short steps, whatever the key and the signature", async () => {
    for (let run = 0; run < 5; run++) {
      const { verdict, steps, codes, stepCodes } = await signatureCost();
      assert.equal(verdict, "good");
      assert.equal(steps, 35);
      assert.ok(codes < 1_000_000, `${codes} byte codes`);
      assert.ok(stepCodes < 40_000, `${stepCodes} byte codes in a step`);
    }
  });

  it("needs less than 8 KB of heap while it runs", async () => {
    const need = (await smallestPool("check")) - (await smallestPool("idle"));
    assert.ok(need < 8 * 1024, `${need} bytes`);
  });

  it("is less than 20 KB of image", async () => {
    const codeBytes = await signatureCodeBytes();
    assert.ok(codeBytes < 20 * 1024, `${codeBytes} bytes`);
  });
});
