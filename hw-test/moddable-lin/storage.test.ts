import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { withTemporaryFolder } from "../../tools/command-line/temporary-folder.ts";
import { makeImage } from "../../tools/image/mcuboot.ts";
import { buildLoader, buildPrograms, sdkIsMissing } from "./sdk.ts";
import { SdkTracker } from "./tracker.ts";

const skip = sdkIsMissing() ?? false;
const application = "hw-test/moddable-lin/testing/storage";

describe("flash, store, inputs and System of platforms/moddable/lin", { skip }, () => {
  it("are what the ports ask for, and a value outlives a restart", async () => {
    const loader = await buildLoader();
    const [body] = await buildPrograms(application, ["1.0.0"]);
    assert.ok(body !== undefined);
    await withTemporaryFolder("tracker-sdk-", async (folder) => {
      const tracker = new SdkTracker(loader, folder);
      tracker.flash(makeImage({ body, version: "1.0.0" }));
      writeFileSync(join(folder, "analog-0"), "512\n");
      const lines: string[] = [];
      // An exception is a reset: it would begin anew.
      const ended = new Promise<void>((resolve) => {
        tracker.on("off", () => resolve());
        tracker.on("line", (line) => {
          lines.push(line);
          if (line === "-- exception") resolve();
        });
      });
      tracker.powerOn();
      await ended;
      await tracker.powerOff();
      const said = lines.filter((line) => /^(not )?ok /.test(line));
      assert.deepEqual(
        said.filter((line) => line.startsWith("not ok")),
        [],
      );
      assert.ok(lines.includes("all said"), lines.join("\n"));
      assert.ok(lines.includes("over a restart, 1.0.0"), lines.join("\n"));
      assert.ok(existsSync(join(folder, "kept/starts")));
      assert.ok(!existsSync(join(folder, "tried/a")));
    });
  });
});
