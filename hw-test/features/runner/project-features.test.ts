import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { before, describe, test } from "node:test";
import { buildBoard, engineIsMissing } from "../../board/program.ts";
import { startLocalSide } from "./local-side.ts";
import { runFeatures } from "./run.ts";
import { projectFeature } from "./testing/project-feature.ts";
import { reportText } from "./text.ts";

const names = readdirSync(projectFeature(".")).filter((name) => name.endsWith(".feature.md"));

// Each with a cloud and trackers of its own, so two may run at once.
const skip = engineIsMissing() ?? false;

describe("the project's features pass on the virtual tracker", { concurrency: 2, skip }, () => {
  before(async () => {
    await buildBoard();
  });

  for (const name of names) {
    test(name, async () => {
      const startCloud = () => startLocalSide();
      const report = await runFeatures([projectFeature(name)], { startCloud });
      assert.ok(report.ok, reportText(report, { colored: false }));
      assert.equal(report.counts.scenarios.skipped, 0);
    });
  }
});

describe("what the bootloader has a part in passes with ESP-IDF's too", { skip }, () => {
  for (const name of ["patches.feature.md", "power-cut.feature.md", "revert.feature.md"]) {
    test(name, async () => {
      const boards = { real: new Map(), others: "linux", boot: "esp-idf" } as const;
      const startCloud = () => startLocalSide();
      const report = await runFeatures([projectFeature(name)], { startCloud, boards });
      assert.ok(report.ok, reportText(report, { colored: false }));
      assert.equal(report.counts.scenarios.skipped, 0);
    });
  }
});

test("there is a feature for each thing that this project promises", () => {
  assert.deepEqual(names, [
    "cancel.feature.md",
    "expired-url.feature.md",
    "invalid-file.feature.md",
    "low-battery.feature.md",
    "messages.feature.md",
    "patches.feature.md",
    "power-cut.feature.md",
    "revert.feature.md",
    "shadow.feature.md",
    "successful-update.feature.md",
    "timed-out.feature.md",
    "trust.feature.md",
    "two-jobs.feature.md",
    "two-trackers.feature.md",
  ]);
});
