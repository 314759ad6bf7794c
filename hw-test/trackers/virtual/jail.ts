import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "../../../tools/command-line/usage-error.ts";
import type { BoardProgram } from "../boards.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** What a board needs to see to run: the system's programs and libraries, and its own. */
const readable = [
  ...["/usr", "/bin", "/lib", "/lib32", "/lib64", "/libx32", "/etc/ld.so.cache"],
  ...["build/board", "build/dev-kit", "build/node-board", "hw-test/dev-kit"].map((name) =>
    join(root, name),
  ),
];

/**
 * The same board by bubblewrap: it sees no network, no other process, no environment, and of the
 * files the system's programs, its own, and the flash image, which alone it can write.
 */
export function jailed(board: BoardProgram, flashPath: string): BoardProgram {
  return {
    program: "bwrap",
    before: [
      ...["--unshare-all", "--die-with-parent", "--clearenv"],
      ...["--setenv", "PATH", "/usr/bin:/bin", "--proc", "/proc", "--dev", "/dev"],
      // Node, for one, may stand in its user's own folder.
      ...[...readable, board.program].flatMap((path) => ["--ro-bind-try", path, path]),
      ...["--bind", flashPath, flashPath, "--", board.program],
      ...(board.before ?? []),
    ],
    arguments: board.arguments,
  };
}

/** @throws UsageError that says what to install, or that this system does not allow it */
export function requireJail(): void {
  try {
    execFileSync("bwrap", ["--unshare-all", "--ro-bind", "/", "/", "true"], { stdio: "pipe" });
  } catch (error) {
    const { code, stderr } = error as NodeJS.ErrnoException & { stderr?: Buffer };
    if (code === "ENOENT") {
      throw new UsageError(
        "--jail needs bubblewrap; on Debian and Ubuntu: apt-get install bubblewrap",
      );
    }
    throw new UsageError(`--jail: this system does not allow one: ${`${stderr ?? ""}`.trim()}`);
  }
}
