import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { withBuildLock } from "./build-lock.ts";

const folder = mkdtempSync(join(tmpdir(), "build-lock-"));
after(() => rmSync(folder, { recursive: true }));

describe("withBuildLock", () => {
  it("lets one in at a time, and the next in when it is done or has failed", async () => {
    const path = join(folder, "sub/one.lock");
    const order: string[] = [];
    const enter = (name: string) =>
      withBuildLock(path, async () => {
        order.push(`${name} in`);
        // Longer than the other waits between two tries.
        await new Promise((resolve) => setTimeout(resolve, 120));
        order.push(`${name} out`);
        if (name === "a") throw new Error("a fails");
      });
    const [a, b] = await Promise.allSettled([enter("a"), enter("b")]);
    assert.deepEqual([a.status, b.status], ["rejected", "fulfilled"]);
    assert.deepEqual(order, ["a in", "a out", "b in", "b out"]);
    assert.equal(existsSync(path), false);
  });

  it("takes over the lock of a process that is gone", async () => {
    const path = join(folder, "stale.lock");
    const gone = spawnSync(process.execPath, ["-e", ""]);
    writeFileSync(path, String(gone.pid));
    assert.equal(await withBuildLock(path, async () => "in"), "in");
  });
});
