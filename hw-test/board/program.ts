import { execFile, spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { UsageError } from "../../tools/command-line/usage-error.ts";
import { withBuildLock } from "./build-lock.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../", import.meta.url));
const PROGRAM = join(root, "build/board/tracker-board");
const OUTPUT_MAX_BYTES = 4 * 1024 * 1024;

/** The C program of docs/virtual-tracker.md failed; `exitCode` is undefined if it did not start. */
export class BoardError extends Error {
  override readonly name = "BoardError";
  readonly exitCode: number | undefined;

  constructor(message: string, exitCode: number | undefined) {
    super(message);
    this.exitCode = exitCode;
  }
}

let built: Promise<string> | undefined;

/**
 * Builds the board with make, once per process.
 * @returns the path of `tracker-board`
 * @throws UsageError if a tool is missing; BoardError with the compiler's words
 */
export function buildBoard(): Promise<string> {
  built ??= withBuildLock(join(root, "build/board.lock"), makeBoard);
  return built;
}

async function makeBoard(): Promise<string> {
  const problem = engineIsMissing();
  if (problem !== undefined) throw new UsageError(problem);
  mkdirSync(join(root, "build"), { recursive: true });
  try {
    const jobs = `-j${availableParallelism()}`;
    await run("make", ["-s", jobs, "-C", join(root, "hw-test/board")], {
      maxBuffer: OUTPUT_MAX_BYTES,
    });
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new BoardError(`the board does not build:\n${stderr || message}`, undefined);
  }
  return PROGRAM;
}

const INSTALL = "apt-get install gcc gcc-multilib make";
const TOOLS = ["gcc", "make"];
let missing: { readonly problem: string | undefined } | undefined;

/**
 * What keeps this machine from building the board, which alone has the XS engine.
 * @returns one line that says what to install, or undefined if all is there
 */
export function engineIsMissing(): string | undefined {
  missing ??= { problem: findMissing() };
  return missing.problem;
}

function findMissing(): string | undefined {
  if (process.platform !== "linux") {
    return `the XS engine's board is a Linux program, and this is ${process.platform}; on Debian: ${INSTALL}`;
  }
  const tool = TOOLS.find((name) => spawnSync(name, ["--version"]).status !== 0);
  if (tool === undefined) return undefined;
  return (
    `${tool} is missing; on Debian and Ubuntu: ${INSTALL} ` +
    "(gcc-multilib is for 32-bit figures, the rest works without it)"
  );
}

/** Runs one of the board's host subcommands (`compile`, `provision`) to its end. */
export async function runBoardTool(args: readonly string[]): Promise<void> {
  const program = await buildBoard();
  try {
    await run(program, [...args], { maxBuffer: OUTPUT_MAX_BYTES });
  } catch (error) {
    const { stderr, stdout, code } = error as Error & {
      stderr?: string;
      stdout?: string;
      code?: number;
    };
    const words = `${stderr ?? ""}${stdout ?? ""}`.trim();
    throw new BoardError(`tracker-board ${args[0]}: ${words || `exit code ${code}`}`, code);
  }
}
