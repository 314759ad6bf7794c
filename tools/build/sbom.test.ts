import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { type Bundle, bundleWithSbom } from "./bundle.ts";
import { bundledPackages } from "./bundled-packages.ts";

interface Sbom {
  readonly serialNumber?: string;
  readonly metadata: {
    readonly timestamp?: string;
    readonly component: { readonly name: string; readonly type: string; readonly version: string };
  };
  readonly components: readonly { readonly name: string; readonly licenses: readonly unknown[] }[];
}

const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);

describe("sbom.cdx.json", { timeout: 120_000 }, () => {
  const bundles: Bundle[] = [];
  const sboms = () => bundles.map(({ sbom }): Sbom => JSON.parse(sbom));

  before(async () => {
    for (const flavour of ["normal", "unsigned"] as const) {
      bundles.push(await bundleWithSbom({ version: "7.8.9", flavour }));
    }
  });

  it("is CycloneDX by its schema", async () => {
    for (const { sbom } of bundles) assert.equal(await validator.validate(sbom), null);
  });

  it("would be refused by the schema with a field too many", async () => {
    const [sbom] = sboms();
    assert.notEqual(await validator.validate(JSON.stringify({ ...sbom, parts: [] })), null);
  });

  it("lists the packages of the bundle, each with a licence, and no others", () => {
    for (const { moduleIds, sbom } of bundles) {
      const { components } = JSON.parse(sbom) as Sbom;
      // Helper functions that the plugin generates, 300 bytes; NOTICE names them.
      const packages = bundledPackages(moduleIds).filter(
        (name) => name !== "@rollup/plugin-commonjs",
      );
      assert.ok(packages.includes("mqtt-packet"));
      assert.deepEqual(components.map(({ name }) => name).sort(), packages);
      for (const { name, licenses } of components) assert.ok(licenses.length > 0, name);
    }
  });

  it("describes this firmware in the version that was built, by no time or number", () => {
    for (const { metadata, serialNumber } of sboms()) {
      const { name, type, version } = metadata.component;
      assert.deepEqual([name, type, version], ["tracker-fota", "firmware", "7.8.9"]);
      assert.deepEqual([metadata.timestamp, serialNumber], [undefined, undefined]);
    }
  });
});

describe("bundledPackages", () => {
  it("finds the package of each module", () => {
    const ids = [
      "/a/firmware/main.ts",
      "/a/node_modules/one/node_modules/@scope/two/index.js",
      "\0/a/node_modules/three/x.js?commonjs-exports",
      "\0commonjsHelpers.js",
      "\0/a/firmware/shim.ts?commonjs-proxy",
      "/a/node_modules/three/y.js",
    ];
    assert.deepEqual(bundledPackages(ids), ["@rollup/plugin-commonjs", "@scope/two", "three"]);
  });

  it("refuses a module that it cannot place", () => {
    assert.throws(() => bundledPackages(["\0something"]), /something/);
  });
});
