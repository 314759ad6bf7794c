import { fileURLToPath } from "node:url";
import { type RollupOptions, rollup } from "rollup";

const CONFIG = new URL("../../firmware/platforms/espruino/rollup.config.mjs", import.meta.url);

interface Config {
  default(args: Readonly<Record<string, string>>): RollupOptions;
  script(args: Readonly<Record<string, string>>, input: string): RollupOptions;
}

/** The client as `npm run build:espruino` makes it, or another entry made in the same way. */
export async function bundleForEspruino(version: string, entry?: URL): Promise<string> {
  const config = (await import(CONFIG.href)) as Config;
  const args = { configVersion: version };
  const options =
    entry === undefined ? config.default(args) : config.script(args, fileURLToPath(entry));
  const build = await rollup(options);
  try {
    const [output] = [options.output ?? []].flat();
    const { output: chunks } = await build.generate(output ?? {});
    return chunks[0].code;
  } finally {
    await build.close();
  }
}
