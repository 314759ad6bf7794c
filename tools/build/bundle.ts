import { fileURLToPath } from "node:url";
import type { BootName } from "../image/formats.ts";

/**
 * `normal`; `native`, whose signatures the SDK's C checks; `unsigned`, which installs what nobody has signed; or wrong on purpose: throws at start,
 * or never reaches the cloud.
 */
export type Flavour = "normal" | "native" | "unsigned" | "crash" | "no-cloud";

const CONFIG = fileURLToPath(new URL("../../rollup.config.mjs", import.meta.url));

export interface Bundle {
  /** One ES module that imports nothing but the platform's modules. */
  readonly code: string;
  /** CycloneDX, JSON: the packages in `code`. */
  readonly sbom: string;
  /** What `code` was made of: absolute paths, and names of rollup's plugins that begin with `\0`. */
  readonly moduleIds: readonly string[];
}

interface BundleOptions {
  readonly version: string;
  readonly flavour: Flavour;
  readonly boot?: BootName | undefined;
  /** Paths of PEM files whose keys it trusts; the development key if left out. */
  readonly keys?: readonly string[] | undefined;
  /** Folder of an application around the client; the client alone if left out. */
  readonly app?: string | undefined;
}

/** The firmware as one ES module that imports nothing but the platform's modules. */
export async function bundleFirmware(options: BundleOptions): Promise<string> {
  return (await bundleWithSbom(options)).code;
}

export async function bundleWithSbom(options: BundleOptions): Promise<Bundle> {
  const { loadConfigFile } = await import("rollup/loadConfigFile");
  const { options: configs } = await loadConfigFile(CONFIG, {
    configVersion: options.version,
    configFlavour: options.flavour,
    configBoot: options.boot ?? "mcuboot",
    ...(options.keys && { configKeys: options.keys.join(",") }),
    ...(options.app && { configApp: options.app }),
  });
  const [config] = configs;
  if (config === undefined) throw new Error("rollup.config.mjs exports no configuration");
  const { rollup } = await import("rollup");
  const build = await rollup(config);
  try {
    const { output } = await build.generate(config.output[0] ?? {});
    const [{ code, moduleIds }] = output;
    const sbom = output.find(({ fileName }) => fileName === "sbom.cdx.json");
    if (sbom?.type !== "asset") throw new Error("rollup.config.mjs makes no sbom.cdx.json");
    return { code, moduleIds, sbom: String(sbom.source) };
  } finally {
    await build.close();
  }
}
