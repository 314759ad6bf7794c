import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import commonjs from "@rollup/plugin-commonjs";
import nodeResolve from "@rollup/plugin-node-resolve";
import typescript from "@rollup/plugin-typescript";
import { type Plugin, rollup } from "rollup";
import { buildBoard, runBoardTool } from "../../hw-test/board/program.ts";

const run = promisify(execFile);
const inHere = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What a script of on-xs/ says of one parser. */
export interface Measured {
  readonly codes: number;
  /** The shortest of several runs on this machine; depends on it. */
  readonly milliseconds: number;
  readonly byteCount: number;
}

/** Runs `on-xs/NAME.ts` on the real engine, with `hexText` as its file. */
export async function measureOnXs(name: string, hexText: string): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), "bench-xs-"));
  try {
    const script = join(folder, "script.js");
    const bytecode = join(folder, "script.xsb");
    writeFileSync(script, await bundle(inHere(`on-xs/${name}.ts`), hexText));
    await runBoardTool(["compile", script, bytecode]);
    const { stdout } = await run(await buildBoard(), ["bench", bytecode]);
    return JSON.parse(stdout) as Measured;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function bundle(input: string, hexText: string): Promise<string> {
  const build = await rollup({
    input,
    plugins: [
      hexFile(hexText),
      typescript({ tsconfig: inHere("tsconfig.json"), filterRoot: inHere("../..") }),
      nodeResolve({ preferBuiltins: false }),
      commonjs(),
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
