import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Desk, type DeskOptions } from "../desk/desk.ts";

/** One update on virtual time, to its end. */
function run(options: DeskOptions, spoil: (desk: Desk) => void = () => undefined) {
  const desk = new Desk(options);
  spoil(desk);
  const jobId = desk.cloud.order(desk.firmwares.offered);
  desk.runUntilOver(jobId);
  const detail = desk.cloud.execution(jobId)?.statusDetails["detail"] ?? "";
  return { desk, jobId, detail, ...desk.end(jobId) };
}

describe("images as today's imgtool makes them", () => {
  for (const hash of ["sha384", "sha512"] as const) {
    it(`installs one that carries ${hash} alone`, () => {
      const { desk, status } = run({ packing: { hash } });
      assert.deepEqual([status, desk.running], ["SUCCEEDED", "1.0.1"]);
    });

    it(`tells that one with ${hash} was reverted`, () => {
      const { status, reason } = run({ packing: { hash }, image: "sick" });
      assert.deepEqual([status, reason], ["FAILED", "REVERTED"]);
    });
  }

  const unfit = [
    { name: "an encrypted one", packing: { flags: 0x04 }, detail: "encrypted (AES-128)" },
    { name: "a compressed one", packing: { flags: 0x400 }, detail: "compressed (LZMA2)" },
    {
      name: "one signed as a whole",
      packing: { hash: "none" as const },
      detail: "signed without a digest (imgtool --pure)",
    },
  ];
  for (const { name, packing, detail } of unfit) {
    it(`refuses ${name}, by name and before the reset`, () => {
      const end = run({ packing });
      assert.deepEqual([end.status, end.reason], ["FAILED", "IMAGE_HEADER"]);
      assert.equal(end.detail, detail);
      assert.equal(end.desk.boots, 1);
      assert.equal(end.desk.isSwapRequested, false);
    });
  }
});
