import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withBuildLock } from "../build-lock.ts";
import { buildBoard } from "../program.ts";

const here = join(import.meta.dirname, "..");
const build = join(here, "../../build");

/** The board as the rig runs it; cheap when it is up to date. */
export function plainBoard(): Promise<string> {
  return buildBoard();
}

/** The board with address and undefined-behaviour sanitizers on its own files. */
export function sanitizedBoard(): Promise<string> {
  return withBuildLock(join(build, "board-san.lock"), async () => {
    execFileSync("make", ["-s", "-j2", "-C", here, "SANITIZE=1"], { stdio: "pipe" });
    return join(build, "board-san", "tracker-board");
  });
}

/**
 * A module as bytecode.
 * @throws with the compiler's complaint in `stderr`
 */
export function compileModule(program: string, source: string): Uint8Array {
  const folder = temporaryFolder();
  try {
    writeFileSync(join(folder, "module.js"), source);
    // As tools/build/image.ts does it.
    const command = /\bexport default\b/.test(source) ? "preload" : "compile";
    const words = [command, "module.js", "module.xsb"];
    execFileSync(program, words, { cwd: folder, stdio: "pipe" });
    return readFileSync(join(folder, "module.xsb"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const folders: string[] = [];
process.on("exit", () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Gone when the process ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "tracker-board-"));
  folders.push(folder);
  return folder;
}
