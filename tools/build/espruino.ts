import { fileURLToPath } from "node:url";
import { type RollupOptions, rollup } from "rollup";

const CONFIG = new URL("../../firmware/platforms/espruino/rollup.config.mjs", import.meta.url);

interface Config {
  readonly entries: { readonly client: string; readonly application: string };
  script(
    args: Readonly<Record<string, string>>,
    entry: { readonly input: string; readonly folder: string },
  ): RollupOptions;
}

/** What `npm run build:espruino` makes, or another entry made in the same way. */
export async function bundleForEspruino(
  version: string,
  entry: "client" | "application" | URL,
): Promise<string> {
  const { entries, script } = (await import(CONFIG.href)) as Config;
  const input = entry instanceof URL ? fileURLToPath(entry) : entries[entry];
  const options = script({ configVersion: version }, { input, folder: "build/espruino" });
  const build = await rollup(options);
  try {
    const [output] = [options.output ?? []].flat();
    const { output: chunks } = await build.generate(output ?? {});
    return chunks[0].code;
  } finally {
    await build.close();
  }
}
