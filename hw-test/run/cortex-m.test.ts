import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { kitIsMissing } from "../dev-kit/program.ts";
import { parseOptions } from "./options.ts";
import type { RunResult } from "./result.ts";
import { runUpdate } from "./update-run.ts";

const skip = (await kitIsMissing()) ?? false;

/** `npm start -- --board cortex-m ARGS`, and its console. */
async function update(...args: string[]): Promise<RunResult & { readonly lines: string[] }> {
  const options = parseOptions(["--board", "cortex-m", ...args]);
  assert.ok(options !== undefined);
  const lines: string[] = [];
  const display = { update() {}, stop() {}, line: (text: string) => lines.push(text.trim()) };
  return { ...(await runUpdate(options, () => display)), lines };
}

describe("npm start -- --board cortex-m", { skip }, () => {
  it("updates the tracker, and the new image confirms itself", async () => {
    const { running, confirmed, job, powerCuts, flash, heap, lines } = await update();
    assert.equal(job.status, "SUCCEEDED");
    assert.equal(running, "1.0.1");
    assert.equal(confirmed, true);
    assert.equal(powerCuts, 0);
    assert.equal(flash.maxErasesPerPage, 1);
    assert.equal(heap.bits, 32);
    assert.ok(lines.includes("update: confirmed"), lines.join("\n"));
    assert.ok(!lines.some((line) => line.startsWith("fault")), lines.join("\n"));
  });

  it("finishes the swap after a power cut inside one of its operations", async () => {
    const { running, confirmed, job, powerCuts, lines } = await update(
      "--fault",
      "power@flash:300:torn",
    );
    assert.equal(powerCuts, 1);
    assert.ok(lines.includes("boot: swap resumed"), lines.join("\n"));
    assert.equal(job.status, "SUCCEEDED");
    assert.equal(running, "1.0.1");
    assert.equal(confirmed, true);
  });

  it("has an image that throws at start reverted", async () => {
    const { running, confirmed, job, lines } = await update("--fault", "crash-at-boot");
    assert.equal(job.status, "FAILED");
    assert.equal(job.statusDetails["reason"], "REVERTED");
    assert.equal(running, "1.0.0");
    assert.equal(confirmed, true);
    assert.ok(lines.includes("boot: swap revert"), lines.join("\n"));
  });
});
