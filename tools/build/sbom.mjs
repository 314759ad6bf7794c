import { readFileSync } from "node:fs";
import { Enums, Models } from "@cyclonedx/cyclonedx-library";
import sbomPlugin from "rollup-plugin-sbom";

const project = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url)));

/**
 * Writes sbom.cdx.json beside the bundle: the packages that are in it, by rollup's account
 * (docs/decisions/007-sbom.md). No time and no serial number: the same commit gives the same bytes.
 * @param {string} version
 */
export function sbom(version) {
  return sbomPlugin({
    outDir: ".",
    outFilename: "sbom.cdx",
    includeWellKnown: false,
    saveTimestamp: false,
    collectLicenseEvidence: true,
    // The plugin would describe the folder it is called from, as a package of npm's.
    autodetect: false,
    beforeCollect(bom) {
      bom.metadata.component = firmware(version);
    },
    afterCollect(bom) {
      for (const { bomRef } of bom.components) bom.metadata.component.dependencies.add(bomRef);
    },
  });
}

/** The plugin looks for other bundlers too, and warns for each that is not installed. */
export function isAboutOtherBundlers(log) {
  return log.plugin === "rollup-plugin-sbom" && /auto-registration of tool/.test(log.message);
}

function firmware(version) {
  const { name, description, license } = project;
  const licenses = new Models.LicenseRepository([new Models.SpdxLicense(license)]);
  const bomRef = `${name}@${version}`;
  return new Models.Component(Enums.ComponentType.Firmware, name, {
    version,
    description,
    licenses,
    bomRef,
  });
}
