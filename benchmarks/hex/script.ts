import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import commonjs from "@rollup/plugin-commonjs";
import nodeResolve from "@rollup/plugin-node-resolve";
import terser from "@rollup/plugin-terser";
import typescript from "@rollup/plugin-typescript";
import { type Plugin, rollup } from "rollup";
import { buildDevKit } from "../../hw-test/dev-kit/program.ts";
import { FlashFile } from "../../hw-test/trackers/virtual/flash-file.ts";
import { imageFromScript } from "../../tools/build/image.ts";
import { Counters, type Counts } from "../cortex-m/counters.ts";

const run = promisify(execFile);
const inHere = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Room for what the libraries keep of the file; all that the dev kit has. */
const POOL_BYTES = 480_000;
/** Of the board: a parse is one turn of its event loop. */
const WATCHDOG_MS = 600_000;
/** `hw-test/board/exit_code.h`: the end by System.restart(). */
const EXIT_RESTART = 64;

/** What a script of on-xs/ did. */
export interface Measured {
  /** Instructions of the Cortex-M4, from power-on to the script's end. */
  readonly counts: Counts;
  /** What it said. */
  readonly found: string;
}

/** Runs `on-xs/NAME.ts` on the dev kit, with `hexText` as its file. */
export async function measureOnKit(name: string, hexText: string): Promise<Measured> {
  const kit = await buildDevKit();
  const folder = mkdtempSync(join(tmpdir(), "bench-hex-"));
  try {
    const source = await bundle(inHere(`on-xs/${name}.ts`), hexText);
    const flash = FlashFile.create(join(folder, "flash.bin"));
    flash.write("image-0", await imageFromScript({ source, version: "1.0.0" }));
    const counts = join(folder, "counts.bin");
    const found = await outputOf(kit, [
      ...["run", flash.path, "--no-rig", "--count", counts],
      ...["--pool", String(POOL_BYTES), "--watchdog-ms", String(WATCHDOG_MS)],
    ]);
    return { counts: new Counters(counts).read(), found };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The last line of a script that ends by System.restart(). */
async function outputOf(program: string, args: readonly string[]): Promise<string> {
  try {
    await run(program, [...args]);
  } catch (error) {
    const { code, stdout = "", stderr = "" } = error as { code?: number } & Record<string, string>;
    if (code === EXIT_RESTART) return stdout.trim().split("\n").at(-1) ?? "";
    throw new Error(`exit code ${code}: ${stdout}${stderr}`);
  }
  throw new Error("the script did not end");
}

async function bundle(input: string, hexText: string): Promise<string> {
  const build = await rollup({
    input,
    external: /^embedded:/,
    plugins: [
      hexFile(hexText),
      typescript({ tsconfig: inHere("tsconfig.json"), filterRoot: inHere("../..") }),
      nodeResolve({ preferBuiltins: false }),
      commonjs(),
      // As the firmware's bundle is (rollup.config.mjs).
      terser({ module: true, compress: { passes: 2, reduce_funcs: false, sequences: false } }),
    ],
    onwarn: ({ message }) => {
      throw new Error(message);
    },
  });
  const { output } = await build.generate({ format: "es" });
  await build.close();
  return output[0].code;
}

/** In pieces, because the engine's parser takes a string literal of at most 64 KB. */
function hexFile(hexText: string): Plugin {
  const pieces = hexText.match(/[\s\S]{1,32768}/g) ?? [];
  return {
    name: "hex-file",
    resolveId: (id) => (id === "hex-file" ? "\0hex-file" : null),
    load: (id) =>
      id === "\0hex-file" ? `export const hexText = ${JSON.stringify(pieces)}.join("");` : null,
  };
}
