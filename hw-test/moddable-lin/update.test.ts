import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { makeImage } from "../../tools/image/mcuboot.ts";
import { sdkIsMissing } from "./sdk.ts";
import { buildParts, runSdkUpdate, type SdkParts } from "./update.ts";

const skip = sdkIsMissing() ?? false;

let parts: SdkParts;
before(async () => {
  if (skip === false) parts = await buildParts();
});

describe("a tracker on the Moddable SDK's Linux runtime", { skip }, () => {
  it("updates itself over the SDK's TLS, and goes on where the power was cut", async () => {
    const lines: string[] = [];
    const update = await runSdkUpdate(parts, ({ cloud, tracker }) => {
      tracker.on("line", (line) => lines.push(line));
      cloud.hooks.onFileRequest = (index) => {
        // The second range is asked for when the first is in the slot.
        if (index === 2) void tracker.powerOff().then(() => tracker.powerOn());
        return undefined;
      };
    });
    assert.ok(update.isDone, JSON.stringify(update));
    assert.equal(update.job.statusDetails["version"], "1.0.1");
    assert.equal(lines.filter((line) => line === "boot: swap none").length, 2);
    const downloads = lines.filter((line) => line.includes("download: localhost from byte"));
    assert.match(downloads.at(-1) ?? "", /from byte [1-9]/);
  });

  it("goes back to the former image when the new one does not even load", async () => {
    const lines: string[] = [];
    const body = gzipSync("no program");
    const newImage = makeImage({ body, version: "1.0.1" });
    const update = await runSdkUpdate({ ...parts, newImage }, ({ tracker }) => {
      tracker.on("line", (line) => lines.push(line));
    });
    const { running, isConfirmed, job } = update;
    assert.deepEqual([running, isConfirmed, job.status], ["1.0.0", true, "FAILED"]);
    assert.ok(lines.includes("-- fault"), lines.join("\n"));
    assert.ok(lines.includes("boot: swap revert"), lines.join("\n"));
  });
});
