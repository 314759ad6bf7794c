import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, it } from "node:test";
import type { Bundle, Flavour } from "./bundle.ts";
import { bundledPackages } from "./bundled-packages.ts";
import { deviceBundles, makeNotice } from "./notice.ts";

describe("NOTICE", { timeout: 120_000 }, () => {
  const notice = readFileSync(new URL("../../NOTICE", import.meta.url), "utf8");
  let bundles: ReadonlyMap<Flavour, Bundle> = new Map();

  before(async () => {
    bundles = await deviceBundles();
  });

  it("names every package that a bundle has a module of", () => {
    for (const { moduleIds } of bundles.values()) {
      const packages = bundledPackages(moduleIds);
      assert.ok(packages.includes("mqtt-packet"));
      for (const name of packages) assert.ok(notice.includes(`\n  ${name} `), `${name}: NOTICE`);
    }
  });

  it("is what `npm run notice` makes of the bundles", () => {
    assert.equal(notice, makeNotice(bundles));
  });
});
