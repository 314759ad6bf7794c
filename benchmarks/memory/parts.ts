import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
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
const ENTRY = inRoot("firmware/heap-of-part.js");

/** What stays in use once a script has loaded, after a garbage collection. */
export interface HeapUse {
  readonly slotBytes: number;
  readonly chunkBytes: number;
}

const imports = {
  "built-ins and board": [],
  "with mqtt-packet": ['export { default } from "mqtt-packet";'],
  "with mqtt/": ['export { MqttClient } from "./mqtt/client.ts";'],
  "with the whole firmware": [
    'export { Update } from "./update/update.ts";',
    'export { moddablePlatform } from "./platforms/moddable/platform.ts";',
    'export { readSettings } from "./platforms/moddable/settings.ts";',
    'export { McubootBoot } from "./swap/mcuboot.ts";',
    'export { batteryGate } from "./update/gate.ts";',
  ],
} as const;

export type Part = keyof typeof imports;

/** Loads that much of the firmware on the real engine, bundled as main.ts is, and runs none of it. */
export async function heapOfPart(part: Part): Promise<HeapUse> {
  const folder = mkdtempSync(join(tmpdir(), "bench-heap-"));
  try {
    const script = join(folder, "script.js");
    const bytecode = join(folder, "script.xsb");
    const lines = [...imports[part], 'trace(JSON.stringify(heap()) + "\\n");'];
    writeFileSync(script, await bundle(lines.join("\n")));
    await runBoardTool(["compile", script, bytecode]);
    const { stdout } = await run(await buildBoard(), ["bench", bytecode]);
    return JSON.parse(stdout) as HeapUse;
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
