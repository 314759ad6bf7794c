import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { imageFromScript } from "../../tools/build/image.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../", import.meta.url));

/** What the bundle is made with, today's for every commit. */
const COPIED = ["tools", "rollup.config.mjs", "package.json", "tsconfig.json", "build/keys"];
const BUILD = `
import { writeFileSync } from "node:fs";
import { bundleFirmware } from "./tools/build/bundle.ts";
const [version] = process.argv.slice(2);
writeFileSync("main.js", await bundleFirmware({ version, flavour: "normal" }));
`;

const sources = ["firmware", ":!firmware/**/*.test.ts"];
/** What the image of a tracker on XS is made of. */
const bundled = [...sources, ":!firmware/platforms/espruino", ":!firmware/application"];

/**
 * The commits of the main line that changed the firmware, newest first.
 * @returns undefined where there is no git, or no history of it
 */
export async function firmwareCommits(): Promise<readonly string[] | undefined> {
  try {
    const { stdout } = await git("log", "--first-parent", "--format=%H", "--", ...sources);
    return stdout.split("\n").filter((line) => line !== "");
  } catch {
    return undefined;
  }
}

/** Lines of the bundle's sources that were added or taken away from one commit to the other. */
export async function linesBetween(older: string, newer: string): Promise<number> {
  const { stdout } = await git("diff", "--numstat", older, newer, "--", ...bundled);
  const counts = [...stdout.matchAll(/^(\d+)\t(\d+)\t/gm)];
  return counts.reduce((sum, [, added, taken]) => sum + Number(added) + Number(taken), 0);
}

/** The image of a commit's firmware, built by today's tools. Rejects where they cannot. */
export async function imageOf(commit: string, version: string): Promise<Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), "bench-patch-"));
  try {
    for (const name of COPIED) cpSync(join(root, name), join(folder, name), { recursive: true });
    for (const name of ["node_modules", "hw-test"])
      symlinkSync(join(root, name), join(folder, name));
    const archive = join(folder, "firmware.tar");
    await git("archive", "--format=tar", `--output=${archive}`, commit, "firmware");
    await run("tar", ["-xf", archive, "-C", folder]);
    writeFileSync(join(folder, "build.ts"), BUILD);
    await run(process.execPath, ["--import", "tsx", "build.ts", version], { cwd: folder });
    return await imageFromScript({
      source: readFileSync(join(folder, "main.js"), "utf8"),
      version,
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function git(...args: readonly string[]) {
  return run("git", args, { cwd: root });
}
