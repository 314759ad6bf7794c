import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { httpFaultReply } from "../campaigns/http-faults.ts";
import { Desk, type DeskOptions } from "../desk/desk.ts";
import type { Flavour } from "../desk/images.ts";
import { cutReply, fileReply, headLength, httpReply } from "../model/http-reply.ts";

/** One update on virtual time, to its end. */
function run(spoil: (desk: Desk) => void, options: DeskOptions = {}) {
  const desk = new Desk(options);
  spoil(desk);
  const jobId = desk.cloud.order(desk.firmwares.offered);
  desk.runUntilOver(jobId);
  const detail = desk.cloud.execution(jobId)?.statusDetails["detail"] ?? "";
  return { desk, jobId, detail, ...desk.end(jobId) };
}

/** Failed with this code on the first boot, and nothing is left that the bootloader would start. */
function assertRefused(reason: string, spoil: (desk: Desk) => void, options?: DeskOptions): void {
  const { desk, ...end } = run(spoil, options);
  assert.deepEqual([end.status, end.reason], ["FAILED", reason]);
  assert.equal(desk.boots, 1);
  assert.equal(desk.isSwapRequested, false);
}

/** Every answer to a GET is the file with these headers besides. */
function withHeaders(desk: Desk, headers: Readonly<Record<string, string>>): void {
  const { hex } = desk.firmwares.offered;
  desk.onFileRequest = (_, request) => fileReply(request, { file: hex, etag: '"a"', headers });
}

/** Every answer is as this HTTP fault of the campaigns has it. */
function misbehave(desk: Desk, name: string): void {
  desk.onFileRequest = (_, request) => httpFaultReply(name, request, desk.files);
}

/** As S3 tells the CRC-32 of the whole file (x-amz-checksum-type: FULL_OBJECT): 0. */
const wrongCrc = {
  "x-amz-checksum-crc32": "AAAAAA==",
  "x-amz-checksum-type": "FULL_OBJECT",
};

describe("download in virtual time", () => {
  it("gets over a server that goes silent", () => {
    const { status, desk } = run((one) => {
      one.onFileReply = (index) => (index === 1 ? { byte: 2000, fate: "stall" } : undefined);
    });
    assert.equal(status, "SUCCEEDED");
    assert.ok(desk.log.some((line) => /download: .*(stall|silent|no byte)/i.test(line)));
  });

  it("gives up a server that is always busy", () => {
    assertRefused("DOWNLOAD_EXHAUSTED", (desk) => {
      desk.onFileRequest = () => httpReply({ status: "503 Slow Down" });
    });
  });

  it("gives up a server that answers byte by byte", () => {
    assertRefused("DOWNLOAD_EXHAUSTED", (desk) => misbehave(desk, "tinyParts"));
  });

  it("gives up a server that trickles", () => {
    assertRefused("DOWNLOAD_EXHAUSTED", (desk) => misbehave(desk, "drip"));
  });

  it("gives up a server that redirects before each byte", () => {
    assertRefused("REDIRECT_REFUSED", (desk) => misbehave(desk, "redirectEachTime"));
  });

  it("gives up a server that has it wait before each byte", () => {
    const end = run((desk) => {
      const { hex } = desk.firmwares.offered;
      desk.onFileRequest = (index, request) => {
        if (index % 2 > 0) return httpReply({ status: "503 x", headers: { "Retry-After": "900" } });
        const reply = fileReply(request, { file: hex, etag: '"a"' });
        return cutReply(reply, headLength(reply) + 1);
      };
    });
    assert.deepEqual([end.status, end.reason], ["FAILED", "DOWNLOAD_EXHAUSTED"]);
    assert.match(end.detail, /after 12 h of waiting/);
  });

  it("refuses a range that was not asked for", () => {
    assertRefused("RANGE_MISMATCH", (desk) => {
      const body = desk.firmwares.offered.hex.slice(1);
      const headers = { "Content-Range": `bytes 1-${body.length}/${body.length + 1}` };
      desk.onFileRequest = () => httpReply({ status: "206 Partial Content", headers, body });
    });
  });

  it("refuses what is no HTTP", () => {
    assertRefused("HTTP_RESPONSE", (desk) => {
      const bytes = new Uint8Array(Buffer.from("SSH-2.0-OpenSSH_9.6\r\n\r\n"));
      desk.onFileRequest = () => ({ bytes, ending: "close" });
    });
  });

  it("refuses a file whose CRC-32 is not the server's", () => {
    assertRefused("FILE_CRC", (desk) => withHeaders(desk, wrongCrc));
  });

  it("refuses a file that nothing vouches for", () => {
    const desk = new Desk({ trust: { anchors: [], verifier: undefined } });
    const jobId = desk.cloud.order(desk.firmwares.offered, { sha256: undefined });
    desk.runUntilOver(jobId);
    assert.deepEqual(desk.end(jobId), { status: "FAILED", reason: "EVIDENCE_MISSING" });
    assert.equal(desk.deliveredBytes, 0);
    assert.ok(desk.log.every((line) => !line.includes("signed by")));
  });
});

describe("flash that fails, in virtual time", () => {
  it("ends the job at a page that cannot be erased", () => {
    assertRefused("FLASH_ERASE", ({ tracker }) => {
      tracker.secondary.failing = { page: 1, verb: "erase" };
    });
  });

  it("ends the job at a page that cannot be written", () => {
    assertRefused("FLASH_WRITE", ({ tracker }) => {
      tracker.secondary.failing = { page: 1, verb: "write" };
    });
  });

  it("ends the job when a page no longer reads back as it was written", () => {
    assertRefused("READ_BACK", (desk) => {
      const { secondary } = desk.tracker;
      const { bytes, geometry } = secondary.nor;
      const write = secondary.write.bind(secondary);
      // The first page loses a bit while a later one is written.
      secondary.write = (data, offset) => {
        write(data, offset);
        if (offset >= 2 * geometry.blockLength) bytes[64] = (bytes[64] ?? 0) ^ 0x10;
      };
    });
  });

  it("ends the job when the trailer does not take the request", () => {
    assertRefused("SWAP_REQUEST", ({ tracker }) => {
      const { nor } = tracker.secondary;
      // The highest bit of swap_info, 40 bytes before the slot's end, stays set.
      const offset = nor.geometry.byteLength - 40;
      nor.faults = { stuck: { offset, mask: 0x80, value: 0xff } };
    });
  });
});

describe("new image that does not stay, in virtual time", () => {
  const flavours: readonly (readonly [Flavour, RegExp])[] = [
    ["crash", /was not confirmed/],
    ["sick", /the sensor is silent/],
    ["silent", /no word from the application within 300 s/],
    ["offline", /no cloud connection within 300 s/],
  ];
  for (const [image, detail] of flavours) {
    it(`is reverted, and the reason told: ${image}`, () => {
      const { desk, ...end } = run(() => undefined, { image });
      assert.deepEqual([end.status, end.reason], ["FAILED", "REVERTED"]);
      assert.match(end.detail, detail);
      assert.equal(desk.running, "1.0.0");
      assert.equal(desk.tracker.bootModel.isUnconfirmed, false);
    });
  }

  it("is reverted when its job is cancelled during the self-test", () => {
    const desk = new Desk({ image: "silent" });
    const jobId = desk.cloud.order(desk.firmwares.offered);
    desk.runUntil(() => desk.boots === 2 && desk.phase === "testing");
    desk.cloud.act(jobId, "cancel");
    desk.runUntil(() => desk.boots === 3 && desk.phase === "idle");
    assert.equal(desk.running, "1.0.0");
    assert.equal(desk.end(jobId).status, "CANCELED");
    assert.ok(!desk.tracker.store.values.has("outbox"));
  });

  it("was refused by the bootloader: that is told", () => {
    const { desk, ...end } = run((one) => {
      const restart = one.reset.bind(one);
      one.reset = () => {
        const { bytes } = one.tracker.secondary.nor;
        if (one.boots === 1) bytes[100] = (bytes[100] ?? 0) ^ 0x01;
        restart();
      };
    });
    assert.deepEqual([end.status, end.reason], ["FAILED", "SWAP_REFUSED"]);
    assert.equal(desk.running, "1.0.0");
  });
});
