import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildBoard, runBoardTool } from "../../hw-test/board/program.ts";
import { withTemporaryFolder } from "../command-line/temporary-folder.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { type BootName, formats } from "../image/formats.ts";
import { toHex } from "../image/hex.ts";
import { partitions } from "../image/memory-map.ts";
import { makeJavascriptBody, type ScriptCode } from "../image/script-body.ts";
import { developmentKey } from "../keys/development.mjs";
import { bundleFirmware, type Flavour } from "./bundle.ts";
import { requireCheckout } from "./checkout.ts";
import { toCommonJs } from "./common-js.ts";
import { hashOf, keep } from "./kept.ts";

export interface BuiltImage {
  /** Intel HEX at the first slot's address. */
  readonly hex: string;
  /** As the bootloader wants it, with XS bytecode or JavaScript as its body. */
  readonly image: Uint8Array;
}

interface ImageOptions {
  /** `1.2.3` or `1.2.3+4`. */
  readonly version: string;
  readonly flavour?: Flavour | undefined;
  /** `mcuboot` if left out. */
  readonly boot?: BootName | undefined;
  /** Paths of PEM files whose keys it trusts; the development key if left out. */
  readonly keys?: readonly string[] | undefined;
  /** MCUboot's; no such entry if left out. */
  readonly securityCounter?: number | undefined;
  /** Folder of an application around the client; its image is not kept. */
  readonly app?: string | undefined;
  /** What runs it: XS, if left out, or Node. */
  readonly code?: ScriptCode | undefined;
}

const hasDefaultExport = /\bexport\s+default\b|\bas\s+default\b/;

const root = fileURLToPath(new URL("../../", import.meta.url));
const cacheFolder = join(root, "build/images");
/** Files and folders that decide what an image is, besides the board program. */
const SOURCES = [
  "firmware",
  "tools/build",
  "tools/image",
  "tools/keys",
  "rollup.config.mjs",
  "tsconfig.json",
  "package-lock.json",
];

/**
 * Builds firmware/ into an image for the virtual tracker. Kept in build/images by the hash of all
 * that goes into it, so that a second call only reads it.
 */
export async function buildImage(options: ImageOptions): Promise<BuiltImage> {
  const { version, flavour = "normal", boot = "mcuboot", keys, securityCounter, app } = options;
  const { code = "xs" } = options;
  const order = { version, flavour, boot, keys, securityCounter, code };
  if (app !== undefined) return buildApplication(app, order);
  const pems = keys === undefined ? [developmentKey()] : keys.map((key) => readFileSync(key));
  const compiler = code === "xs" ? [readFileSync(await buildBoard())] : [code];
  const hash = hashOf(SOURCES, [...compiler, ...pems]);
  const counter = securityCounter === undefined ? "" : `-counter-${securityCounter}`;
  const path = join(cacheFolder, `${version}-${flavour}-${boot}${counter}-${hash}`);
  if (!existsSync(path)) {
    const source = await bundleFirmware({ version, flavour, boot, keys });
    keep(path, await imageFromScript({ source, version, boot, securityCounter, code }));
  }
  return asBuilt(readFileSync(path));
}

/** What is wrong with somebody's application is said in one line. */
async function buildApplication(
  app: string,
  options: Omit<ImageOptions, "app"> & { readonly flavour: Flavour },
): Promise<BuiltImage> {
  try {
    const source = await bundleFirmware({ ...options, app });
    return asBuilt(await imageFromScript({ ...options, source }));
  } catch (error) {
    throw new UsageError(`--app ${app}: ${(error as Error).message}`);
  }
}

/** An image of any ES module that imports nothing but the board's modules. */
export async function imageFromScript(options: {
  readonly source: string;
  readonly version: string;
  readonly boot?: BootName | undefined;
  readonly securityCounter?: number | undefined;
  readonly code?: ScriptCode | undefined;
}): Promise<Uint8Array> {
  const { source, version, boot = "mcuboot", securityCounter, code = "xs" } = options;
  const body = await (code === "xs" ? bytecodeOf(source) : javascriptOf(source));
  return formats[boot].make({ body, version, securityCounter });
}

/**
 * What an image for the virtual tracker has as its body: XS bytecode, compiled by the board program. A
 * module with a default export is preloaded: its top level only defines, and that export starts it.
 * @throws BoardError with the engine's words for what is no module
 */
export async function bytecodeOf(source: string): Promise<Uint8Array> {
  requireCheckout("compiling JavaScript");
  return withTemporaryFolder("tracker-image-", async (folder) => {
    const input = join(folder, "main.js");
    const output = join(folder, "main.xsb");
    writeFileSync(input, source);
    await runBoardTool([hasDefaultExport.test(source) ? "preload" : "compile", input, output]);
    return readFileSync(output);
  });
}

/** The same for the board that runs in Node; nothing is compiled. */
async function javascriptOf(source: string): Promise<Uint8Array> {
  return makeJavascriptBody(await toCommonJs(source));
}

/** The HEX is made anew each time: that takes a few milliseconds and cannot differ. */
export function asBuilt(image: Uint8Array): BuiltImage {
  return { image, hex: toHex(image, { address: partitions["image-0"].offset }) };
}
