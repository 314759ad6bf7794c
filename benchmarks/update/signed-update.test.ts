import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { after, before, describe, it } from "node:test";
import type { JobState } from "../../hw-test/run/job.ts";
import { type BuiltImage, buildImage } from "../../tools/build/image.ts";
import { SigningKey } from "../../tools/image/sign.ts";
import { BenchRig } from "../tracker/rig.ts";

const pkcs8 = { type: "pkcs8", format: "pem" } as const;
const pem = generateKeyPairSync("ed25519").privateKey.export(pkcs8) as string;
const key = new SigningKey(pem);

describe("a tracker with a public key", { timeout: 600_000 }, () => {
  let rig: BenchRig;
  let from: BuiltImage;
  let to: BuiltImage;

  before(async () => {
    rig = await BenchRig.start();
    from = await buildImage({ version: "1.0.0", flavour: "signed" });
    to = await buildImage({ version: "1.0.1" });
  });

  after(() => rig.stop());

  interface Ended {
    readonly state: JobState;
    /** Bytes from the file server, and erased pages of the secondary slot. */
    readonly received: number;
    readonly erases: number;
    readonly running: string | undefined;
  }

  async function update(image: BuiltImage, changes: Record<string, unknown>): Promise<Ended> {
    const settings = { publicKey: key.publicKey };
    const tracker = await rig.newTracker(image.image, { settings });
    const job = await rig.newJob({ hex: to.hex, version: "1.0.1", changes });
    await tracker.powerOn();
    const state = await rig.end(tracker, job);
    await tracker.stop();
    return {
      state,
      received: tracker.traffic.files.toTrackerBytes,
      erases: tracker.flashMeters.firmware.total("image-1").erases,
      running: tracker.flashFile.slot("image-0").image?.version,
    };
  }

  it("takes an image that is signed with its key", async () => {
    const { state, running } = await update(from, { signature: key.sign(to.image) });
    assert.deepEqual([state.status, running], ["SUCCEEDED", "1.0.1"]);
  });

  it("refuses another image's signature once the slot is written", async () => {
    const { state, running } = await update(from, { signature: key.sign(from.image) });
    assert.deepEqual([state.status, state.statusDetails["reason"]], ["FAILED", "SIGNATURE"]);
    assert.equal(running, "1.0.0");
  });

  it("refuses a job without one before a byte is downloaded", async () => {
    const { state, received, erases } = await update(from, {});
    assert.deepEqual([state.status, state.statusDetails["reason"]], ["FAILED", "SIGNATURE"]);
    assert.deepEqual([received, erases], [0, 0]);
  });

  it("refuses every job with a firmware that cannot check", async () => {
    const unable = await buildImage({ version: "1.0.0" });
    const { state, received } = await update(unable, { signature: key.sign(to.image) });
    assert.deepEqual([state.status, state.statusDetails["reason"]], ["FAILED", "SIGNATURE"]);
    assert.equal(received, 0);
  });
});
