import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { kitIsMissing } from "../../hw-test/dev-kit/program.ts";
import { buildImage } from "../../tools/build/image.ts";
import { figureLine, meetsGoal } from "../figure.ts";
import { BenchRig } from "../tracker/rig.ts";
import { budget, budgetFigures } from "./budget.ts";
import { phaseNames } from "./phases.ts";
import { countUpdate } from "./update.ts";

const skip = (await kitIsMissing()) ?? false;

describe("the instruction budget", () => {
  it("sees a phase that takes a tenth more, per byte or in all", () => {
    const sizes = { hex: 500_000, image: 200_000 };
    const bytes = { "HEX character": sizes.hex, "image byte": sizes.image, update: 1 };
    for (const factor of [1, 1.04, 1.1]) {
      const phases = budget.flatMap(({ phases: names, per, instructions }) => {
        const each = (instructions * bytes[per] * factor) / names.length;
        return names.map((name) => ({ name, counts: new Map([["any", each]]) }));
      });
      assert.deepEqual(
        phases.map(({ name }) => name),
        phaseNames,
      );
      const missed = budgetFigures(phases, sizes).filter((figure) => meetsGoal(figure) === false);
      // A twentieth of the smaller parts is less than what is left to chance.
      const large = budget.filter(
        ({ per, instructions }) => instructions * bytes[per] > 61_000_000,
      );
      assert.equal(missed.length, factor === 1.1 ? large.length : 0, String(factor));
    }
  });

  it("is kept by an update on the Cortex-M4", { skip }, async () => {
    const images = {
      from: await buildImage({ version: "1.0.0" }),
      to: await buildImage({ version: "1.0.1" }),
    };
    const rig = await BenchRig.start();
    try {
      const phases = await countUpdate(rig, images);
      assert.deepEqual(
        phases.map(({ name }) => name),
        phaseNames,
      );
      const sizes = { hex: images.to.hex.length, image: images.to.image.byteLength };
      const figures = budgetFigures(phases, sizes);
      const missed = figures.filter((figure) => meetsGoal(figure) === false);
      assert.deepEqual(missed.map(figureLine), []);
    } finally {
      await rig.stop();
    }
  });
});
