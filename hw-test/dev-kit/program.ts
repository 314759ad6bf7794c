import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { UsageError } from "../../tools/command-line/usage-error.ts";
import { withBuildLock } from "../board/build-lock.ts";
import { BoardError, buildBoard } from "../board/program.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = join(root, "hw-test/dev-kit");
const OUTPUT_MAX_BYTES = 4 * 1024 * 1024;

/** What looks like `tracker-board run` and is a Cortex-M4. */
const KIT_PROGRAM = join(folder, "tracker-kit");

const output = join(root, "build/dev-kit");

/** What is built, with symbols. */
export const kitObjects = Object.freeze({
  images: [join(output, "boot.elf"), join(output, "runtime.elf")],
  /** The parts that wait, and that drive the serial lines. */
  machine: [join(output, "uart.o"), join(output, "hal_mps2.o")],
});

/** The file of `tracker-kit run --count FILE`: 64-bit numbers, each for so many bytes of code. */
export const kitCounter = Object.freeze({ numbers: 0x80000, stride: 2 });

/** For the tests: does what it must not (testing/faults.c), in the place of either image. */
export const faultsImages = Object.freeze({
  boot: join(output, "faults-boot.elf"),
  runtime: join(output, "faults-runtime.bin"),
});

const INSTALL =
  "apt-get install --no-install-recommends gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm";

/** By what each optional package of the dev kit shows that it is there. */
const probes: readonly { readonly package: string; readonly command: readonly string[] }[] = [
  { package: "gcc-arm-none-eabi", command: ["arm-none-eabi-gcc", "--version"] },
  {
    package: "libnewlib-arm-none-eabi",
    command: [
      "arm-none-eabi-gcc",
      "--specs=nano.specs",
      "-x",
      "c",
      "-E",
      "-include",
      "stdio.h",
      "/dev/null",
    ],
  },
  { package: "qemu-system-arm", command: ["qemu-system-arm", "--version"] },
];

let missing: Promise<string | undefined> | undefined;

/** @returns one line that says what to install, or undefined if all is there */
export function kitIsMissing(): Promise<string | undefined> {
  missing ??= findMissing();
  return missing;
}

async function findMissing(): Promise<string | undefined> {
  for (const { package: name, command } of probes) {
    const [tool = "", ...args] = command;
    try {
      await run(tool, args, { maxBuffer: OUTPUT_MAX_BYTES });
    } catch {
      return `the dev kit needs ${name}; on Debian and Ubuntu: ${INSTALL}`;
    }
  }
  return undefined;
}

let built: Promise<string> | undefined;

/**
 * Builds the dev kit with make, once per process.
 * @returns the path of `tracker-kit`
 * @throws UsageError if a package is missing; BoardError with the compiler's words
 */
export function buildDevKit(): Promise<string> {
  built ??= makeDevKit();
  return built;
}

async function makeDevKit(): Promise<string> {
  const problem = await kitIsMissing();
  if (problem !== undefined) throw new UsageError(problem);
  // It compiles the modules for scripts, for both.
  await buildBoard();
  return withBuildLock(join(root, "build/dev-kit.lock"), async () => {
    mkdirSync(join(root, "build"), { recursive: true });
    try {
      const jobs = `-j${availableParallelism()}`;
      await run("make", ["-s", jobs, "-C", folder], { maxBuffer: OUTPUT_MAX_BYTES });
    } catch (error) {
      const { stderr, message } = error as Error & { stderr?: string };
      throw new BoardError(`the dev kit does not build:\n${stderr || message}`, undefined);
    }
    return KIT_PROGRAM;
  });
}
