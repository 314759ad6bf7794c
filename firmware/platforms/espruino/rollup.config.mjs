import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import bundle from "../../../rollup.config.mjs";
import { hoistAndMinify, lower } from "./lower.mjs";

// The client for a board that runs Espruino with NET and TLS (docs/espruino.md):
//   npm run build:espruino    build/espruino/fota.js; options as of rollup.config.mjs

const inRoot = (path) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** @param {Record<string, unknown>} args */
export default function config(args) {
  if ((args.configFlavour ?? "normal") !== "normal") {
    throw new Error(
      "--configFlavour: Espruino's TLS verifies nothing, so only signed builds go there",
    );
  }
  return script(args, inRoot("firmware/main-espruino.ts"));
}

/**
 * @param {Record<string, unknown>} args
 * @param {string} input
 */
export function script(args, input) {
  const { plugins, output, external: _, ...rest } = bundle(args);
  return {
    ...rest,
    input,
    plugins: plugins.flatMap((one) =>
      one.name === "terser" ? [lower(), hoistAndMinify()] : [one],
    ),
    output: {
      ...output,
      file: inRoot("build/espruino/fota.js"),
      format: "iife",
      generatedCode: "es5",
      name: "fota",
      banner: readFileSync(new URL("prelude.js", import.meta.url), "utf8"),
    },
  };
}
