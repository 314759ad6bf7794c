import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { engineIsMissing } from "../../hw-test/board/program.ts";
import { developmentKey } from "../keys/development.mjs";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../", import.meta.url));

/** What a build reads. */
const COPIED = [
  "firmware",
  "tools",
  "rollup.config.mjs",
  "package.json",
  "package-lock.json",
  ...readdirSync(root).filter((name) => /^tsconfig.*\.json$/.test(name)),
];

/** Runs in a copy. */
const BUILD = `
import { writeFileSync } from "node:fs";
import { bundleWithSbom } from "./tools/build/bundle.ts";
import { buildImage } from "./tools/build/image.ts";
const version = "7.8.9";
const { code, sbom } = await bundleWithSbom({ version, flavour: "normal" });
const { image, hex } = await buildImage({ version });
writeFileSync("main.js", code);
writeFileSync("sbom.cdx.json", sbom);
writeFileSync("image.bin", image);
writeFileSync("image.hex", hex);
`;
const RESULTS = ["main.js", "sbom.cdx.json", "image.bin", "image.hex"];

/**
 * A copy of the project. The packages that go into the bundle are copied too: links would lead back
 * to one and the same path. The board program is not: it is not what is tested here.
 */
function copyProject(to: string): void {
  // The key is made once and differs from place to place: it is a part of what is built.
  developmentKey();
  cpSync(join(root, "build/keys"), join(to, "build/keys"), { recursive: true });
  for (const name of COPIED) cpSync(join(root, name), join(to, name), { recursive: true });
  symlinkSync(join(root, "hw-test"), join(to, "hw-test"));
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  for (const name of installedPackages()) {
    const [from, copy] = [join(root, "node_modules", name), join(to, "node_modules", name)];
    mkdirSync(dirname(copy), { recursive: true });
    if (name in dependencies) cpSync(from, copy, { recursive: true });
    else symlinkSync(from, copy);
  }
}

function installedPackages(): string[] {
  const modules = join(root, "node_modules");
  return readdirSync(modules).flatMap((name) => {
    if (!name.startsWith("@")) return [name];
    return readdirSync(join(modules, name)).map((scoped) => `${name}/${scoped}`);
  });
}

async function build(folder: string, environment: Record<string, string>): Promise<void> {
  const temporary = join(folder, "temporary");
  mkdirSync(temporary);
  const env = { ...process.env, ...environment, TMPDIR: temporary };
  writeFileSync(join(folder, "build.ts"), BUILD);
  await run(process.execPath, ["--import", "tsx", "build.ts"], { cwd: folder, env });
}

describe("a build", { timeout: 120_000, skip: engineIsMissing() ?? false }, () => {
  const top = mkdtempSync(join(tmpdir(), "reproducible-"));
  const one = join(top, "a");
  const other = join(top, "a folder", "with-a-much-longer-path-than-the-first-one-has");

  before(async () => {
    for (const folder of [one, other]) copyProject(folder);
    await Promise.all([
      build(one, { TZ: "UTC", LC_ALL: "C" }),
      build(other, { TZ: "Pacific/Auckland", LC_ALL: "tr_TR.UTF-8" }),
    ]);
  });
  after(() => rmSync(top, { recursive: true }));

  for (const name of RESULTS) {
    it(`gives the same bytes wherever it runs: ${name}`, () => {
      const first = readFileSync(join(one, name));
      assert.ok(first.byteLength > 1000);
      assert.ok(first.equals(readFileSync(join(other, name))), `${name} differs`);
      assert.ok(!first.includes(top), `${name} holds a path`);
    });
  }
});
