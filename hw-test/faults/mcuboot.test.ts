import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { goodMagic } from "../../tools/image/trailer.ts";
import { Desk, type DeskOptions } from "../desk/desk.ts";
import { SlotTrailer } from "../desk/trailer.ts";

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

describe("a bootloader that swaps by an offset", () => {
  const bootloader = { swap: "offset" } as const;

  it("gets the image one page in, and swaps it", () => {
    const { desk, status } = run({ bootloader });
    assert.deepEqual([status, desk.running], ["SUCCEEDED", "1.0.1"]);
    const { image } = desk.firmwares.old;
    // What ran before lies at the slot's start.
    assert.ok(image.every((byte, at) => desk.tracker.secondary.nor.bytes[at] === byte));
  });

  it("reverts an image that fails, and takes the next one over what is left of both", () => {
    const { desk, status, reason } = run({ bootloader, image: "sick" });
    assert.deepEqual([status, reason, desk.running], ["FAILED", "REVERTED", "1.0.0"]);
    const next = desk.cloud.order(desk.firmwares.next);
    desk.runUntilOver(next);
    assert.deepEqual([desk.end(next).status, desk.running], ["SUCCEEDED", "1.0.2"]);
  });

  it("takes one update after the other: the former image's header does not stay in its way", () => {
    const { desk } = run({ bootloader });
    const next = desk.cloud.order(desk.firmwares.next);
    desk.runUntilOver(next);
    assert.deepEqual([desk.end(next).status, desk.running], ["SUCCEEDED", "1.0.2"]);
  });

  it("offers no rollback: the former image is not where a request would have it", () => {
    const { desk } = run({ bootloader });
    assert.equal(desk.update?.rollback(), false);
    assert.equal(desk.isSwapRequested, false);
  });

  it("refuses an image that a client for the move mode has put at the slot's start", () => {
    const { desk, status } = run({ bootloader, swapOfClient: "move" });
    assert.equal(status, "FAILED");
    assert.equal(desk.running, "1.0.0");
  });

  it("goes on with a swap that the power cut, wherever", () => {
    let cuts = 0;
    for (let operation = 1; cuts === operation - 1; operation++) {
      for (const when of ["before", "inside", "after"] as const) {
        const desk = new Desk({ bootloader });
        const jobId = desk.cloud.order(desk.firmwares.offered);
        desk.runUntil(() => desk.isSwapRequested);
        desk.reset();
        const wasCut = desk.tracker.cutBoot({ operation, when });
        if (when === "after" && wasCut) cuts += 1;
        desk.runUntilOver(jobId);
        const { status, reason } = desk.end(jobId);
        const said = `operation ${operation} ${when}: ${reason}`;
        // A cut just after copy_done is a reset of an image that nobody could confirm.
        if (reason === "REVERTED") assert.equal(desk.running, "1.0.0", said);
        else assert.deepEqual([status, desk.running], ["SUCCEEDED", "1.0.1"], said);
      }
    }
    assert.ok(cuts > 20, `${cuts} cuts`);
  });
});

describe("what the bootloader leaves to be mended", () => {
  const upTo21 = { revertsOnUnsetMagicOnly: true };

  /** As a cut inside the magic of a revert leaves it: the first 8 of its 16 bytes. */
  function tearMagic(desk: Desk): void {
    const { nor } = desk.tracker.secondary;
    const torn = goodMagic(nor.geometry).subarray(0, 8);
    nor.bytes.set(torn, nor.bytes.byteLength - 16);
  }

  function onLine(desk: Desk, word: RegExp, does: () => void): void {
    let isDone = false;
    desk.onLine = (line) => {
      if (isDone || !word.test(line)) return;
      isDone = true;
      does();
    };
  }

  it("reverts under MCUboot up to 2.1 after a torn magic, seen at start", () => {
    const end = run({ image: "sick", bootloader: upTo21 }, (desk) =>
      onLine(desk, /after the reset: test/, () => tearMagic(desk)),
    );
    assert.deepEqual([end.status, end.reason, end.desk.running], ["FAILED", "REVERTED", "1.0.0"]);
  });

  it("reverts under MCUboot up to 2.1 after a torn magic, seen before giving up", () => {
    const end = run({ image: "sick", bootloader: upTo21 }, (desk) =>
      onLine(desk, /^self-test failed/, () => tearMagic(desk)),
    );
    assert.deepEqual([end.status, end.reason, end.desk.running], ["FAILED", "REVERTED", "1.0.0"]);
  });

  it("reverts an image that the power failed to revert, wherever, under MCUboot up to 2.1", () => {
    for (let operation = 1; operation <= 8; operation++) {
      const desk = new Desk({ image: "silent", bootloader: upTo21 });
      const jobId = desk.cloud.order(desk.firmwares.offered);
      desk.runUntil(() => desk.boots === 2);
      desk.reset();
      desk.tracker.cutBoot({ operation, when: "inside" });
      desk.runUntilOver(jobId);
      const said = `operation ${operation}`;
      assert.deepEqual([desk.end(jobId).reason, desk.running], ["REVERTED", "1.0.0"], said);
      desk.reset();
      desk.powerOn();
      assert.equal(desk.running, "1.0.0", said);
    }
  });

  it("has a code of its own for a request that nobody acted on, and withdraws it", () => {
    const end = run({ bootloader: { swapsNothing: true } });
    assert.deepEqual([end.status, end.reason], ["FAILED", "SWAP_NOT_TAKEN"]);
    assert.equal(end.desk.isSwapRequested, false);
    assert.equal(end.desk.running, "1.0.0");
  });

  it("confirms the former image that a torn request has put on trial, and tells of the revert", () => {
    const end = run({ image: "sick" }, (desk) =>
      onLine(desk, /^self-test failed/, () => {
        // Left of the revert's own request by a cut inside its erase: no image_ok, so a test swap.
        new SlotTrailer(desk.tracker.secondary.nor).writeMagic();
      }),
    );
    assert.deepEqual([end.status, end.reason, end.desk.running], ["FAILED", "REVERTED", "1.0.0"]);
    assert.equal(end.desk.tracker.bootModel.isUnconfirmed, false);
    end.desk.reset();
    end.desk.powerOn();
    assert.equal(end.desk.running, "1.0.0");
  });
});
