import { fileURLToPath } from "node:url";
import { rollup } from "rollup";
import { loadConfigFile } from "rollup/loadConfigFile";

/**
 * `normal`; `signed`, which can check signatures; or wrong on purpose: throws at start, or never
 * reaches the cloud.
 */
export type Flavour = "normal" | "signed" | "crash" | "no-cloud";

const CONFIG = fileURLToPath(new URL("../../rollup.config.mjs", import.meta.url));

/** The firmware as one ES module that imports nothing but the platform's modules. */
export async function bundleFirmware(options: {
  readonly version: string;
  readonly flavour: Flavour;
}): Promise<string> {
  const { options: configs } = await loadConfigFile(CONFIG, {
    configVersion: options.version,
    configFlavour: options.flavour,
  });
  const [config] = configs;
  if (config === undefined) throw new Error("rollup.config.mjs exports no configuration");
  const build = await rollup(config);
  try {
    const { output } = await build.generate(config.output[0] ?? {});
    return output[0].code;
  } finally {
    await build.close();
  }
}
