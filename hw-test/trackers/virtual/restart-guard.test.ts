import assert from "node:assert/strict";
import { it } from "node:test";
import { RestartGuard } from "./restart-guard.ts";

it("allows so many restarts in any minute, and no more", () => {
  const guard = new RestartGuard(2);
  const answers = [0, 30_000, 59_999, 60_001, 120_000, 200_000].map((atMs) => guard.allow(atMs));
  assert.deepEqual(answers, [true, true, false, false, true, true]);
});
