import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, it } from "node:test";
import { buildImage } from "../../tools/build/image.ts";
import { describe } from "../board/testing/needs-engine.ts";
import { VirtualTracker } from "../trackers/virtual/tracker.ts";

const folder = mkdtempSync(join(tmpdir(), "first-line-"));
after(() => rmSync(folder, { recursive: true }));

describe("the first line of the log", () => {
  it("is one clean line, whatever name the tracker was provisioned with", async () => {
    const tracker = new VirtualTracker({
      flashPath: join(folder, "flash.bin"),
      credentials: { broker: { ca: "", cert: "", key: "" }, files: { ca: "" } },
      resolve: () => undefined,
      resetsPerMinuteMax: 0,
    });
    await tracker.flash({ slot0: (await buildImage({ version: "1.0.0" })).image });
    const thingName = "t\r\ntracker-fota 9.9.9 on t\u001b[2J";
    await tracker.provision({ thingName, brokerHost: "nowhere.example", brokerPort: 8883 });
    const lines: string[] = [];
    tracker.onConsole(({ text }) => lines.push(text));
    // No topic can have such a name, so the start ends here.
    const isOver = once(tracker, "halted");
    await tracker.powerOn();
    await isOver;
    await tracker.stop();
    const named = lines.filter((line) => /tracker-fota|\[2J/.test(line));
    assert.deepEqual(named, ["tracker-fota 1.0.0 on t??tracker-fota 9.9.9 on t?[2J"]);
  });
});
