import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { chapters } from "./allCases.ts";
import { startLocalTarget } from "./localTarget.ts";
import { runCase, select } from "./run.ts";
import type { Target } from "./target.ts";

let target: Target;

before(async () => {
  target = await startLocalTarget();
});

after(() => target.stop());

for (const { title } of chapters) {
  describe(`the local AWS: ${title}`, () => {
    for (const selection of select().filter(({ chapter }) => chapter === title)) {
      test(selection.one.name, async () => {
        const { status, reason, left } = await runCase(target, selection);
        assert.equal(status, "passed", reason);
        assert.deepEqual(left, []);
      });
    }
  });
}
