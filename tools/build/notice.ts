import { readFileSync } from "node:fs";
import { type Bundle, bundleWithSbom, type Flavour } from "./bundle.ts";

/** The flavours that are meant for devices. */
const FLAVOURS = ["normal", "unsigned"] as const satisfies readonly Flavour[];

/** Its helper functions are in every bundle, which no SBOM lists: rollup's plugins generate them. */
const GENERATOR = "@rollup/plugin-commonjs";

const MODULES = new URL("../../node_modules/", import.meta.url);

interface Part {
  /** `mqtt-packet 9.0.2 (MIT)` */
  readonly title: string;
  readonly licenceText: string;
}

/** The part of a CycloneDX component that is read here. */
interface Component {
  readonly name: string;
  readonly version: string;
  readonly licenses: readonly { license?: { id?: string; name?: string }; expression?: string }[];
  readonly evidence?: {
    readonly licenses: readonly { license: { text: { content: string } } }[];
  };
}

/** The bundles that go on devices. */
export async function deviceBundles(): Promise<ReadonlyMap<Flavour, Bundle>> {
  const bundles = new Map<Flavour, Bundle>();
  for (const flavour of FLAVOURS) {
    bundles.set(flavour, await bundleWithSbom({ version: "0.0.0", flavour }));
  }
  return bundles;
}

/** The text of NOTICE, from what the bundles' SBOMs list. */
export function makeNotice(bundles: ReadonlyMap<Flavour, Bundle>): string {
  const parts = new Map<string, Part>();
  const flavours = new Map<string, Flavour[]>();
  for (const [flavour, { sbom }] of bundles) {
    for (const part of partsOf(sbom)) {
      parts.set(part.title, part);
      flavours.set(part.title, [...(flavours.get(part.title) ?? []), flavour]);
    }
  }
  const titles = [...parts.keys()].sort();
  const lines = titles.map((title) => {
    const among = flavours.get(title) ?? [];
    const where = among.length === bundles.size ? "in every bundle" : `in: ${among.join(", ")}`;
    return `  ${title}, ${where}`;
  });
  const generator = generatorPart();
  lines.push(`  ${generator.title}, in every bundle: helper functions that it generates`);
  const texts = [...titles.map((title) => parts.get(title)), generator]
    .filter((part) => part !== undefined)
    .map(({ title, licenceText }) => `${"-".repeat(80)}\n${title}\n\n${licenceText.trim()}\n`);
  return `${HEAD}\n${lines.join("\n")}\n\n${NOT_IN_IT}\n${texts.join("\n")}`;
}

function partsOf(sbom: string): Part[] {
  const { components } = JSON.parse(sbom) as { components: readonly Component[] };
  return components.map(({ name, version, licenses, evidence }) => {
    const names = licenses.map((one) => one.expression ?? one.license?.id ?? one.license?.name);
    const texts = evidence?.licenses.map(({ license }) => license.text.content) ?? [];
    if (texts.length === 0) throw new Error(`${name} brings no licence text`);
    return {
      title: `${name} ${version} (${names.join(", ")})`,
      licenceText: texts.map((text) => Buffer.from(text, "base64").toString()).join("\n"),
    };
  });
}

function generatorPart(): Part {
  const folder = new URL(`${GENERATOR}/`, MODULES);
  const { version, license } = JSON.parse(readFileSync(new URL("package.json", folder), "utf8"));
  const licenceText = readFileSync(new URL("LICENSE", folder), "utf8");
  return { title: `${GENERATOR} ${version} (${license})`, licenceText };
}

const HEAD = `tracker-fota
Licensed under the Apache License, Version 2.0: LICENSE.

Made by \`npm run notice\`; a test fails when it is not what the bundles contain.

The bundle for a device (build/moddable/main.js) contains, besides this project's own code:
`;

const NOT_IN_IT = `The bundle does not contain the engine that runs it:

  XS, of the Moddable SDK Runtime, Copyright (c) Moddable Tech, Inc. (LGPL-3.0-or-later), which
  incorporates work of Marvell International Ltd. and Kinoma, Inc. (Apache-2.0) and, for the
  conversion of numbers, of Lucent Technologies (a permission notice in xsdtoa.c). On a board it
  comes with the Moddable SDK, whose licences hold for what is linked with it. The virtual tracker
  (build/board/tracker-board) is linked with the sources that the npm package @agoric/xsnap
  (Apache-2.0) ships; none of them is in this repository.

The rest of the virtual tracker, hw-test/board, is this project's own. What package.json lists
beyond the above is used to build and test, and goes to no device.
`;
