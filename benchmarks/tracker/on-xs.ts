import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Plugin, rollup } from "rollup";
import { loadConfigFile } from "rollup/loadConfigFile";
import { buildBoard, runBoardTool } from "../../hw-test/board/program.ts";

const run = promisify(execFile);
const inRoot = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
/** In firmware/, so that its imports and the bundler's filters are those of main.ts. */
const ENTRY = inRoot("firmware/on-xs.js");

export interface XsRun {
  /** What it traced. */
  readonly output: string;
  /** Of its bytecode. */
  readonly codeBytes: number;
}

/**
 * Runs a module on the real engine, bundled as main.ts is; it may import what main.ts may, and has
 * `trace`, `meter` and `heap` (docs/virtual-tracker.md, "The board program").
 * @param poolBytes of its heap; rejects where that is too little
 */
export async function runOnXs(source: string, poolBytes?: number): Promise<XsRun> {
  const folder = mkdtempSync(join(tmpdir(), "bench-xs-"));
  try {
    const script = join(folder, "script.js");
    const bytecode = join(folder, "script.xsb");
    writeFileSync(script, await bundle(source));
    await runBoardTool(["compile", script, bytecode]);
    const pool = poolBytes === undefined ? [] : ["--pool", String(poolBytes)];
    const { stdout } = await run(await buildBoard(), ["bench", bytecode, ...pool]);
    return { output: stdout, codeBytes: statSync(bytecode).size };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function bundle(source: string): Promise<string> {
  const { options } = await loadConfigFile(inRoot("rollup.config.mjs"), {});
  const [config] = options;
  if (config === undefined) throw new Error("rollup.config.mjs exports no configuration");
  const entry: Plugin = {
    name: "entry",
    resolveId: (id) => (id === ENTRY ? id : null),
    load: (id) => (id === ENTRY ? source : null),
  };
  const build = await rollup({ ...config, input: ENTRY, plugins: [entry, config.plugins] });
  const { output } = await build.generate({ format: "es" });
  await build.close();
  return output[0].code;
}
