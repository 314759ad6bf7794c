import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { figureLine, meetsGoal } from "./figure.ts";

describe("a figure", () => {
  const figure = { name: "ratio", value: 5, unit: "" };

  it("meets its goal up to the bound itself", () => {
    assert.equal(meetsGoal({ ...figure, goal: { atMost: 5 } }), true);
    assert.equal(meetsGoal({ ...figure, goal: { atMost: 4.99 } }), false);
    assert.equal(meetsGoal({ ...figure, goal: { atLeast: 5 } }), true);
    assert.equal(meetsGoal({ ...figure, goal: { atLeast: 5.01 } }), false);
    assert.equal(meetsGoal(figure), undefined);
  });

  it("says so in its line", () => {
    assert.match(figureLine({ ...figure, goal: { atLeast: 6 } }), /ratio +5 +goal >= 6: MISSED$/);
    assert.match(figureLine({ ...figure, goal: { atMost: 6 } }), /goal <= 6: met$/);
    assert.doesNotMatch(figureLine({ ...figure, value: 0.123 }), /goal/);
    assert.match(figureLine({ ...figure, value: 0.123 }), / 0\.12 /);
  });
});
