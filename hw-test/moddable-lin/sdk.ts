import { execFile } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { basename, delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { CommandFailed } from "../../tools/command-line/command-failed.ts";
import { developmentKey } from "../../tools/keys/development.mjs";
import { trustAnchor } from "../../tools/keys/trust-anchors.mjs";
import { withBuildLock } from "../board/build-lock.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../", import.meta.url));
const output = join(root, "build/moddable-lin");
const OUTPUT_MAX_BYTES = 16 * 1024 * 1024;

const TOOLS = "build/bin/lin/release";

/** @returns one line that says what to do, or undefined if the SDK is there */
export function sdkIsMissing(): string | undefined {
  const { MODDABLE: sdk } = process.env;
  const install = "the Moddable SDK is installed as its documentation says, for Linux";
  if (sdk === undefined || sdk === "") return `MODDABLE names no Moddable SDK; ${install}`;
  if (!existsSync(join(sdk, TOOLS, "mcconfig"))) {
    return `no ${TOOLS}/mcconfig in MODDABLE (${sdk}); ${install}`;
  }
  return undefined;
}

/** The SDK's tools find each other by PATH, and the TypeScript compiler. */
export function sdkEnvironment(): NodeJS.ProcessEnv {
  const { MODDABLE: sdk = "", PATH: path = "" } = process.env;
  const folders = [join(sdk, TOOLS), join(root, "node_modules/.bin"), path];
  return { ...process.env, PATH: folders.join(delimiter) };
}

async function step(program: string, args: readonly string[]): Promise<void> {
  try {
    await run(program, [...args], {
      cwd: root,
      env: sdkEnvironment(),
      maxBuffer: OUTPUT_MAX_BYTES,
    });
  } catch (error) {
    const { stderr, stdout, message } = error as Error & { stderr?: string; stdout?: string };
    const words = `${stderr ?? ""}${stdout ?? ""}`.trim() || message;
    throw new CommandFailed(`${program} failed: ${words.slice(-2000)}`);
  }
}

/** @returns the path of the bootloader and headless runner */
export async function buildLoader(): Promise<string> {
  await withLock(() => step("make", ["-s", "-C", "hw-test/moddable-lin"]));
  return join(output, "loader");
}

/** The example that is updated, and for whom it is built. */
export const sensorLoop = "examples/sensor-loop";
const developers = `trust=${trustAnchor("development", developmentKey())}`;

/**
 * Compiles an application with the SDK's own tools, one program a version, as docs/application.md has it.
 * @param application its folder, from the project's
 * @returns what the loader takes as an image's body: mc.so without its symbols, packed by gzip
 */
export async function buildPrograms(
  application: string,
  versions: readonly string[],
): Promise<readonly Uint8Array[]> {
  return withLock(async () => {
    await step("npm", ["run", "--silent", "build:moddable"]);
    const programs: Uint8Array[] = [];
    for (const version of versions) programs.push(await buildProgram(application, version));
    return programs;
  });
}

async function buildProgram(application: string, version: string): Promise<Uint8Array> {
  const name = basename(application);
  const out = join(output, "sdk");
  const manifest = join(application, "manifest.json");
  const target = ["-m", "-p", "lin", "-t", "build", "-o", out];
  mkdirSync(out, { recursive: true });
  await step("mcconfig", [...target, manifest, `version=${version}`, developers]);
  const program = join(output, `${name}-${version}.so`);
  copyFileSync(join(out, `bin/lin/mc/release/${name}/mc.so`), program);
  await step("strip", ["--strip-all", program]);
  return gzipSync(readFileSync(program), { level: 9 });
}

function withLock<T>(work: () => Promise<T>): Promise<T> {
  mkdirSync(join(root, "build"), { recursive: true });
  return withBuildLock(join(root, "build/moddable-lin.lock"), work);
}
